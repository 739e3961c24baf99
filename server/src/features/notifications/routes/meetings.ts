import { type Static, Type } from 'typebox';
import { publicId } from '../../../base/ids.ts';
import type { Publisher } from '../../../events/publisher.ts';
import { memberOf } from '../../../http/credential.ts';
import {
  Closed,
  futureTime,
  given,
  IdOf,
  IdParams,
  inputId,
  inputTime,
  OrNull,
  pathId,
  Text,
  Timestamp,
} from '../../../http/fields.ts';
import { listOperation } from '../../../http/list-operation.ts';
import { type Context, operation } from '../../../http/operation.ts';
import {
  cancelMeeting,
  changeMeeting,
  createMeeting,
  getMeeting,
  listMeetings,
  meetingOrders,
  meetingPosition,
  type Meeting as Row,
} from '../meetings.ts';

const group = 'Notifications';

const Meeting = Type.Object({
  id: IdOf('meeting'),
  title: Type.String(),
  starts_at: Timestamp,
  members: Type.Array(IdOf('member')),
  created_by: Type.String(),
  created_at: Timestamp,
  updated_at: Timestamp,
  cancelled_at: OrNull(Timestamp),
});

const settings = {
  title: Text(450, { minLength: 1, examples: ['Stand-up'] }),
  starts_at: Timestamp,
  members: Type.Array(Type.String({ maxLength: 64, examples: ['mbr_01jd8r5w3kfq5bz0p2v6x7y8z9'] }), {
    minItems: 1,
    maxItems: 500,
  }),
};
const Create = Closed(settings);
const Change = Closed(
  {
    title: Type.Optional(settings.title),
    starts_at: Type.Optional(settings.starts_at),
    members: Type.Optional(settings.members),
  },
  { minProperties: 1 },
);

function show(row: Row): Static<typeof Meeting> {
  return {
    id: publicId('meeting', row.id),
    title: row.title,
    starts_at: row.starts_at.toISOString(),
    members: row.member_ids.map((id) => publicId('member', id)),
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    cancelled_at: row.cancelled_at?.toISOString() ?? null,
  };
}

function readMembers(members: readonly string[]): string[] {
  return members.map((id, index) => inputId('member', id, `/members/${index}`));
}

const listQuery = {
  order: Type.Enum([...meetingOrders], {
    default: 'newest',
    description: 'By the time of creation; `soonest`: by the start',
  }),
  from: Type.Optional(Type.String({ ...Timestamp, description: 'Only meetings that begin then or later' })),
  until: Type.Optional(Type.String({ ...Timestamp, description: 'Only meetings that begin before' })),
};

const listMeetingsOf = (
  described: { readonly id: string; readonly summary: string },
  memberIdOf: (context: Context) => string | null,
) =>
  listOperation({
    ...described,
    group,
    query: listQuery,
    item: Meeting,
    read(context, { query: { order, from = null, until = null } }, page) {
      const times = { from: inputTime(from, '?from'), until: inputTime(until, '?until') };
      const filter = { order, memberId: memberIdOf(context), ...times };
      return listMeetings(context.queries, context.orgId, filter, page);
    },
    position: (row, { query }) => meetingPosition(query.order, row),
    show,
  });

export const list = listMeetingsOf(
  { id: 'listMeetings', summary: 'List meetings, cancelled meetings included' },
  () => null,
);

export const listOwn = listMeetingsOf(
  { id: 'listMyMeetings', summary: 'List the meetings that you are invited to, cancelled meetings included' },
  memberOf,
);

export const create = operation({
  id: 'createMeeting',
  summary: 'Plan a meeting',
  description: 'Its members get a `meeting` notification ten minutes before it begins.',
  group,
  takes: { body: Create },
  answers: { 201: { description: 'The meeting', schema: Meeting } },
  runs: 'write',
  async handle({ queries, orgId, actor, clock, audit }, { body }) {
    const row = await createMeeting(queries, clock, orgId, {
      title: body.title,
      startsAt: futureTime(clock, body.starts_at, '/starts_at'),
      members: readMembers(body.members),
      createdBy: actor.name,
    });
    await audit({ action: 'meeting.created', target: publicId('meeting', row.id) });
    return { status: 201, body: show(row) };
  },
});

export const get = operation({
  id: 'getMeeting',
  summary: 'Read a meeting',
  group,
  takes: { params: IdParams },
  answers: { 200: { description: 'The meeting', schema: Meeting } },
  runs: 'read',
  async handle({ queries, orgId }, { params }) {
    const row = await getMeeting(queries, { orgId, id: pathId('meeting', params.id) });
    return { status: 200, body: show(row) };
  },
});

export const change = (publisher: Publisher) =>
  operation({
    id: 'changeMeeting',
    summary: 'Change or move a meeting',
    description:
      'The reminder moves with the meeting. Members who were reminded of the old time are notified, and reminded again ten minutes before the new time.',
    group,
    takes: { params: IdParams, body: Change },
    answers: { 200: { description: 'The meeting', schema: Meeting } },
    runs: 'write',
    async handle({ queries, orgId, clock, audit }, { params, body }) {
      const { meeting, news } = await changeMeeting(
        queries,
        clock,
        { orgId, id: pathId('meeting', params.id) },
        given({
          title: body.title,
          startsAt: futureTime(clock, body.starts_at, '/starts_at'),
          members: body.members && readMembers(body.members),
        }),
      );
      await publisher.publishWithin(queries, orgId, news);
      await audit({ action: 'meeting.changed', target: params.id, details: { changed: Object.keys(body) } });
      return { status: 200, body: show(meeting) };
    },
  });

export const cancel = (publisher: Publisher) =>
  operation({
    id: 'cancelMeeting',
    summary: 'Cancel a meeting and its reminder',
    group,
    takes: { params: IdParams },
    answers: { 204: { description: 'Cancelled' } },
    runs: 'write',
    async handle({ queries, orgId, clock, audit }, { params }) {
      const news = await cancelMeeting(queries, clock, { orgId, id: pathId('meeting', params.id) });
      await publisher.publishWithin(queries, orgId, news);
      await audit({ action: 'meeting.cancelled', target: params.id });
      return { status: 204 };
    },
  });
