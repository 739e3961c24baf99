import { type Selectable, sql } from 'kysely';
import { firstIdAt } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import { type Attempt, getDelivery, listAttempts } from '../../deliveries/ledger.ts';
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

export interface LogFilter {
  /** The first id that retention keeps. */
  readonly firstKept: string;
  readonly event?: string;
  readonly success?: boolean;
}

/** Newest first, and how many there are in all. */
export async function readLogs(
  queries: Queries,
  orgId: string,
  endpointId: string,
  page: { number: number; size: number },
  { firstKept, event, success }: LogFilter,
): Promise<{ logs: Log[]; total: number }> {
  const wanted = sql`log.org_id = ${orgId} and log.endpoint_id = ${endpointId} and log.attempt_id >= ${firstKept}
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
  const [attempt] = await listAttempts(queries, delivery, { after: String(log.attempt - 1), limit: 1 });
  return attempt && { log, attempt };
}
