import { type Static, Type } from 'typebox';
import { publicId } from '../../base/ids.ts';
import {
  catchUpRules,
  changeSchedule,
  createSchedule,
  deleteSchedule,
  getSchedule,
  listSchedules,
  type Schedule as Row,
} from '../../events/schedules.ts';
import { given, IdOf, IdParams, OrNull, pathId, Timestamp } from '../../http/fields.ts';
import { operation } from '../../http/operation.ts';
import { PageOf, PageQuery, pageOf, readCursor } from '../../http/page.ts';
import { recordAudit } from '../../tenants/audit.ts';
import { getOrganization } from '../../tenants/organizations.ts';
import {
  AudienceInput,
  cutData,
  EventData,
  EventTypeName,
  readAudience,
  showAudience,
} from './event-input.ts';

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
  next_at: OrNull(Timestamp),
  last_at: OrNull(Timestamp),
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

function frame(row: Row): Omit<Static<typeof Schedule>, 'data'> {
  return {
    id: publicId('schedule', row.id),
    cron: row.cron,
    time_zone: row.time_zone,
    type: row.type,
    audience: showAudience(row.audience),
    catch_up: row.catch_up,
    enabled: row.enabled,
    next_at: row.next_at?.toISOString() ?? null,
    last_at: row.last_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** With the data exactly as it was received. */
function write(row: Row): string {
  return `${JSON.stringify(frame(row)).slice(0, -1)},"data":${row.data}}`;
}

const group = 'Schedules';

export const create = operation({
  id: 'createSchedule',
  summary: 'Publish an event again and again, by the calendar',
  description:
    'Each time happens once, whatever process dies. Where clocks change, a time that is skipped happens at the change, and one that comes twice happens once.',
  group,
  mode: 'write',
  body: Create,
  answers: { 201: { description: 'The schedule', schema: Schedule } },
  async handle({ queries, services, orgId, actor }, { body, raw }) {
    const row = await createSchedule(queries, services.clock, orgId, {
      cron: body.cron,
      timeZone: body.time_zone ?? (await getOrganization(queries, orgId)).time_zone,
      type: body.type,
      data: cutData(raw, ''),
      audience: body.audience ? JSON.stringify(readAudience(body.audience, '')) : null,
      catchUp: body.catch_up ?? 'latest',
    });
    await recordAudit(queries, services.clock, orgId, actor, {
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
  mode: 'read',
  query: PageQuery,
  answers: {
    200: { description: 'A page, without the data', schema: PageOf(Type.Omit(Schedule, ['data'])) },
  },
  async handle({ queries, services, orgId }, { query }) {
    const name = { sealer: services.sealer, list: 'schedules', orgId };
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
  mode: 'read',
  params: IdParams,
  answers: { 200: { description: 'The schedule', schema: Schedule } },
  async handle({ queries, orgId }, { params }) {
    return { status: 200, text: write(await getSchedule(queries, orgId, pathId('schedule', params.id))) };
  },
});

export const change = operation({
  id: 'changeSchedule',
  summary: 'Change, stop or resume a schedule',
  group,
  mode: 'write',
  params: IdParams,
  body: Change,
  answers: { 200: { description: 'The schedule', schema: Schedule } },
  async handle({ queries, services, orgId, actor }, { params, body, raw }) {
    const row = await changeSchedule(
      queries,
      services.clock,
      orgId,
      pathId('schedule', params.id),
      given({
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
      }),
    );
    await recordAudit(queries, services.clock, orgId, actor, {
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
  mode: 'write',
  params: IdParams,
  answers: { 204: { description: 'Deleted' } },
  async handle({ queries, services, orgId, actor }, { params }) {
    await deleteSchedule(queries, orgId, pathId('schedule', params.id));
    await recordAudit(queries, services.clock, orgId, actor, {
      action: 'schedule.deleted',
      target: params.id,
    });
    return { status: 204 };
  },
});
