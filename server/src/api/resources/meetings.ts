import { type Static, Type } from 'typebox';
import { invalidInput } from '../../base/errors.ts';
import { publicId } from '../../base/ids.ts';
import {
  given,
  IdOf,
  IdParams,
  inputId,
  inputTime,
  OrNull,
  pathId,
  Text,
  Timestamp,
} from '../../http/fields.ts';
import { type Context, operation } from '../../http/operation.ts';
import { PageOf, PageQuery, pageOf, readCursor } from '../../http/page.ts';
import {
  cancelMeeting,
  changeMeeting,
  createMeeting,
  getMeeting,
  listMeetings,
  type Meeting as Row,
} from '../../modules/notifications/meetings.ts';
import { recordAudit } from '../../tenants/audit.ts';

const Meeting = Type.Object({
  id: IdOf('meeting'),
  title: Type.String(),
  starts_at: Timestamp,
  members: Type.Array(IdOf('member')),
  cancelled_at: OrNull(Timestamp),
  created_at: Timestamp,
  updated_at: Timestamp,
});

const settings = {
  title: Text(500, { minLength: 1 }),
  starts_at: Timestamp,
  members: Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 500 }),
};
const Create = Type.Object(settings, { additionalProperties: false });
const Change = Type.Object(
  {
    title: Type.Optional(settings.title),
    starts_at: Type.Optional(settings.starts_at),
    members: Type.Optional(settings.members),
  },
  { additionalProperties: false, minProperties: 1 },
);

function show(row: Row): Static<typeof Meeting> {
  return {
    id: publicId('meeting', row.id),
    title: row.title,
    starts_at: row.starts_at.toISOString(),
    members: row.member_ids.map((id) => publicId('member', id)),
    cancelled_at: row.cancelled_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

function readStart({ services }: Context, text: string): Date {
  const startsAt = inputTime(text, '/starts_at');
  if (startsAt.getTime() <= services.clock.now()) throw invalidInput('/starts_at', 'This time has passed.');
  return startsAt;
}

function readMembers(members: readonly string[]): string[] {
  return members.map((id, index) => inputId('member', id, `/members/${index}`));
}

function audit({ queries, services, orgId, actor }: Context, action: string, target: string) {
  return recordAudit(queries, services.clock, orgId, actor, { action, target });
}

const group = 'Notifications';

export const create = operation({
  id: 'createMeeting',
  summary: 'Plan a meeting',
  description: 'Its members get a `meeting` notification ten minutes before it begins.',
  group,
  mode: 'write',
  body: Create,
  answers: { 201: { description: 'The meeting', schema: Meeting } },
  async handle(context, { body }) {
    const { queries, services, orgId } = context;
    const row = await createMeeting(queries, services, orgId, {
      title: body.title,
      startsAt: readStart(context, body.starts_at),
      members: readMembers(body.members),
    });
    await audit(context, 'meeting.created', publicId('meeting', row.id));
    return { status: 201, body: show(row) };
  },
});

export const list = operation({
  id: 'listMeetings',
  summary: 'List meetings, newest first, cancelled ones too',
  group,
  mode: 'read',
  query: PageQuery,
  answers: { 200: { description: 'A page', schema: PageOf(Meeting) } },
  async handle({ queries, services, orgId }, { query }) {
    const name = { sealer: services.sealer, list: 'meetings', orgId };
    const rows = await listMeetings(queries, orgId, {
      before: readCursor(name, query.cursor),
      limit: query.limit + 1,
    });
    return { status: 200, body: pageOf(name, rows, query.limit, (row) => row.id, show) };
  },
});

export const get = operation({
  id: 'getMeeting',
  summary: 'Read a meeting',
  group,
  mode: 'read',
  params: IdParams,
  answers: { 200: { description: 'The meeting', schema: Meeting } },
  async handle({ queries, orgId }, { params }) {
    return { status: 200, body: show(await getMeeting(queries, orgId, pathId('meeting', params.id))) };
  },
});

export const change = operation({
  id: 'changeMeeting',
  summary: 'Change or move a meeting',
  description: 'A meeting that is moved reminds again, ten minutes before its new time.',
  group,
  mode: 'write',
  params: IdParams,
  body: Change,
  answers: { 200: { description: 'The meeting', schema: Meeting } },
  async handle(context, { params, body }) {
    const row = await changeMeeting(
      context.queries,
      context.orgId,
      pathId('meeting', params.id),
      given({
        title: body.title,
        startsAt: body.starts_at === undefined ? undefined : readStart(context, body.starts_at),
        members: body.members && readMembers(body.members),
      }),
    );
    await audit(context, 'meeting.changed', params.id);
    return { status: 200, body: show(row) };
  },
});

export const cancel = operation({
  id: 'cancelMeeting',
  summary: 'Cancel a meeting',
  group,
  mode: 'write',
  params: IdParams,
  answers: { 204: { description: 'Cancelled' } },
  async handle(context, { params }) {
    await cancelMeeting(context.queries, context.orgId, pathId('meeting', params.id));
    await audit(context, 'meeting.cancelled', params.id);
    return { status: 204 };
  },
});
