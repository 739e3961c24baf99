import { type RawBuilder, sql } from 'kysely';
import type { Queries } from '../db/connect.ts';
import { lookUp } from '../db/look-up.ts';
import { phase } from './phases.ts';

/**
 * The one way in which deliveries end, as the last parts of a `with`: they move from the queue to `closed_deliveries`.
 * @param ending a part of the same `with` whose rows are locked deliveries: the columns of `closed_deliveries` but for
 *   `finished_at`. Those with a `state` end; those whose `state` is null go on.
 */
export function closeDeliveries(ending: string): RawBuilder<unknown> {
  const from = sql.ref(ending);
  return sql`
    closed as (
      insert into closed_deliveries (org_id, id, event_id, endpoint_id, event_type, contract, state, priority, attempts, body_id,
                                     last_outcome, last_status, last_attempt_at, last_duration_ms, created_at, finished_at)
      select org_id, id, event_id, endpoint_id, event_type, contract, state, priority, attempts, body_id,
             last_outcome, last_status, last_attempt_at, last_duration_ms, created_at, now()
        from ${from} where state is not null
    ),
    removed as (
      delete from open_deliveries delivery using ${from} ending
       where ending.state is not null and ${lookUp('delivery.org_id', 'ending.org_id')} and delivery.id = ending.id
    )`;
}

/**
 * Deliveries that one change moves at once. A backlog of a million would outlast the statement timeout; a duty moves the
 * rest (`orphans.ts`), and nothing of a disabled or deleted endpoint is sent meanwhile.
 */
export const movedAtOnce = 10_000;

/**
 * Cancels open deliveries, at most `movedAtOnce`, and answers how many. Leased ones are only marked: their worker ends
 * them when it settles. They are locked first, so that one which is being claimed or settled at this moment is judged by
 * what it becomes.
 * @param condition on the columns of `open_deliveries delivery`
 * @param locked `skip locked` leaves out those that another transaction holds, instead of waiting for them
 */
export async function cancelWhere(
  tx: Queries,
  condition: RawBuilder<unknown>,
  locked: RawBuilder<unknown> = sql``,
): Promise<number> {
  const leased = sql.lit(phase.leased);
  const { rows } = await sql<{ count: number }>`
    with chosen as (
      select * from open_deliveries delivery where ${condition} limit ${movedAtOnce} for update ${locked}
    ),
    ending as (
      select *, case when phase <> ${leased} then 'cancelled' end as state, null::integer as last_duration_ms from chosen
    ),
    marked as (
      update open_deliveries delivery set cancel_requested = true from chosen
       where chosen.phase = ${leased} and delivery.org_id = chosen.org_id and delivery.id = chosen.id
    ),
    ${closeDeliveries('ending')}
    select count(*)::int as count from chosen`.execute(tx);
  return rows[0]?.count ?? 0;
}
