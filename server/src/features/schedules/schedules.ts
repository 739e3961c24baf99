import { sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { SluiceError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import { faultsOf, type Judging, judgeBefore } from '../../events/judging.ts';
import { Verdicts } from '../../schemas/questions.ts';
import { checkedCalendar } from './calendar.ts';
import { owes, publicationOf, type RunParts, type Schedule, settleSchedule } from './schedule-runs.ts';

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

/**
 * @param verdicts what was told about its data before the transaction
 * @throws {SluiceError} invalid_input, invalid_event_data, too_much_under_way, conflict (there are too many)
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

/** Refuses data for later events that would be refused now. */
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

interface ScheduleName {
  readonly orgId: string;
  readonly id: string;
}

type ScheduleChange = Partial<ScheduleInput> & { readonly enabled?: boolean };

/**
 * Tells what schemas and gates say about what a change of a schedule is to publish and to keep; may wait for the side
 * thread, so it comes before the transaction of the change.
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
    events: owes(before, now) ? events : [],
    data: isKept ? [data] : [],
  });
}

/**
 * Changes what is given. What is due by now is published first, as the schedule was before. Where the calendar changes
 * or the schedule is resumed, its times are counted anew from now on.
 * @param verdicts what `judgeChange` has told before
 * @throws {SluiceError} not_found, invalid_input, invalid_event_data, too_much_under_way, conflict (it owes more than can
 *   be published in this transaction)
 */
export async function changeSchedule(
  tx: Queries,
  parts: RunParts,
  { orgId, id }: ScheduleName,
  { verdicts, ...change }: ScheduleChange & { readonly verdicts: Verdicts },
): Promise<Schedule> {
  await lock(tx, orgId, id);
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

/** What one transaction cannot publish is still owed as it was; only stopping does without. */
function refuseWhileBehind(schedule: Schedule, now: Date): void {
  if (owes(schedule, now))
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
  return (await findSchedule(queries, orgId, id)) ?? missing();
}

function findSchedule(queries: Queries, orgId: string, id: string): Promise<Schedule | undefined> {
  return queries
    .selectFrom('schedules')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirst();
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
