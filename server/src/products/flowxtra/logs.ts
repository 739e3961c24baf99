import { type Selectable, sql } from 'kysely';
import { firstIdAt } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import { type Attempt, getDelivery, listAttempts } from '../../deliveries/ledger.ts';
import { inAnyPhase } from '../../deliveries/phases.ts';
import { lockCompany } from './numbers.ts';
import type { Tables } from './tables.ts';

/** One attempt, numbered. */
export interface Log
  extends Pick<Selectable<Tables['plugin_logs']>, 'id' | 'event_type'>,
    Pick<Selectable<Tables['attempts']>, 'status' | 'started_at' | 'finished_at'> {
  readonly delivered: boolean;
  /** Its number among those of its delivery, from 1. */
  readonly attempt: number;
}

const dayMs = 86_400_000;

/** Attempts are dropped by whole days; those of days that may be gone already are not shown. */
export function firstKeptId(now: number, retentionDays: number): string {
  return firstIdAt(Math.floor((now - retentionDays * dayMs) / dayMs) * dayMs);
}

/** Numbered in one transaction at most: an endpoint may have a month of attempts when its logs are first read. */
const numberedAtOnce = 10_000;

/**
 * Gives each attempt of an endpoint a number that has none yet, in the order in which they ended. Does a part of them
 * when there are many; answers whether there may be more.
 */
export async function numberLogs(
  tx: Queries,
  orgId: string,
  endpointId: string,
  firstKept: string,
  most = numberedAtOnce,
): Promise<boolean> {
  await lockCompany(tx, orgId);
  await sql`
    delete from plugin_logs where org_id = ${orgId} and endpoint_id = ${endpointId} and attempt_id < ${firstKept}`.execute(
    tx,
  );
  const { rows } = await sql<{ count: number }>`
    with delivery as (
      select id, event_type, attempts from closed_deliveries where org_id = ${orgId} and endpoint_id = ${endpointId}
      union all
      select id, event_type, attempts from open_deliveries
       where org_id = ${orgId} and endpoint_id = ${endpointId} and ${inAnyPhase}
    ), counted as (
      select delivery_id, count(*) as logs from plugin_logs
       where org_id = ${orgId} and endpoint_id = ${endpointId} group by delivery_id
    ), unread as (
      select delivery.id, delivery.event_type from delivery left join counted on counted.delivery_id = delivery.id
       where delivery.attempts > coalesce(counted.logs, 0)
    ), fresh as (
      select unread.id as delivery_id, unread.event_type, attempt.id as attempt_id, attempt.finished_at
        from unread join attempts attempt on attempt.org_id = ${orgId} and attempt.delivery_id = unread.id and attempt.id >= ${firstKept}
       where not exists (select 1 from plugin_logs log where log.org_id = ${orgId} and log.attempt_id = attempt.id)
       order by attempt.finished_at, attempt.id limit ${most}
    ), numbered as (
      insert into plugin_logs (org_id, id, endpoint_id, delivery_id, attempt_id, event_type)
      select company.org_id, company.latest_log + row_number() over (order by fresh.finished_at, fresh.attempt_id),
             ${endpointId}::uuid, fresh.delivery_id, fresh.attempt_id, fresh.event_type
        from fresh join plugin_companies company on company.org_id = ${orgId}
      returning id
    ), counted_on as (
      update plugin_companies set latest_log = greatest(latest_log, (select max(id) from numbered))
       where org_id = ${orgId}
    )
    select count(*)::int as count from numbered`.execute(tx);
  return (rows[0]?.count ?? 0) === most;
}

export interface LogFilter {
  readonly event?: string;
  readonly success?: boolean;
}

/** Newest first, and how many there are in all. */
export async function readLogs(
  queries: Queries,
  orgId: string,
  endpointId: string,
  page: { number: number; size: number },
  { event, success }: LogFilter = {},
): Promise<{ logs: Log[]; total: number }> {
  const wanted = sql`log.org_id = ${orgId} and log.endpoint_id = ${endpointId}
    ${event === undefined ? sql`` : sql`and log.event_type = ${event}`}
    ${
      success === undefined
        ? sql``
        : sql`and exists (select 1 from attempts attempt where attempt.org_id = log.org_id and attempt.id = log.attempt_id
                           and (attempt.outcome = 'delivered') = ${success})`
    }`;
  const { rows: counted } = await sql<{ total: number }>`
    select count(*)::int as total from plugin_logs log where ${wanted}`.execute(queries);
  const { rows } = await sql<Log>`
    select log.id, log.event_type, attempt.status, attempt.outcome = 'delivered' as delivered, attempt.number as attempt,
           attempt.started_at, attempt.finished_at
      from (select * from plugin_logs log where ${wanted}
             order by log.id desc limit ${page.size} offset ${(page.number - 1) * page.size}) log
      join attempts attempt on attempt.org_id = log.org_id and attempt.id = log.attempt_id
     order by log.id desc`.execute(queries);
  return { logs: rows, total: counted[0]?.total ?? 0 };
}

/** One log with what was sent and answered; `undefined` where this endpoint has none with this number. */
export async function findLog(
  queries: Queries,
  orgId: string,
  endpointId: string,
  id: number,
): Promise<{ log: Log; attempt: Attempt } | undefined> {
  const { rows } = await sql<Log & { delivery_id: string }>`
    select log.id, log.event_type, log.delivery_id, attempt.status, attempt.outcome = 'delivered' as delivered,
           attempt.number as attempt, attempt.started_at, attempt.finished_at
      from plugin_logs log join attempts attempt on attempt.org_id = log.org_id and attempt.id = log.attempt_id
     where log.org_id = ${orgId} and log.endpoint_id = ${endpointId} and log.id = ${id}`.execute(queries);
  const [log] = rows;
  if (!log) return undefined;
  const delivery = await getDelivery(queries, orgId, log.delivery_id);
  const [attempt] = await listAttempts(queries, delivery, { after: log.attempt - 1, limit: 1 });
  return attempt && { log, attempt };
}
