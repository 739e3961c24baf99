import { sql } from 'kysely';
import type { Queries } from '../db/connect.ts';
import { type Health, type HealthChange, recordHealth } from '../endpoints/health.ts';
import { type KeptBody, keepBodies } from './bodies.ts';
import { leaseHeld } from './leases.ts';
import { phase } from './phases.ts';
import { settleAttempts } from './settle-attempts.ts';

/** What became of one attempt, and of its delivery by that. */
export interface Settlement {
  readonly orgId: string;
  readonly deliveryId: string;
  readonly endpointId: string;
  /** Under which it was sent. */
  readonly contract: string;
  readonly fence: number;
  readonly attemptId: string;
  readonly number: number;
  readonly outcome: string;
  readonly error: string | null;
  readonly url: string;
  /** JSON text; values of the endpoint's own headers are masked. */
  readonly requestHeaders: string;
  readonly body: { readonly id: string; readonly content: string } | null;
  readonly status: number | null;
  readonly responseHeaders: string | null;
  readonly responseBody: Uint8Array | null;
  readonly responseTruncated: boolean;
  readonly timings: string;
  readonly durationMs: number;
  readonly startedAt: Date;
  readonly worker: string;
  /** `delivered` and `failed` end the delivery; a number of milliseconds is the wait before the next attempt. */
  readonly next: 'delivered' | 'failed' | number;
  /** Whether a failure counts for its endpoint's record, and whether the receiver looked overloaded or away. */
  readonly countsAsFailure: boolean;
  readonly strained: boolean;
}

/** An attempt that was written to the ledger. */
export type LedgerAttempt = Pick<
  Settlement,
  'orgId' | 'endpointId' | 'deliveryId' | 'attemptId' | 'contract'
>;

/** What else happens in the transaction that writes attempts to the ledger. */
export type OnAttempts = (tx: Queries, attempts: readonly LedgerAttempt[]) => Promise<void>;

export interface Settled {
  readonly settlement: Settlement;
  readonly state: 'delivered' | 'failed' | 'cancelled' | 'pending';
}

/**
 * Appends attempts and moves their deliveries on, in one statement, guarded by the fence: what another worker has
 * taken over meanwhile is left alone and is not in the answer. Then the endpoints' records. All of it in the caller's
 * transaction, so that what follows from it, such as disabling an endpoint, commits with it or not at all.
 */
export async function settle(
  tx: Queries,
  settlements: readonly Settlement[],
): Promise<{ settled: Settled[]; health: Health[] }> {
  const { rows } = await settleStatement(settlements).execute(tx);
  const states = new Map(rows.map((row) => [row.attempt_id, row.state]));
  const settled = settlements.flatMap((settlement) => {
    const state = states.get(settlement.attemptId);
    return state === undefined ? [] : [{ settlement, state }];
  });
  const changes = summarizeHealth(settled.map(({ settlement }) => settlement));
  return { settled, health: changes.length > 0 ? await recordHealth(tx, changes) : [] };
}

/** Bodies of attempts that are settled, not of those whose lease was lost. */
const isSent = sql<boolean>`exists (select 1 from attempted where attempted.org_id = body.org_id and attempted.sent_body_id = body.id)`;

function settleStatement(settlements: readonly Settlement[]) {
  const bodies: KeptBody[] = [
    ...new Map(
      settlements.flatMap((s) =>
        s.body ? [[`${s.orgId} ${s.body.id}`, { orgId: s.orgId, ...s.body }] as const] : [],
      ),
    ).values(),
  ];
  const column = <T>(read: (settlement: Settlement) => T): T[] => settlements.map(read);
  return sql<{ attempt_id: string; state: Settled['state'] }>`
    with given as (
      select * from unnest(
        ${column((s) => s.orgId)}::uuid[], ${column((s) => s.deliveryId)}::uuid[], ${column((s) => s.fence)}::int[],
        ${column((s) => s.attemptId)}::uuid[], ${column((s) => s.number)}::int[], ${column((s) => s.outcome)}::text[],
        ${column((s) => s.error)}::text[], ${column((s) => s.url)}::text[], ${column((s) => s.requestHeaders)}::text[],
        ${column((s) => s.body?.id ?? null)}::uuid[], ${column((s) => s.status)}::int[], ${column((s) => s.responseHeaders)}::text[],
        ${column((s) => (s.responseBody === null ? null : Buffer.from(s.responseBody).toString('base64')))}::text[],
        ${column((s) => s.responseTruncated)}::boolean[], ${column((s) => s.timings)}::text[], ${column((s) => Math.round(s.durationMs))}::int[],
        ${column((s) => s.worker)}::text[], ${column((s) => s.startedAt.toISOString())}::timestamptz[],
        ${column((s) => (typeof s.next === 'number' ? null : s.next))}::text[], ${column((s) => (typeof s.next === 'number' ? s.next : 0))}::float8[]
      ) as given (org_id, delivery_id, fence, attempt_id, number, outcome, error, url, request_headers, body_id, status,
                  response_headers, response_body, response_truncated, timings, duration_ms, worker, started_at, final, wait_ms)
       order by org_id, delivery_id
    ),
    attempted as (
      select delivery.org_id, delivery.id, delivery.event_id, delivery.endpoint_id, delivery.event_type, delivery.contract, delivery.priority,
             delivery.created_at, coalesce(given.body_id, delivery.body_id) as body_id, given.number as attempts, given.attempt_id,
             case when delivery.cancel_requested and given.final is distinct from 'delivered' then 'cancelled' else given.final end as state,
             given.outcome as last_outcome, given.status as last_status, given.started_at as last_attempt_at, given.duration_ms as last_duration_ms,
             given.error, given.url, given.body_id as sent_body_id, given.request_headers, given.response_headers,
             decode(given.response_body, 'base64') as response_body, given.response_truncated, given.timings, given.worker, given.started_at,
             ${sql.lit(phase.scheduled)} as next_phase, given.wait_ms
        from given
       cross join lateral (
         select * from open_deliveries delivery
          where delivery.org_id = given.org_id and delivery.id = given.delivery_id and ${leaseHeld}
            for update) delivery
    ),
    kept as (${keepBodies(bodies, isSent)}),
    ${settleAttempts}
    select attempt_id, coalesce(state, 'pending') as state from attempted`;
}

function summarizeHealth(settlements: readonly Settlement[]): HealthChange[] {
  const changes = new Map<string, HealthChange>();
  for (const { orgId, endpointId, next, countsAsFailure, strained } of settlements) {
    const before = changes.get(endpointId) ?? {
      orgId,
      endpointId,
      successes: 0,
      trailingFailures: 0,
      strained: false,
    };
    changes.set(
      endpointId,
      next === 'delivered'
        ? { ...before, successes: before.successes + 1, trailingFailures: 0 }
        : {
            ...before,
            trailingFailures: before.trailingFailures + (countsAsFailure ? 1 : 0),
            strained: before.strained || strained,
          },
    );
  }
  return [...changes.values()];
}
