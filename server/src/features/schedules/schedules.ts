import { sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { SluiceError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import { newestFirst, type Page } from '../../db/page.ts';
import { getRow } from '../../db/rows.ts';
import { faultsOf, type Judging, judgeBefore } from '../../events/judging.ts';
import { Verdicts } from '../../schemas/questions.ts';
import { checkedCalendar } from './calendar.ts';
import { isDue, publicationOf, type Schedule, type Scheduling, settleSchedule } from './schedule-runs.ts';

/** What is published for times that were missed while no worker ran: nothing, one event for the latest, or one for each. */
export const catchUpRules = ['none', 'latest', 'all'] as const;

export interface ScheduleInput {
  readonly cron: string;
  readonly timeZone: string;
  readonly type: string;
  /** JSON object as text, byte for byte as it was received. */
  readonly data: string;
  /** JSON text. */
  readonly audience: string | null;
  readonly catchUp: (typeof catchUpRules)[number];
}

/** Schedules of an organization at most, because all of them may be due in the same minute. */
const mostSchedules = 1_000;

/**
 * Creates a schedule.
 * @param verdicts of its data, judged before the transaction
 * @throws {SluiceError} invalid_input, invalid_event_data, too_much_under_way; conflict, where there are too many
 */
export async function createSchedule(
  tx: Queries,
  parts: Judging & { readonly clock: Clock },
  { orgId, ...input }: ScheduleInput & { readonly orgId: string },
  verdicts: Verdicts,
): Promise<Schedule> {
  const calendar = checkedCalendar(input.cron, input.timeZone);
  await refuseUnfitData(tx, parts, { orgId, type: input.type, data: input.data }, verdicts);
  await refuseTooMany(tx, orgId);
  return tx
    .insertInto('schedules')
    .values({
      org_id: orgId,
      id: newId(parts.clock),
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

/** Refuses data that breaks the schema of its event type. */
async function refuseUnfitData(
  tx: Queries,
  parts: Judging,
  event: { readonly orgId: string; readonly type: string; readonly data: string },
  verdicts: Verdicts,
): Promise<void> {
  const faults = await faultsOf(tx, parts, event, verdicts);
  if (faults.length === 0) return;
  const errors = faults.map(({ pointer, detail }) => ({ pointer: `/data${pointer}`, detail }));
  throw new SluiceError('invalid_event_data', errors[0]?.detail ?? '', { errors });
}

/** The time by the database's clock, with which due times are compared. */
async function databaseTime(tx: Queries): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select now() as now`.execute(tx);
  const [row] = rows;
  if (!row) throw new Error('The database has answered no time.');
  return row.now;
}

/** Locks the organization, so that concurrent requests cannot exceed the limit together. */
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

interface ScheduleName {
  readonly orgId: string;
  readonly id: string;
}

type ScheduleChange = Partial<ScheduleInput> & { readonly enabled?: boolean };

/**
 * Judges the due events of a schedule and its new data, outside the transaction of the change because it may wait for the
 * side thread.
 * @throws {SluiceError} too_much_under_way
 */
export async function judgeChange(
  queries: Queries,
  parts: Judging & { readonly clock: Clock },
  { orgId, id }: ScheduleName,
  change: ScheduleChange,
): Promise<Verdicts> {
  const before = await findSchedule(queries, orgId, id);
  if (!before) return new Verdicts();
  const now = new Date(parts.clock.now());
  const { events } = publicationOf({ schedule: before, at: now });
  const isKept = change.type !== undefined || change.data !== undefined;
  const data = { type: change.type ?? before.type, data: change.data ?? before.data };
  return judgeBefore(queries, parts, orgId, {
    events: isDue(before, now) ? events : [],
    data: isKept ? [data] : [],
  });
}

/**
 * Changes a schedule. Its due events are published first, with the old settings. Where the calendar changes or the
 * schedule is resumed, its next time is counted from now.
 * @param change `verdicts` of `judgeChange`
 * @throws {SluiceError} not_found, invalid_input, invalid_event_data, too_much_under_way; conflict, where more events are
 *   due than one transaction can publish
 */
export async function changeSchedule(
  tx: Queries,
  parts: Scheduling,
  { orgId, id }: ScheduleName,
  { verdicts, ...change }: ScheduleChange & { readonly verdicts: Verdicts },
): Promise<Schedule> {
  await sql`select 1 from schedules where org_id = ${orgId} and id = ${id} for update`.execute(tx);
  const now = await databaseTime(tx);
  await settleSchedule(tx, parts, { schedule: await getSchedule(tx, orgId, id), now }, verdicts);
  const before = await getSchedule(tx, orgId, id);
  if (change.enabled !== false) refuseWhileBehind(before, now);
  const cron = change.cron ?? before.cron;
  const timeZone = change.timeZone ?? before.time_zone;
  const enabled = change.enabled ?? before.enabled;
  const movesOn = cron !== before.cron || timeZone !== before.time_zone || (enabled && !before.enabled);
  const nextAt = movesOn ? checkedCalendar(cron, timeZone).after(now) : before.next_at;
  const event = { type: change.type ?? before.type, data: change.data ?? before.data };
  if (change.type !== undefined || change.data !== undefined)
    await refuseUnfitData(tx, parts, { orgId, ...event }, verdicts);
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

/** Refuses a change while events are still due, because they have to be published with the old settings. */
function refuseWhileBehind(schedule: Schedule, now: Date): void {
  if (isDue(schedule, now))
    throw new SluiceError(
      'conflict',
      'The schedule is still catching up with missed times: change it a little later, or stop it first, which drops them.',
    );
}

/**
 * Deletes a schedule and its runs; its events stay.
 * @throws {SluiceError} not_found
 */
export async function deleteSchedule(tx: Queries, orgId: string, id: string): Promise<void> {
  const { numDeletedRows } = await tx
    .deleteFrom('schedules')
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) throw new SluiceError('not_found', 'No such schedule.');
  await tx.deleteFrom('schedule_runs').where('org_id', '=', orgId).where('schedule_id', '=', id).execute();
}

/** @throws {SluiceError} not_found */
export function getSchedule(queries: Queries, orgId: string, id: string): Promise<Schedule> {
  return getRow(queries, 'schedules', { orgId, id }, 'schedule');
}

function findSchedule(queries: Queries, orgId: string, id: string): Promise<Schedule | undefined> {
  return queries
    .selectFrom('schedules')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirst();
}

/** A page of the organization's schedules, newest first. */
export function listSchedules(queries: Queries, orgId: string, page: Page): Promise<Schedule[]> {
  return newestFirst(queries.selectFrom('schedules').selectAll().where('org_id', '=', orgId), page);
}
