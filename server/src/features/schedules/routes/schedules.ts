import { type Static, Type } from 'typebox';
import {
  AudienceInput,
  cutData,
  dataLimit,
  EventData,
  EventTypeName,
  readAudience,
  showAudience,
} from '../../../api/event-input.ts';
import { readCalendar, timesAfter } from '../../../base/calendar.ts';
import { publicId } from '../../../base/ids.ts';
import { judgeBefore } from '../../../events/judging.ts';
import { Closed, given, IdOf, IdParams, OrNull, pathId, Timestamp } from '../../../http/fields.ts';
import { listOperation } from '../../../http/list-operation.ts';
import { operation } from '../../../http/operation.ts';
import { getOrganization } from '../../../tenants/organizations.ts';
import { checkedCalendar } from '../calendar.ts';
import {
  listRuns,
  type Schedule as Row,
  runEventId,
  type ScheduleRun,
  type Scheduling,
} from '../schedule-runs.ts';
import {
  catchUpRules,
  changeSchedule,
  createSchedule,
  deleteSchedule,
  getSchedule,
  judgeChange,
  listSchedules,
} from '../schedules.ts';

const Cron = Type.String({
  minLength: 9,
  maxLength: 128,
  description: 'Five fields: minute, hour, day of month, month, day of week',
  examples: ['0 9 * * 1'],
});
const TimeZone = Type.String({
  maxLength: 64,
  description: "IANA time zone; by default, the organization's",
  examples: ['Europe/Berlin'],
});
const CatchUp = Type.Enum([...catchUpRules], {
  description:
    'For times that were missed while no worker ran: nothing, one event for the latest (the default), or one for each',
});

const Schedule = Type.Object({
  id: IdOf('schedule'),
  cron: Cron,
  time_zone: TimeZone,
  type: Type.String(),
  data: Type.Unknown(),
  audience: OrNull(
    Type.Object({
      members: Type.Optional(Type.Array(Type.String())),
      roles: Type.Optional(Type.Array(Type.String())),
    }),
  ),
  catch_up: CatchUp,
  enabled: Type.Boolean(),
  next_at: OrNull(Timestamp, { description: 'null while it is stopped' }),
  last_at: OrNull(Timestamp),
  upcoming: Type.Array(Timestamp, { description: 'The next five times; none while it is stopped' }),
  created_at: Timestamp,
  updated_at: Timestamp,
});

const settings = {
  cron: Cron,
  type: EventTypeName,
  data: EventData,
  time_zone: Type.Optional(TimeZone),
  audience: Type.Optional(OrNull(AudienceInput)),
  catch_up: Type.Optional(CatchUp),
};
const Create = Closed(settings);
const Change = Closed(
  {
    ...settings,
    cron: Type.Optional(Cron),
    type: Type.Optional(EventTypeName),
    data: Type.Optional(EventData),
    enabled: Type.Optional(Type.Boolean()),
  },
  { minProperties: 1 },
);

const shownTimes = 5;

const Run = Type.Object({
  at: Type.String({ format: 'date-time', description: 'The due time' }),
  event_id: OrNull(IdOf('event'), { description: 'The published event; null: it was refused' }),
  refusal: OrNull(Type.String({ description: 'Why no event was published' })),
  created_at: Timestamp,
});

