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
import { given, IdOf, IdParams, OrNull, pathId, Timestamp } from '../../../http/fields.ts';
import { operation } from '../../../http/operation.ts';
import { PageOf, PageQuery, pageOf, readCursor } from '../../../http/page.ts';
import { getOrganization } from '../../../tenants/organizations.ts';
import { checkedCalendar } from '../calendar.ts';
import { listRuns, type Schedule as Row, runEventId, type ScheduleRun } from '../schedule-runs.ts';
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
  description: "IANA time zone; the organization's if left out",
  examples: ['Europe/Berlin'],
});
const CatchUp = Type.Enum([...catchUpRules], {
  description:
    'For times that passed while no worker ran: nothing, one event for the latest (the default), or one for each',
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
  next_at: Type.Union([Timestamp, Type.Null()], { description: 'null while it is stopped' }),
  last_at: OrNull(Timestamp),
  upcoming: Type.Array(Timestamp, { description: 'Its next times, up to five; none while it is stopped' }),
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
const Create = Type.Object(settings, { additionalProperties: false });
const Change = Type.Object(
  {
    ...settings,
    cron: Type.Optional(Cron),
    type: Type.Optional(EventTypeName),
    data: Type.Optional(EventData),
    enabled: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false, minProperties: 1 },
);

const shownTimes = 5;

const Run = Type.Object({
  at: Type.String({ format: 'date-time', description: 'When it was due' }),
  event_id: Type.Union([IdOf('event'), Type.Null()], {
    description: 'What was published; null: it was refused',
  }),
  refusal: OrNull(Type.String({ description: 'Why nothing was published' })),
  created_at: Timestamp,
});

function frame(row: Row): Omit<Static<typeof Schedule>, 'data' | 'upcoming'> {
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

/** With its next times, and the data exactly as it was received. */
function write(row: Row): string {
  const next = nextTime(row);
  const upcoming = next === null ? [] : [next, ...followingTimes(row, next)];
  return `${JSON.stringify({ ...frame(row), upcoming }).slice(0, -1)},"data":${row.data}}`;
}

/** None where this version cannot read the calendar any more. */
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

/** What publishing by the calendar takes. */
export type Publishing = Parameters<typeof changeSchedule>[1];

const group = 'Schedules';

export const create = (publishing: Publishing) =>
  operation({
    id: 'createSchedule',
    summary: 'Publish an event again and again, by the calendar',
    description:
      'Each time happens once, whatever process dies. Where clocks change, a time that is skipped happens at the change, and one that comes twice happens once.',
    group,
    takes: { body: Create, bodyLimit: dataLimit + 65_536 },
    answers: { 201: { description: 'The schedule', schema: Schedule }, refusals: [429] },
    runs: 'write',
    prepare({ body, raw }, { queries, orgId }) {
      return judgeBefore(queries, publishing, orgId, { data: [{ type: body.type, data: cutData(raw, '') }] });
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
      const row = await createSchedule(queries, publishing, input, verdicts);
      await audit({
        action: 'schedule.created',
        target: publicId('schedule', row.id),
        details: { cron: row.cron, type: row.type },
      });
      return { status: 201, text: write(row) };
    },
  });

export const list = operation({
  id: 'listSchedules',
  summary: 'List schedules, newest first',
  group,
  takes: { query: PageQuery },
  answers: {
    200: {
      description: 'A page, without the data and the next times',
      schema: PageOf(Type.Omit(Schedule, ['data', 'upcoming'])),
    },
  },
  runs: 'read',
  async handle({ queries, orgId, sealer }, { query }) {
    const name = { sealer, list: 'schedules', orgId };
    const rows = await listSchedules(queries, orgId, {
      before: readCursor(name, query.cursor),
      limit: query.limit + 1,
    });
    return { status: 200, body: pageOf(name, rows, query.limit, (row) => row.id, frame) };
  },
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
  summary: 'See when a cron expression comes',
  description: 'From now on, without making a schedule.',
  group,
  takes: {
    body: Type.Object(
      {
        cron: Cron,
        time_zone: Type.Optional(TimeZone),
        count: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 50, description: 'Times; five if left out' }),
        ),
      },
      { additionalProperties: false },
    ),
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

export const runs = operation({
  id: 'listScheduleRuns',
  summary: 'See what came of its times, newest first',
  description: 'For as long as retention says.',
  group,
  takes: { params: IdParams, query: PageQuery },
  answers: { 200: { description: 'A page', schema: PageOf(Run) } },
  runs: 'read',
  async handle({ queries, orgId, sealer }, { params, query }) {
    const { id } = await getSchedule(queries, orgId, pathId('schedule', params.id));
    const name = { sealer, list: `runs of ${id}`, orgId };
    const cursor = readCursor(name, query.cursor);
    const rows = await listRuns(queries, orgId, id, {
      before: cursor === null ? null : new Date(cursor),
      limit: query.limit + 1,
    });
    return {
      status: 200,
      body: pageOf(
        name,
        rows,
        query.limit,
        (run) => run.at.toISOString(),
        (run) => showRun(id, run),
      ),
    };
  },
});

export const change = (publishing: Publishing) =>
  operation({
    id: 'changeSchedule',
    summary: 'Change, stop or resume a schedule',
    description:
      'What is left out stays. What is due already is published first, as it was; where that is more than 50 events, the change is refused with 409 until the schedule has caught up, unless it stops it. With another calendar, or resumed, it counts its times anew from now on.',
    group,
    takes: { params: IdParams, body: Change, bodyLimit: dataLimit + 65_536 },
    answers: { 200: { description: 'The schedule', schema: Schedule }, refusals: [429] },
    runs: 'write',
    prepare({ params, body, raw }, { queries, orgId }) {
      const name = { orgId, id: pathId('schedule', params.id) };
      const data = body.data === undefined ? undefined : cutData(raw, '');
      return judgeChange(queries, publishing, name, given({ type: body.type, data }));
    },
    async handle({ queries, orgId, audit }, { params, body, raw }, verdicts) {
      const name = { orgId, id: pathId('schedule', params.id) };
      const change = given({
        cron: body.cron,
        timeZone: body.time_zone,
        type: body.type,
        data: body.data === undefined ? undefined : cutData(raw, ''),
        audience:
          body.audience === undefined
            ? undefined
            : body.audience && JSON.stringify(readAudience(body.audience, '')),
        catchUp: body.catch_up,
        enabled: body.enabled,
      });
      const row = await changeSchedule(queries, publishing, name, { ...change, verdicts });
      await audit({
        action: 'schedule.changed',
        target: params.id,
        details: { changed: Object.keys(body) },
      });
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
    await audit({
      action: 'schedule.deleted',
      target: params.id,
    });
    return { status: 204 };
  },
});
