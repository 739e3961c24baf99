import type { DisableRule } from '@sluice/contracts';
import { sql } from 'kysely';
import type { Queries } from '../db/connect.ts';
import { lookUp } from '../db/look-up.ts';

/** Requests to one endpoint that may be under way at once, over all workers. */
export const maxConcurrency = 64;

/** What one settled batch says about one endpoint. */
export interface HealthChange {
  readonly orgId: string;
  readonly endpointId: string;
  readonly successes: number;
  /** Failures since the batch's last success, or all of them if it had none. */
  readonly trailingFailures: number;
  /** Whether the receiver looked overloaded or away: no answer, 429 or 5xx. */
  readonly strained: boolean;
}

export interface Health {
  readonly orgId: string;
  readonly endpointId: string;
  readonly consecutiveFailures: number;
  readonly failingSince: Date | null;
  readonly now: Date;
}

export async function createHealth(tx: Queries, orgId: string, endpointId: string): Promise<void> {
  await sql`
    insert into endpoint_health (org_id, endpoint_id, consecutive_failures, concurrency, allowance, allowance_at)
    values (${orgId}, ${endpointId}, 0, ${maxConcurrency}, 1, now())`.execute(tx);
}

/** Locks the rows of what is `given`, always in the same order, so that two transactions cannot wait for each other. */
const lockedHealth = sql`locked as (
      select health.* from (select org_id, endpoint_id from given order by 1, 2) wanted
       cross join lateral (
         select org_id, endpoint_id from endpoint_health
          where org_id = wanted.org_id and endpoint_id = wanted.endpoint_id for update) health
    )`;

/** Forgets the failures, as after a repair: on enabling and on rotation where the contract says so. */
export async function resetHealth(tx: Queries, orgId: string, endpointId: string): Promise<void> {
  await sql`
    update endpoint_health set consecutive_failures = 0, failing_since = null
     where org_id = ${orgId} and endpoint_id = ${endpointId}`.execute(tx);
}

/**
 * Applies what a batch showed. The number of requests that an endpoint may have under way halves when it is
 * strained, down to a single probe, and grows by every success: a receiver that comes back is not run over.
 */
export async function recordHealth(tx: Queries, changes: readonly HealthChange[]): Promise<Health[]> {
  const { rows } = await sql<{
    org_id: string;
    endpoint_id: string;
    consecutive_failures: number;
    failing_since: Date | null;
    now: Date;
  }>`
    with given as (
      select * from unnest(
        ${changes.map((c) => c.orgId)}::uuid[], ${changes.map((c) => c.endpointId)}::uuid[], ${changes.map((c) => c.successes)}::int[],
        ${changes.map((c) => c.trailingFailures)}::int[], ${changes.map((c) => c.strained)}::boolean[]
      ) as given (org_id, endpoint_id, successes, trailing_failures, strained)
    ), ${lockedHealth}
    update endpoint_health health set
      consecutive_failures = case when given.successes > 0 then given.trailing_failures else health.consecutive_failures + given.trailing_failures end,
      failing_since = case
        when given.trailing_failures > 0 and given.successes = 0 then coalesce(health.failing_since, now())
        when given.trailing_failures > 0 then now()
        when given.successes > 0 then null
        else health.failing_since end,
      last_success_at = case when given.successes > 0 then now() else health.last_success_at end,
      last_failure_at = case when given.trailing_failures > 0 or given.strained then now() else health.last_failure_at end,
      concurrency = case when given.strained then greatest(1, health.concurrency / 2) else least(${maxConcurrency}, health.concurrency + given.successes) end
      from given, locked
     where ${lookUp('health.org_id', 'given.org_id')} and health.endpoint_id = given.endpoint_id
       and locked.org_id = given.org_id and locked.endpoint_id = given.endpoint_id
    returning health.org_id, health.endpoint_id, health.consecutive_failures, health.failing_since, now() as now`.execute(
    tx,
  );
  return rows.map((row) => ({
    orgId: row.org_id,
    endpointId: row.endpoint_id,
    consecutiveFailures: row.consecutive_failures,
    failingSince: row.failing_since,
    now: row.now,
  }));
}

/** Whether the contract says that an endpoint in this state is to be disabled; answers the reason. */
export function reasonToDisable(rule: DisableRule | null, health: Health): string | null {
  if (rule === null || health.consecutiveFailures === 0) return null;
  if (rule.kind === 'consecutive_failures') {
    return health.consecutiveFailures >= rule.count
      ? `${health.consecutiveFailures} consecutive failures`
      : null;
  }
  if (health.failingSince === null) return null;
  const failingFor = (health.now.getTime() - health.failingSince.getTime()) / 1000;
  return failingFor >= rule.seconds
    ? `nothing but failures since ${health.failingSince.toISOString()}`
    : null;
}

/** Takes what was claimed off the allowance of rate-limited endpoints. */
export async function spendAllowance(
  tx: Queries,
  spent: readonly { orgId: string; endpointId: string; count: number }[],
): Promise<void> {
  await sql`
    with given as (
      select * from unnest(${spent.map((s) => s.orgId)}::uuid[], ${spent.map((s) => s.endpointId)}::uuid[], ${spent.map((s) => s.count)}::int[])
        as given (org_id, endpoint_id, count)
    ), ${lockedHealth}
    update endpoint_health health set allowance = ${allowanceNow} - given.count, allowance_at = now()
      from given, locked, endpoints endpoint
     where ${lookUp('health.org_id', 'given.org_id')} and health.endpoint_id = given.endpoint_id
       and locked.org_id = given.org_id and locked.endpoint_id = given.endpoint_id
       and ${lookUp('endpoint.org_id', 'given.org_id')} and endpoint.id = given.endpoint_id and endpoint.rate_limit is not null`.execute(
    tx,
  );
}

/**
 * What a rate-limited endpoint may save up: about a twentieth of a second's worth, which is how often workers look. A
 * whole second's worth would let twice the rate through in the second after a pause.
 */
const allowanceLimit = sql<number>`ceil((endpoint.rate_limit + 10) / 20.0)`;

/**
 * The allowance as of now, of `health` and `endpoint` in the statement around it; null without a rate limit (least and
 * greatest pass nulls over, so that has to be said). What may be saved up is taken off what comes in: no second,
 * wherever it begins, sees more than the rate.
 */
export const allowanceNow = sql<number>`case when endpoint.rate_limit is not null then least(${allowanceLimit},
  health.allowance + (endpoint.rate_limit + 1 - ${allowanceLimit}) * extract(epoch from now() - health.allowance_at)) end`;
