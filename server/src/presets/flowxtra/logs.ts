import { sql } from 'kysely';
import { firstIdAt } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import { lockCompany } from './numbers.ts';

/** One attempt, numbered. */
export interface Log {
  readonly id: number;
  readonly event_type: string;
  readonly status: number | null;
  readonly delivered: boolean;
  readonly attempt: number;
  readonly started_at: Date;
  readonly finished_at: Date;
}

const dayMs = 86_400_000;

/** Attempts are dropped by whole days; those of days that may be gone already are not shown. */
export function firstKeptId(now: number, retentionDays: number): string {
  return firstIdAt(Math.floor((now - retentionDays * dayMs) / dayMs) * dayMs);
}

/** Gives each attempt of an endpoint a number that has none yet, in the order in which they ended. */
export async function numberLogs(
  tx: Queries,
  orgId: string,
  endpointId: string,
  firstKept: string,
): Promise<void> {
  await lockCompany(tx, orgId);
  await sql`
    delete from plugin_logs where org_id = ${orgId} and endpoint_id = ${endpointId} and attempt_id < ${firstKept}`.execute(
    tx,
  );
  await sql`
    with delivery as (
      select id, event_type, attempts from closed_deliveries where org_id = ${orgId} and endpoint_id = ${endpointId}
      union all
      select id, event_type, attempts from open_deliveries
       where org_id = ${orgId} and endpoint_id = ${endpointId} and phase in (0, 1, 2, 3, 4)
    ), fresh as (
      select delivery.id as delivery_id, delivery.event_type, attempt.id as attempt_id, attempt.finished_at
        from delivery
        join attempts attempt on attempt.org_id = ${orgId} and attempt.delivery_id = delivery.id and attempt.id >= ${firstKept}
       where delivery.attempts > (select count(*) from plugin_logs log where log.org_id = ${orgId} and log.delivery_id = delivery.id)
         and not exists (select 1 from plugin_logs log where log.org_id = ${orgId} and log.attempt_id = attempt.id)
    ), numbered as (
      insert into plugin_logs (org_id, id, endpoint_id, delivery_id, attempt_id, event_type)
      select company.org_id, company.latest_log + row_number() over (order by fresh.finished_at, fresh.attempt_id),
             ${endpointId}::uuid, fresh.delivery_id, fresh.attempt_id, fresh.event_type
        from fresh join plugin_companies company on company.org_id = ${orgId}
      returning id
    )
    update plugin_companies set latest_log = greatest(latest_log, (select max(id) from numbered))
     where org_id = ${orgId}`.execute(tx);
}

/** Newest first, and how many there are in all. */
export async function readLogs(
  queries: Queries,
  orgId: string,
  endpointId: string,
  page: { number: number; size: number },
): Promise<{ logs: Log[]; total: number }> {
  const { rows: counted } = await sql<{ total: number }>`
    select count(*)::int as total from plugin_logs where org_id = ${orgId} and endpoint_id = ${endpointId}`.execute(
    queries,
  );
  const { rows } = await sql<Log>`
    select log.id, log.event_type, attempt.status, attempt.outcome = 'delivered' as delivered, attempt.number as attempt,
           attempt.started_at, attempt.finished_at
      from (select * from plugin_logs where org_id = ${orgId} and endpoint_id = ${endpointId}
             order by id desc limit ${page.size} offset ${(page.number - 1) * page.size}) log
      join attempts attempt on attempt.org_id = log.org_id and attempt.id = log.attempt_id
     order by log.id desc`.execute(queries);
  return { logs: rows, total: counted[0]?.total ?? 0 };
}
