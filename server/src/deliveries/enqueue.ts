import { sql } from 'kysely';
import type { Queries } from '../db/connect.ts';
import type { Claimed } from './claim.ts';
import { leaseTaken } from './leases.ts';
import { phase } from './phases.ts';

export interface NewDelivery {
  readonly orgId: string;
  readonly id: string;
  readonly eventId: string;
  readonly endpointId: string;
  readonly eventType: string;
  readonly contract: string;
  readonly priority: number;
  /** `null`: at once. */
  readonly dueAt: Date | null;
  /** Waits for a review first. */
  readonly held?: boolean;
}

const held = sql.lit(phase.held);
const scheduled = sql.lit(phase.scheduled);
const ready = sql.lit(phase.ready);

/**
 * Makes one delivery that the caller itself is about to attempt: it is leased from the start, and never claimed.
 * @param worker name of this process
 */
export async function enqueueLeased(tx: Queries, delivery: NewDelivery, worker: string): Promise<Claimed> {
  await enqueue(tx, [{ ...delivery, dueAt: null }]);
  const { rows } = await sql<{ round_started_at: Date; created_at: Date; timeout_seconds: number }>`
    update open_deliveries delivery set ${leaseTaken(worker, sql.ref('endpoint.effective_timeout_seconds'))}
      from endpoints endpoint
     where delivery.org_id = ${delivery.orgId} and delivery.id = ${delivery.id}
       and endpoint.org_id = delivery.org_id and endpoint.id = delivery.endpoint_id
    returning round_started_at, delivery.created_at, endpoint.effective_timeout_seconds as timeout_seconds`.execute(
    tx,
  );
  const row = rows[0];
  if (!row) throw new Error('The delivery that was just made is not there.');
  const { orgId, id, eventId, endpointId, contract } = delivery;
  const { round_started_at: roundStartedAt, created_at: createdAt, timeout_seconds: timeoutSeconds } = row;
  return {
    orgId,
    id,
    eventId,
    endpointId,
    contract,
    fence: 1,
    attempts: 0,
    roundAttempts: 0,
    roundStartedAt,
    bodyId: null,
    timeoutSeconds,
    createdAt,
  };
}

/** Rows in one statement: a batch of events for thousands of endpoints each must not outlast the statement timeout. */
const rowsAtOnce = 5_000;

/** Puts deliveries into the queue, in the transaction that accepts their event. */
export async function enqueue(tx: Queries, deliveries: Iterable<NewDelivery>): Promise<void> {
  let rows: NewDelivery[] = [];
  for (const delivery of deliveries) {
    rows.push(delivery);
    if (rows.length < rowsAtOnce) continue;
    await insert(tx, rows);
    rows = [];
  }
  if (rows.length > 0) await insert(tx, rows);
}

async function insert(tx: Queries, deliveries: readonly NewDelivery[]): Promise<void> {
  const column = <T>(read: (delivery: NewDelivery) => T): T[] => deliveries.map(read);
  await sql`
    insert into open_deliveries (org_id, id, event_id, endpoint_id, event_type, contract, priority, phase, due_at,
                                 fence, cancel_requested, attempts, round_attempts, created_at)
    select org_id, id, event_id, endpoint_id, event_type, contract, priority,
           case when held then ${held} when due_at > now() then ${scheduled} else ${ready} end, greatest(due_at, now()), 0, false, 0, 0, now()
      from unnest(${column((d) => d.orgId)}::uuid[], ${column((d) => d.id)}::uuid[], ${column((d) => d.eventId)}::uuid[],
        ${column((d) => d.endpointId)}::uuid[], ${column((d) => d.eventType)}::text[], ${column((d) => d.contract)}::text[],
        ${column((d) => d.priority)}::int[], ${column((d) => d.dueAt?.toISOString() ?? null)}::timestamptz[],
        ${column((d) => d.held ?? false)}::boolean[])
      as given (org_id, id, event_id, endpoint_id, event_type, contract, priority, due_at, held)`.execute(tx);
}
