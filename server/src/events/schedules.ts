import { type Selectable, sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { invalidInput, SluiceError } from '../base/errors.ts';
import { newId, publicId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import type { Tables } from '../db/tables.ts';
import { type Calendar, readCalendar } from './calendar.ts';

export type Schedule = Selectable<Tables['schedules']>;

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

/** @throws {SluiceError} invalid_input */
export async function createSchedule(
  tx: Queries,
  clock: Clock,
  orgId: string,
  input: ScheduleInput,
): Promise<Schedule> {
  const calendar = checkedCalendar(input.cron, input.timeZone);
  return tx
    .insertInto('schedules')
    .values({
      org_id: orgId,
      id: newId(clock),
      cron: input.cron,
      time_zone: input.timeZone,
      type: input.type,
      data: input.data,
      audience: input.audience,
      catch_up: input.catchUp,
      enabled: true,
      next_at: calendar.after(new Date(clock.now())),
      created_at: sql<Date>`now()`,
      updated_at: sql<Date>`now()`,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/**
 * Changes what is given. Its times are counted anew from now on.
 * @throws {SluiceError} not_found, invalid_input
 */
export async function changeSchedule(
  tx: Queries,
  clock: Clock,
  orgId: string,
  id: string,
  change: Partial<ScheduleInput> & { readonly enabled?: boolean },
): Promise<Schedule> {
  const before = await tx
    .selectFrom('schedules')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!before) missing();
  const cron = change.cron ?? before.cron;
  const timeZone = change.timeZone ?? before.time_zone;
  const enabled = change.enabled ?? before.enabled;
  const movesOn = cron !== before.cron || timeZone !== before.time_zone || (enabled && !before.enabled);
  const nextAt = movesOn ? checkedCalendar(cron, timeZone).after(new Date(clock.now())) : before.next_at;
  return tx
    .updateTable('schedules')
    .set({
      cron,
      time_zone: timeZone,
      enabled,
      next_at: nextAt,
      type: change.type ?? before.type,
      data: change.data ?? before.data,
      audience: change.audience === undefined ? before.audience : change.audience,
      catch_up: change.catchUp ?? before.catch_up,
      updated_at: sql<Date>`now()`,
    })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** @throws {SluiceError} not_found */
export async function deleteSchedule(tx: Queries, orgId: string, id: string): Promise<void> {
  const { numDeletedRows } = await tx
    .deleteFrom('schedules')
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) missing();
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

/** One event that a schedule owes. */
export interface Occurrence {
  readonly schedule: Schedule;
  readonly at: Date;
  /** Unique for schedule and time: a second safeguard beside the transaction. */
  readonly externalId: string;
}

const mostAtOnce = 100;
const onTimeMs = 60_000;

/**
 * Takes the schedules that are due and moves them on, in the transaction that publishes what they owe: so each time
 * happens once, whatever dies. Schedules that another worker is at are left to it.
 */
export async function takeDueOccurrences(tx: Queries, limit = 100): Promise<Occurrence[]> {
  const { rows } = await sql<Schedule & { now: Date }>`
    select *, now() as now from schedules
     where enabled and next_at <= now() order by next_at limit ${limit} for update skip locked`.execute(tx);
  const occurrences: Occurrence[] = [];
  for (const { now, ...schedule } of rows) {
    const { times, nextAt } = dueTimes(schedule, now);
    await tx
      .updateTable('schedules')
      .set({ next_at: nextAt, ...(times.length === 0 ? {} : { last_at: times.at(-1) ?? null }) })
      .where('org_id', '=', schedule.org_id)
      .where('id', '=', schedule.id)
      .execute();
    for (const at of times)
      occurrences.push({ schedule, at, externalId: `${publicId('schedule', schedule.id)}.${at.getTime()}` });
  }
  return occurrences;
}

/** The times that have come, by the rule for those that were missed. With `all`, the rest comes with the next call. */
function dueTimes(schedule: Schedule, now: Date): { times: Date[]; nextAt: Date | null } {
  const calendar = readCalendar(schedule.cron, schedule.time_zone);
  if (schedule.catch_up !== 'all') return latestTime(schedule, calendar, now);
  const times: Date[] = [];
  let at = schedule.next_at;
  for (; at !== null && at <= now && times.length < mostAtOnce; at = calendar.after(at)) times.push(at);
  return { times, nextAt: at };
}

/** Years of missed minutes are not walked through: the walk begins a day back, which holds the latest of any dense calendar. */
function latestTime(
  schedule: Schedule,
  calendar: Calendar,
  now: Date,
): { times: Date[]; nextAt: Date | null } {
  let latest = schedule.next_at;
  if (latest === null) return { times: [], nextAt: null };
  const aDayBack = calendar.after(new Date(now.getTime() - 86_400_000));
  if (aDayBack !== null && aDayBack > latest && aDayBack <= now) latest = aDayBack;
  let following = calendar.after(latest);
  for (; following !== null && following <= now; following = calendar.after(latest)) latest = following;
  const missed = now.getTime() - latest.getTime() > onTimeMs;
  return { times: schedule.catch_up === 'none' && missed ? [] : [latest], nextAt: following };
}

function checkedCalendar(cron: string, timeZone: string): Calendar {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    throw invalidInput('/time_zone', `There is no time zone "${timeZone}".`);
  }
  const calendar = readChecked(cron, timeZone);
  if (calendar.after(new Date(0)) === null)
    throw invalidInput('/cron', 'This time never comes: there is no such day.');
  return calendar;
}

function readChecked(cron: string, timeZone: string): Calendar {
  try {
    return readCalendar(cron, timeZone);
  } catch (error) {
    throw invalidInput(
      '/cron',
      `This is not a cron expression of five fields: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function missing(): never {
  throw new SluiceError('not_found', 'No such schedule.');
}