/** A schedule as lists show it. */
function showSummary(row: Row): Omit<Static<typeof Schedule>, 'data' | 'upcoming'> {
  return {
    id: publicId('schedule', row.id),
    cron: row.cron,
    time_zone: row.time_zone,
    type: row.type,
    audience: showAudience(row.audience),
    catch_up: row.catch_up,
    enabled: row.enabled,
    next_at: nextTime(row)?.toISOString() ?? null,
    last_at: row.last_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

function nextTime(row: Row): Date | null {
  return row.enabled ? row.next_at : null;
}

/** A schedule with its next times as JSON text. Its data is inserted as text, because parsing it would change its bytes. */
function write(row: Row): string {
  const next = nextTime(row);
  const upcoming = next === null ? [] : [next, ...followingTimes(row, next)];
  return `${JSON.stringify({ ...showSummary(row), upcoming }).slice(0, -1)},"data":${row.data}}`;
}

/** None where this version cannot read the calendar. */
function followingTimes(row: Row, after: Date): Date[] {
  try {
    return timesAfter(readCalendar(row.cron, row.time_zone), after, shownTimes - 1);
  } catch {
    return [];
  }
}

function showRun(scheduleId: string, { at, refusal, created_at }: ScheduleRun): Static<typeof Run> {
  return {
    at: at.toISOString(),
    event_id: refusal === null ? runEventId(scheduleId, at) : null,
    refusal,
    created_at: created_at.toISOString(),
  };
}

const group = 'Schedules';

export const create = (scheduling: Scheduling) =>
  operation({
    id: 'createSchedule',
    summary: 'Create a schedule',
    description:
      'A schedule publishes an event at each of its times, exactly once. When daylight saving time begins, a skipped time takes place at the change; when it ends, a repeated time takes place once.',
    group,
    takes: { body: Create, bodyLimit: dataLimit + 65_536 },
    answers: { 201: { description: 'The schedule', schema: Schedule }, refusals: [429] },
    runs: 'write',
    prepare({ body, raw }, { queries, orgId }) {
      return judgeBefore(queries, scheduling, orgId, { data: [{ type: body.type, data: cutData(raw, '') }] });
    },
    async handle({ queries, orgId, audit }, { body, raw }, verdicts) {
      const input = {
        orgId,
        cron: body.cron,
        timeZone: body.time_zone ?? (await getOrganization(queries, orgId)).time_zone,
        type: body.type,
        data: cutData(raw, ''),
        audience: body.audience ? JSON.stringify(readAudience(body.audience, '')) : null,
        catchUp: body.catch_up ?? 'latest',
      };
      const row = await createSchedule(queries, scheduling, input, verdicts);
      await audit({
        action: 'schedule.created',
        target: publicId('schedule', row.id),
        details: { cron: row.cron, type: row.type },
      });
      return { status: 201, text: write(row) };
    },
  });

export const list = listOperation({
  id: 'listSchedules',
  summary: 'List schedules, newest first, without their data and next times',
  group,
  item: Type.Omit(Schedule, ['data', 'upcoming']),
  read: ({ queries, orgId }, _input, page) => listSchedules(queries, orgId, page),
  position: ({ id }) => id,
  show: showSummary,
});

export const get = operation({
  id: 'getSchedule',
  summary: 'Read a schedule',
  group,
  takes: { params: IdParams },
  answers: { 200: { description: 'The schedule', schema: Schedule } },
  runs: 'read',
  async handle({ queries, orgId }, { params }) {
    return { status: 200, text: write(await getSchedule(queries, orgId, pathId('schedule', params.id))) };
  },
});

export const preview = operation({
  id: 'previewSchedule',
  summary: 'Preview the next times of a cron expression',
  description: 'From now on, without creating a schedule.',
  group,
  takes: {
    body: Closed({
      cron: Cron,
      time_zone: Type.Optional(TimeZone),
      count: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 50, description: 'Number of times; by default 5' }),
      ),
    }),
  },
  answers: {
    200: {
      description: 'The next times',
      schema: Type.Object({ cron: Cron, time_zone: TimeZone, times: Type.Array(Timestamp) }),
    },
  },
  runs: 'read',
  async handle({ queries, orgId, clock }, { body }) {
    const timeZone = body.time_zone ?? (await getOrganization(queries, orgId)).time_zone;
    const calendar = checkedCalendar(body.cron, timeZone);
    const times = timesAfter(calendar, new Date(clock.now()), body.count ?? shownTimes);
    return {
      status: 200,
      body: { cron: body.cron, time_zone: timeZone, times: times.map((time) => time.toISOString()) },
    };
  },
});

export const runs = listOperation({
  id: 'listScheduleRuns',
  summary: 'List the runs of a schedule, newest first',
  description: 'Kept for as long as retention says.',
  group,
  params: IdParams,
  item: Run,
  async read({ queries, orgId }, { params }, page) {
    const { id } = await getSchedule(queries, orgId, pathId('schedule', params.id));
    return listRuns(queries, orgId, id, page);
  },
  position: ({ at }) => at.toISOString(),
  show: (run, _context, { params }) => showRun(pathId('schedule', params.id), run),
});

export const change = (scheduling: Scheduling) =>
  operation({
    id: 'changeSchedule',
    summary: 'Change, stop or resume a schedule',
    description:
      'Settings that are left out do not change. Due events are published first, with the old settings; where they are more than 50, the change is refused with 409 until the schedule has caught up, unless it stops the schedule. With another calendar, or when it is resumed, the next time is counted from now.',
    group,
    takes: { params: IdParams, body: Change, bodyLimit: dataLimit + 65_536 },
    answers: { 200: { description: 'The schedule', schema: Schedule }, refusals: [429] },
    runs: 'write',
    prepare({ params, body, raw }, { queries, orgId }) {
      const name = { orgId, id: pathId('schedule', params.id) };
      const data = body.data === undefined ? undefined : cutData(raw, '');
      return judgeChange(queries, scheduling, name, given({ type: body.type, data }));
    },
    async handle({ queries, orgId, audit }, { params, body, raw }, verdicts) {
      const name = { orgId, id: pathId('schedule', params.id) };
      const change = given({
        cron: body.cron,
        timeZone: body.time_zone,
        type: body.type,
        data: body.data === undefined ? undefined : cutData(raw, ''),
        audience: body.audience && JSON.stringify(readAudience(body.audience, '')),
        catchUp: body.catch_up,
        enabled: body.enabled,
      });
      const row = await changeSchedule(queries, scheduling, name, { ...change, verdicts });
      await audit({ action: 'schedule.changed', target: params.id, details: { changed: Object.keys(body) } });
      return { status: 200, text: write(row) };
    },
  });

export const remove = operation({
  id: 'deleteSchedule',
  summary: 'Delete a schedule',
  group,
  takes: { params: IdParams },
  answers: { 204: { description: 'Deleted' } },
  runs: 'write',
  async handle({ queries, orgId, audit }, { params }) {
    await deleteSchedule(queries, orgId, pathId('schedule', params.id));
    await audit({ action: 'schedule.deleted', target: params.id });
    return { status: 204 };
  },
});
