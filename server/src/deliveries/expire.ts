import { sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import { leaseMarginSeconds } from './claim.ts';
import { retryRuleFor } from './schedule.ts';

/**
 * Takes back leases whose worker is gone: what it was doing is in the ledger as an attempt with the outcome
 * `unknown`, since the receiver may well have got it; with the address and the body that were sent as far as nothing can
 * have changed them since. The delivery is tried again at once, or has failed when that
 * was the schedule's last attempt: a delivery that kills every worker does not go round for ever. Answers how many.
 * @param everyone also leases that have not run out: right only where no other process can hold one (at the start of
 *   the embedded database)
 */
export function expireLeases(queries: Queries, clock: Clock, everyone = false): Promise<number> {
  return queries.transaction().execute(async (tx) => {
    const { rows: expired } = await sql<{
      org_id: string;
      id: string;
      contract: string;
      round_attempts: number;
      retry_delays: number[] | null;
    }>`
      select delivery.org_id, delivery.id, delivery.contract, delivery.round_attempts, endpoint.retry_delays
        from open_deliveries delivery
        left join endpoints endpoint on endpoint.org_id = delivery.org_id and endpoint.id = delivery.endpoint_id
       where delivery.phase = 2 and (${everyone} or delivery.lease_until < now())
       order by delivery.org_id, delivery.id limit 500
         for update of delivery skip locked`.execute(tx);
    if (expired.length === 0) return 0;
    const isLast = expired.map(
      (row) => row.round_attempts >= retryRuleFor(row.contract, row.retry_delays).delays.length,
    );
    await sql`
      with given as (
        select * from unnest(${expired.map((row) => row.org_id)}::uuid[], ${expired.map((row) => row.id)}::uuid[],
          ${expired.map(() => newId(clock))}::uuid[], ${isLast}::boolean[]) as given (org_id, id, attempt_id, is_last)
      ),
      cut as (
        select given.attempt_id, given.is_last or delivery.cancel_requested as ends, delivery.*, attempt.began_at,
               case when endpoint.updated_at <= attempt.began_at then endpoint.url else '' end as url_then,
               case when endpoint.projection is null then delivery.body_id end as body_then
          from given
          join open_deliveries delivery on delivery.org_id = given.org_id and delivery.id = given.id
          left join endpoints endpoint on endpoint.org_id = delivery.org_id and endpoint.id = delivery.endpoint_id
         cross join lateral (
           select coalesce(delivery.leased_at, delivery.lease_until - make_interval(
             secs => coalesce(endpoint.effective_timeout_seconds, 0) + ${leaseMarginSeconds})) as began_at) attempt
      ),
      attempt as (
        insert into attempts (org_id, id, delivery_id, endpoint_id, number, outcome, error, url, body_id, response_truncated, worker, started_at, finished_at)
        select org_id, attempt_id, id, endpoint_id, attempts + 1, 'unknown', 'the worker was gone before the attempt was settled', coalesce(url_then, ''), body_then, false,
               leased_by, began_at, now()
          from cut
      ),
      closed as (
        insert into closed_deliveries (org_id, id, event_id, endpoint_id, event_type, contract, state, priority, attempts, body_id,
                                       last_outcome, last_attempt_at, created_at, finished_at)
        select org_id, id, event_id, endpoint_id, event_type, contract, case when cancel_requested then 'cancelled' else 'failed' end,
               priority, attempts + 1, body_id, 'unknown', now(), created_at, now()
          from cut where ends
      ),
      gone as (
        delete from open_deliveries delivery using cut where cut.ends and delivery.org_id = cut.org_id and delivery.id = cut.id
      )
      update open_deliveries delivery set
        phase = 1, due_at = now(), lease_until = null, leased_at = null, leased_by = null, fence = delivery.fence + 1,
        attempts = delivery.attempts + 1, round_attempts = delivery.round_attempts + 1,
        last_outcome = 'unknown', last_status = null, last_attempt_at = now()
        from cut where not cut.ends and delivery.org_id = cut.org_id and delivery.id = cut.id`.execute(tx);
    return expired.length;
  });
}
