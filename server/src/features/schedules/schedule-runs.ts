import { type Selectable, sql } from 'kysely';
import { type Calendar, readCalendar } from '../../base/calendar.ts';
import type { Clock } from '../../base/clock.ts';
import { SluiceError } from '../../base/errors.ts';
import { publicId } from '../../base/ids.ts';
import type { Logger } from '../../base/log.ts';
import type { Queries } from '../../db/connect.ts';
import type { Page } from '../../db/page.ts';
import type { Judging } from '../../events/judging.ts';
import type { Publication } from '../../events/new-event.ts';
import type { Publisher } from '../../events/publisher.ts';
import { undecidedWithin } from '../../events/within.ts';
import type { Verdicts } from '../../schemas/questions.ts';
import { recordAudit, systemActor } from '../../tenants/audit.ts';
import type { Tables } from './tables.ts';

export type Schedule = Selectable<Tables['schedules']>;

/** Everything that publishing the events of schedules needs. */
export interface Scheduling extends Judging {
  readonly publisher: Pick<Publisher, 'publishAllWithin'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A due time of a schedule. */
interface Occurrence {
  readonly schedule: Schedule;
  readonly at: Date;
}

/** The due times of a schedule, and its next time. */
interface Step {
  readonly schedule: Schedule;
  readonly times: readonly Date[];
  readonly nextAt: Date | null;
}

/** The outcome of a time of a schedule; `refusal`: why no event was published, `null` where one was. */
export type ScheduleRun = Pick<Selectable<Tables['schedule_runs']>, 'at' | 'refusal' | 'created_at'>;

/** Events in one transaction at most, so that missed times of one schedule do not delay others for long. */
const mostAtOnce = 50;
const onTimeMs = 60_000;
const dayMs = 86_400_000;

/** The due schedules to take. */
export interface Take {
  readonly limit: number;
  /** Ids of schedules to skip. */
  readonly except: readonly string[];
  /** Id of the only schedule to take. */
  readonly only?: string;
  /** Of their events, judged before the transaction. */
  readonly verdicts: Verdicts;
  /** Gets the ids of the locked schedules, before anything can fail. */
  onTaken?(ids: readonly string[]): void;
}

/** The result of taking schedules. */
export interface Ran {
  readonly schedules: number;
  /** Number of published events. */
  readonly events: number;
  /** Schedules that were not changed, because a slow schema has to judge their data outside the transaction. */
  readonly slow: readonly Schedule[];
}

/**
 * Publishes due events in the transaction that moves their schedules to the next time, so that each time happens once,
 * also after a crash. Skips schedules that another worker has locked; schedules on time come before those that catch up.
 * @throws {SluiceError} where an event of several is refused; with `limit` 1, the refusal is written to the run instead
 */
export async function runDueSchedules(tx: Queries, parts: Scheduling, take: Take): Promise<Ran> {
  const { rows } = await sql<Schedule & { now: Date }>`
    select *, now() as now from schedules
     where enabled and next_at <= now() and id <> all (${take.except}::uuid[])
       and (${take.only ?? null}::uuid is null or id = ${take.only ?? null}::uuid)
     order by next_at <= now() - make_interval(secs => ${onTimeMs / 1000}), next_at
     limit ${take.limit} for update skip locked`.execute(tx);
  take.onTaken?.(rows.map(({ id }) => id));
  const steps: Step[] = [];
  let room = mostAtOnce;
  for (const { now, ...schedule } of rows) {
    if (room <= 0) break;
    const step = await stepOf(tx, parts, schedule, { now, most: room });
    room -= step.times.length;
    steps.push(step);
  }
  const slow = await slowOf(tx, parts, steps, take.verdicts);
  const quick = steps.filter(({ schedule }) => !slow.includes(schedule));
  const events = await takeSteps(tx, parts, { steps: quick, verdicts: take.verdicts }, take.limit === 1);
  return { schedules: steps.length, events, slow };
}

/**
 * Publishes the due events of a schedule before it is changed, so that a change does not drop any. Does nothing where a
 * slow schema has to judge its data and has not done so before the transaction.
 */
export async function settleSchedule(
  tx: Queries,
  parts: Scheduling,
  { schedule, now }: { readonly schedule: Schedule; readonly now: Date },
  verdicts: Verdicts,
): Promise<void> {
  if (!isDue(schedule, now)) return;
  const steps = [await stepOf(tx, parts, schedule, { now, most: mostAtOnce })];
  const slow = await slowOf(tx, parts, steps, verdicts);
  if (slow.length === 0) await takeSteps(tx, parts, { steps, verdicts }, true);
}

/** Whether a schedule has an event to publish. */
export function isDue({ enabled, next_at: nextAt }: Schedule, now: Date): boolean {
  return enabled && nextAt !== null && nextAt <= now;
}

/** The schedules whose data a slow schema has to judge; the event of one time is enough to know it. */
async function slowOf(
  tx: Queries,
  parts: Scheduling,
  steps: readonly Step[],
  verdicts: Verdicts,
): Promise<Schedule[]> {
  const asked = steps.flatMap(({ schedule, times }) =>
    times.slice(0, 1).map((at) => ({ schedule, publication: publicationOf({ schedule, at }) })),
  );
  const publications = asked.map(({ publication }) => publication);
  const undecided = await undecidedWithin(tx, parts, publications, verdicts);
  return asked.flatMap(({ schedule, publication }) => (undecided.has(publication) ? [schedule] : []));
}

/** The step of a schedule: at most `most` due times; none where the schedule had to be stopped. */
async function stepOf(
  tx: Queries,
  parts: Pick<Scheduling, 'clock' | 'log'>,
  schedule: Schedule,
  { now, most }: { readonly now: Date; readonly most: number },
): Promise<Step> {
  const calendar = await calendarOf(tx, parts, schedule);
  return calendar === null
    ? { schedule, times: [], nextAt: null }
    : { schedule, ...dueTimes(schedule, calendar, now, most) };
}

async function takeSteps(
  tx: Queries,
  parts: Scheduling,
  { steps, verdicts }: { readonly steps: readonly Step[]; readonly verdicts: Verdicts },
  recordRefusals: boolean,
): Promise<number> {
  if (steps.length === 0) return 0;
  const column = <T>(read: (step: Step) => T): T[] => steps.map(read);
  await sql`
    update schedules set next_at = given.next_at, last_at = coalesce(given.last_at, schedules.last_at)
      from unnest(${column(({ schedule }) => schedule.org_id)}::uuid[], ${column(({ schedule }) => schedule.id)}::uuid[],
        ${column(({ nextAt }) => nextAt?.toISOString() ?? null)}::timestamptz[],
        ${column(({ times }) => times.at(-1)?.toISOString() ?? null)}::timestamptz[]) as given (org_id, id, next_at, last_at)
     where schedules.org_id = given.org_id and schedules.id = given.id`.execute(tx);
  const occurrences = steps.flatMap(({ schedule, times }) => times.map((at) => ({ schedule, at })));
  const fresh = await recordRuns(tx, occurrences);
  if (!recordRefusals) {
    await parts.publisher.publishAllWithin(tx, fresh.map(publicationOf), verdicts);
    return fresh.length;
  }
  let published = 0;
  for (const occurrence of fresh)
    if (await publishOrRecordRefusal(tx, parts, occurrence, verdicts)) published += 1;
  return published;
}

/** The calendar of a schedule. Where this version cannot read it (an unknown time zone), the schedule is stopped: `null`. */
async function calendarOf(
  tx: Queries,
  parts: Pick<Scheduling, 'clock' | 'log'>,
  schedule: Schedule,
): Promise<Calendar | null> {
  try {
    const calendar = readCalendar(schedule.cron, schedule.time_zone);
    calendar.after(new Date(0));
    return calendar;
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    await tx
      .updateTable('schedules')
      .set({ enabled: false })
      .where('org_id', '=', schedule.org_id)
      .where('id', '=', schedule.id)
      .execute();
    await report(tx, parts, schedule, { action: 'schedule.stopped', detail });
    return null;
  }
}

/** The due times, by the rule for missed times. With `all`, times beyond `most` come with the next call. */
function dueTimes(
  schedule: Schedule,
  calendar: Calendar,
  now: Date,
  most: number,
): { times: Date[]; nextAt: Date | null } {
  if (schedule.catch_up !== 'all') return latestTime(schedule, calendar, now);
  const times: Date[] = [];
  let at = schedule.next_at;
  for (; at !== null && at <= now && times.length < most; at = calendar.after(at)) times.push(at);
  return { times, nextAt: at };
}

/** The latest due time. The search begins at most a day back, so that it does not step through years of missed minutes. */
function latestTime(
  schedule: Schedule,
  calendar: Calendar,
  now: Date,
): { times: Date[]; nextAt: Date | null } {
  let latest = schedule.next_at;
  if (latest === null) return { times: [], nextAt: null };
  const aDayBack = calendar.after(new Date(now.getTime() - dayMs));
  if (aDayBack !== null && aDayBack > latest && aDayBack <= now) latest = aDayBack;
  let following = calendar.after(latest);
  for (; following !== null && following <= now; following = calendar.after(latest)) latest = following;
  const missed = now.getTime() - latest.getTime() > onTimeMs;
  return { times: schedule.catch_up === 'none' && missed ? [] : [latest], nextAt: following };
}

/** Records the runs of occurrences, and answers those that have not been recorded before. */
async function recordRuns(tx: Queries, occurrences: readonly Occurrence[]): Promise<Occurrence[]> {
  if (occurrences.length === 0) return [];
  const { rows } = await sql<Pick<Selectable<Tables['schedule_runs']>, 'schedule_id' | 'at'>>`
    insert into schedule_runs (org_id, schedule_id, at, created_at)
    select org_id, schedule_id, at, now()
      from unnest(${occurrences.map(({ schedule }) => schedule.org_id)}::uuid[], ${occurrences.map(({ schedule }) => schedule.id)}::uuid[],
        ${occurrences.map(({ at }) => at.toISOString())}::timestamptz[]) as given (org_id, schedule_id, at)
    on conflict do nothing
    returning schedule_id, at`.execute(tx);
  const fresh = new Set(rows.map((row) => `${row.schedule_id} ${row.at.getTime()}`));
  return occurrences.filter(({ schedule, at }) => fresh.has(`${schedule.id} ${at.getTime()}`));
}

async function publishOrRecordRefusal(
  tx: Queries,
  parts: Scheduling,
  occurrence: Occurrence,
  verdicts: Verdicts,
): Promise<boolean> {
  try {
    await parts.publisher.publishAllWithin(tx, [publicationOf(occurrence)], verdicts);
    return true;
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    const { schedule, at } = occurrence;
    await tx
      .updateTable('schedule_runs')
      .set({ refusal: error.detail })
      .where('org_id', '=', schedule.org_id)
      .where('schedule_id', '=', schedule.id)
      .where('at', '=', at)
      .execute();
    await report(tx, parts, schedule, { action: 'schedule.refused', at, detail: error.detail });
    return false;
  }
}

/** Writes an audit entry of the system, and logs it. */
async function report(
  tx: Queries,
  { clock, log }: Pick<Scheduling, 'clock' | 'log'>,
  schedule: Schedule,
  { action, ...details }: { readonly action: string; readonly at?: Date; readonly detail: string },
): Promise<void> {
  const target = publicId('schedule', schedule.id);
  const author = { orgId: schedule.org_id, actor: systemActor };
  await recordAudit(tx, clock, author, { action, target, details });
  log.warn(
    { org_id: publicId('organization', schedule.org_id), schedule_id: target, detail: details.detail },
    action === 'schedule.refused' ? 'a scheduled event was refused' : 'a schedule was stopped',
  );
}

/** The id of the event for a time of a schedule. */
export function runEventId(scheduleId: string, at: Date): string {
  return `${publicId('schedule', scheduleId)}.${at.getTime()}`;
}

/** The event of one time of a schedule. */
export function publicationOf({ schedule, at }: Occurrence): Publication {
  const { org_id: orgId, type, data, audience } = schedule;
  const externalId = runEventId(schedule.id, at);
  const more = { occurredAt: at, audience: audience === null ? null : JSON.parse(audience) };
  return { orgId, events: [{ type, data, source: 'schedule', externalId, ...more }] };
}

/**
 * A page of the runs of a schedule, newest first.
 * @param page `after`: the time of a run, RFC 3339
 */
export function listRuns(
  queries: Queries,
  orgId: string,
  scheduleId: string,
  { after, limit }: Page,
): Promise<ScheduleRun[]> {
  let query = queries
    .selectFrom('schedule_runs')
    .select(['at', 'refusal', 'created_at'])
    .where('org_id', '=', orgId)
    .where('schedule_id', '=', scheduleId);
  if (after !== null) query = query.where('at', '<', new Date(after));
  return query.orderBy('at', 'desc').limit(limit).execute();
}

/** Deletes up to 1,000 runs that are older than `retentionDays`; answers how many. */
export async function forgetRuns(queries: Queries, retentionDays: number): Promise<number> {
  const { rows } = await sql`
    delete from schedule_runs where (org_id, schedule_id, at) in (
      select org_id, schedule_id, at from schedule_runs
       where created_at < now() - make_interval(days => ${retentionDays}) order by created_at limit 1000)
    returning 1`.execute(queries);
  return rows.length;
}
