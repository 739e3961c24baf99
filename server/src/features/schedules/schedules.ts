import { sql } from 'kysely';
import { SluiceError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import { type AcceptTools, refuseUnfitData } from '../../events/accept.ts';
import { checkedCalendar } from './calendar.ts';
import { type RunTools, type Schedule, settleSchedule } from './schedule-runs.ts';

/** What happens with times that passed while no worker ran: nothing, one event for the latest, or one for each. */
export const catchUpRules = ['none', 'latest', 'all'] as const;

export interface ScheduleInput {
  readonly cron: string;
  readonly timeZone: string;
  readonly type: string;
  /** The exact bytes of one JSON object. */
  readonly data: string;
  /** JSON text. */
  readonly audience: string | null;
  readonly catchUp: (typeof catchUpRules)[number];
}

/** What all schedules of an organization that come at the same minute may hold up. */
const mostSchedules = 1_000;

/** @throws {SluiceError} invalid_input, invalid_event_data, conflict (there are too many) */
export async function createSchedule(
  tx: Queries,
  tools: AcceptTools,
  orgId: string,
  input: ScheduleInput,
): Promise<Schedule> {
  const calendar = checkedCalendar(input.cron, input.timeZone);
  await refuseUnfitData(tx, tools, orgId, input);
  await refuseTooMany(tx, orgId);
  return tx
    .insertInto('schedules')
    .values({
      org_id: orgId,
      id: newId(tools.clock),
      cron: input.cron,
      time_zone: input.timeZone,
      type: input.type,
      data: input.data,
      audience: input.audience,
      catch_up: input.catchUp,
      enabled: true,
      next_at: calendar.after(await databaseTime(tx)),
      created_at: sql<Date>`now()`,
      updated_at: sql<Date>`now()`,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Due times are compared with the database's clock, so they are counted from it. */
async function databaseTime(tx: Queries): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select now() as now`.execute(tx);
  const [row] = rows;
  if (!row) throw new Error('The database told no time.');
  return row.now;
}

/** The organization's row is locked, so that two requests at once cannot both be the last one. */
async function refuseTooMany(tx: Queries, orgId: string): Promise<void> {
  await sql`select 1 from organizations where id = ${orgId} for no key update`.execute(tx);
  const { count } = await tx
    .selectFrom('schedules')
    .select(sql<number>`count(*)::int`.as('count'))
    .where('org_id', '=', orgId)
    .executeTakeFirstOrThrow();
  if (count >= mostSchedules)
    throw new SluiceError(
      'conflict',
      `An organization may have ${mostSchedules} schedules; delete one first.`,
    );
}

/**
 * Changes what is given. What is due by now is published first, as the schedule was before. Where the calendar changes
 * or the schedule is resumed, its times are counted anew from now on.
 * @throws {SluiceError} not_found, invalid_input, invalid_event_data, conflict (it owes more than fits into one transaction)
 * @throws {UndecidedError}
 */
export async function changeSchedule(
  tx: Queries,
  tools: AcceptTools & RunTools,
  orgId: string,
  id: string,
  change: Partial<ScheduleInput> & { readonly enabled?: boolean },
): Promise<Schedule> {
  await lock(tx, orgId, id);
  const now = await databaseTime(tx);
  await settleSchedule(tx, tools, await getSchedule(tx, orgId, id), now);
  const before = await getSchedule(tx, orgId, id);
  if (change.enabled !== false) refuseWhileBehind(before, now);
  const cron = change.cron ?? before.cron;
  const timeZone = change.timeZone ?? before.time_zone;
  const enabled = change.enabled ?? before.enabled;
  const movesOn = cron !== before.cron || timeZone !== before.time_zone || (enabled && !before.enabled);
  const nextAt = movesOn ? checkedCalendar(cron, timeZone).after(now) : before.next_at;
  const event = { type: change.type ?? before.type, data: change.data ?? before.data };
  if (change.type !== undefined || change.data !== undefined) await refuseUnfitData(tx, tools, orgId, event);
  return tx
    .updateTable('schedules')
    .set({
      ...event,
      cron,
      time_zone: timeZone,
      enabled,
      next_at: nextAt,
      audience: change.audience === undefined ? before.audience : change.audience,
      catch_up: change.catchUp ?? before.catch_up,
      updated_at: sql<Date>`now()`,
    })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** What one transaction cannot publish is still owed as it was; only stopping does without. */
function refuseWhileBehind({ enabled, next_at: nextAt }: Schedule, now: Date): void {
  if (enabled && nextAt !== null && nextAt <= now)
    throw new SluiceError(
      'conflict',
      'The schedule is still catching up with times that have passed: change it a little later, or stop it first, which leaves them out.',
    );
}

async function lock(tx: Queries, orgId: string, id: string): Promise<void> {
  const { rows } = await sql`
    select 1 from schedules where org_id = ${orgId} and id = ${id} for update`.execute(tx);
  if (rows.length === 0) missing();
}

/**
 * Deletes a schedule with what is known of its runs; what it has published stays.
 * @throws {SluiceError} not_found
 */
export async function deleteSchedule(tx: Queries, orgId: string, id: string): Promise<void> {
  const { numDeletedRows } = await tx
    .deleteFrom('schedules')
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) missing();
  await tx.deleteFrom('schedule_runs').where('org_id', '=', orgId).where('schedule_id', '=', id).execute();
}

/** @throws {SluiceError} not_found */
export async function getSchedule(queries: Queries, orgId: string, id: string): Promise<Schedule> {
  const found = await queries
    .selectFrom('schedules')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirst();
  return found ?? missing();
}

/** Newest first. */
export function listSchedules(
  queries: Queries,
  orgId: string,
  page: { before: string | null; limit: number },
): Promise<Schedule[]> {
  let query = queries.selectFrom('schedules').selectAll().where('org_id', '=', orgId);
  if (page.before !== null) query = query.where('id', '<', page.before);
  return query.orderBy('id', 'desc').limit(page.limit).execute();
}

function missing(): never {
  throw new SluiceError('not_found', 'No such schedule.');
}
