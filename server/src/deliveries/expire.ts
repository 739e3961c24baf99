import { type Selectable, sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import type { Tables } from '../db/tables.ts';
import { leaseMarginSeconds } from './leases.ts';
import { phase } from './phases.ts';
import { retryRuleFor } from './retry-rules.ts';
import type { LedgerAttempt, OnAttempts } from './settle.ts';
import { settleAttempts } from './settle-attempts.ts';

type Expired = Pick<Selectable<Tables['open_deliveries']>, 'org_id' | 'id' | 'contract' | 'round_attempts'> &
  Pick<Selectable<Tables['endpoints']>, 'retry_delays'>;

const leasesAtOnce = 500;

/**
 * Takes back leases whose worker is gone, at most 500, and answers how many. What it was doing is in the ledger as an
 * attempt with the outcome `unknown`, since the receiver may well have got it; with the address and the body that were
 * sent as far as nothing can have changed them since. The delivery is ready again at once, or has failed when that was
 * the round's last attempt, so a delivery that kills its workers is not sent again and again without end.
 * @param everyone also leases that have not run out: right only where no other process can hold one (at the start of
 *   the embedded database)
 * @param onAttempts what else happens in the transaction that writes the attempts
 */
export function expireLeases(
  queries: Queries,
  clock: Clock,
  everyone = false,
  onAttempts: OnAttempts = async () => {},
): Promise<number> {
  return queries.transaction().execute(async (tx) => {
    const { rows: expired } = await sql<Expired>`
      select delivery.org_id, delivery.id, delivery.contract, delivery.round_attempts, endpoint.retry_delays
        from open_deliveries delivery
        left join endpoints endpoint on endpoint.org_id = delivery.org_id and endpoint.id = delivery.endpoint_id
       where delivery.phase = ${sql.lit(phase.leased)} and (${everyone} or delivery.lease_until < now())
       order by delivery.org_id, delivery.id limit ${leasesAtOnce}
         for update of delivery skip locked`.execute(tx);
    if (expired.length > 0) await onAttempts(tx, await settleAsUnknown(tx, clock, expired));
    return expired.length;
  });
}

/** The caller's transaction has locked them. */
async function settleAsUnknown(
  tx: Queries,
  clock: Clock,
  expired: readonly Expired[],
): Promise<LedgerAttempt[]> {
  const isLast = expired.map(
    (row) => row.round_attempts >= retryRuleFor(row.contract, row.retry_delays).delays.length,
  );
  const { rows } = await sql<LedgerAttempt>`
    with given as (
      select * from unnest(${expired.map((row) => row.org_id)}::uuid[], ${expired.map((row) => row.id)}::uuid[],
        ${expired.map(() => newId(clock))}::uuid[], ${isLast}::boolean[]) as given (org_id, id, attempt_id, is_last)
    ),
    attempted as (
      select delivery.org_id, delivery.id, delivery.event_id, delivery.endpoint_id, delivery.event_type, delivery.contract, delivery.priority,
             delivery.created_at, delivery.body_id, delivery.attempts + 1 as attempts, given.attempt_id,
             case when delivery.cancel_requested then 'cancelled' when given.is_last then 'failed' end as state,
             'unknown' as last_outcome, null::integer as last_status, now() as last_attempt_at, null::integer as last_duration_ms,
             'the worker was gone before the attempt was settled' as error,
             coalesce(case when endpoint.updated_at <= attempt.began_at then endpoint.url end, '') as url,
             case when endpoint.projection is null then delivery.body_id end as sent_body_id,
             null as request_headers, null as response_headers, null::bytea as response_body, false as response_truncated, null as timings,
             delivery.leased_by as worker, attempt.began_at as started_at, ${sql.lit(phase.ready)} as next_phase, 0 as wait_ms
        from given
        join open_deliveries delivery on delivery.org_id = given.org_id and delivery.id = given.id
        left join endpoints endpoint on endpoint.org_id = delivery.org_id and endpoint.id = delivery.endpoint_id
       cross join lateral (
         select coalesce(delivery.leased_at, delivery.lease_until - make_interval(
           secs => coalesce(endpoint.effective_timeout_seconds, 0) + ${leaseMarginSeconds})) as began_at) attempt
    ),
    ${settleAttempts}
    select org_id as "orgId", endpoint_id as "endpointId", id as "deliveryId", attempt_id as "attemptId", contract
      from attempted`.execute(tx);
  return rows;
}
