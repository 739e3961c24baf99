import { type Static, Type } from 'typebox';
import { invalidInput } from '../../../base/errors.ts';
import { publicId } from '../../../base/ids.ts';
import type { Publisher } from '../../../events/publisher.ts';
import { memberOf } from '../../../http/credential.ts';
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
} from '../../../http/fields.ts';
import { type Context, operation } from '../../../http/operation.ts';
import { PageOf, PageQuery, pageOf, readCursor } from '../../../http/page.ts';
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
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    cancelled_at: row.cancelled_at?.toISOString() ?? null,
  };
}

function readStart({ clock }: Context, text: string): Date {
  const startsAt = inputTime(text, '/starts_at');
  if (startsAt.getTime() <= clock.now()) throw invalidInput('/starts_at', 'This time has passed.');
  return startsAt;
}

function readMembers(members: readonly string[]): string[] {
  return members.map((id, index) => inputId('member', id, `/members/${index}`));
}

function audit({ audit }: Context, action: string, target: string, details = {}) {
  return audit({ action, target, details });
}

const ListQuery = Type.Object(
  {
    ...PageQuery.properties,
    order: Type.Enum([...meetingOrders], {
      default: 'newest',
      description: 'By when they were planned, or `soonest`: by when they begin',
    }),
    from: Type.Optional(Type.String({ ...Timestamp, description: 'Only those that begin then or later' })),
    until: Type.Optional(Type.String({ ...Timestamp, description: 'Only those that begin before' })),
  },
  { additionalProperties: false },
);

async function listPage(
  { queries, orgId, sealer }: Context,
  memberId: string | null,
  { order, from, until, cursor, limit }: Static<typeof ListQuery>,
) {
  const list = `meetings ${memberId ?? 'of everybody'} ${order}`;
  const name = { sealer, list, orgId };
  const rows = await listMeetings(queries, orgId, {
    order,
    memberId,
    from: from === undefined ? null : inputTime(from, '?from'),
    until: until === undefined ? null : inputTime(until, '?until'),
    after: readCursor(name, cursor),
    limit: limit + 1,
  });
  return { status: 200, body: pageOf(name, rows, limit, (row) => meetingPosition(order, row), show) };
}

export const create = operation({
  id: 'createMeeting',
  summary: 'Plan a meeting',
  description: 'Its members get a `meeting` notification ten minutes before it begins.',
  group,
  takes: { body: Create },
  answers: { 201: { description: 'The meeting', schema: Meeting } },
  runs: 'write',
  async handle(context, { body }) {
    const { queries, orgId, actor, clock } = context;
    const row = await createMeeting(queries, clock, orgId, {
      title: body.title,
      startsAt: readStart(context, body.starts_at),
      members: readMembers(body.members),
      createdBy: actor.name,
    });
    await audit(context, 'meeting.created', publicId('meeting', row.id));
    return { status: 201, body: show(row) };
  },
});

export const list = operation({
  id: 'listMeetings',
  summary: 'List meetings, cancelled ones too',
  group,
  takes: { query: ListQuery },
  answers: { 200: { description: 'A page', schema: PageOf(Meeting) } },
  runs: 'read',
  handle: (context, { query }) => listPage(context, null, query),
});

export const listOwn = operation({
  id: 'listMyMeetings',
  summary: 'List the meetings that you are invited to, cancelled ones too',
  group,
  takes: { query: ListQuery },
  answers: { 200: { description: 'A page', schema: PageOf(Meeting) } },
  runs: 'read',
  handle: (context, { query }) => listPage(context, memberOf(context), query),
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
      'The reminder moves with it. Who was reminded of the old time hears of the new one, and is reminded again ten minutes before that.',
    group,
    takes: { params: IdParams, body: Change },
    answers: { 200: { description: 'The meeting', schema: Meeting } },
    runs: 'write',
    async handle(context, { params, body }) {
      const { queries, orgId, clock } = context;
      const { meeting, news } = await changeMeeting(
        queries,
        clock,
        { orgId, id: pathId('meeting', params.id) },
        given({
          title: body.title,
          startsAt: body.starts_at === undefined ? undefined : readStart(context, body.starts_at),
          members: body.members && readMembers(body.members),
        }),
      );
      await publisher.publishWithin(queries, orgId, news);
      await audit(context, 'meeting.changed', params.id, { changed: Object.keys(body) });
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
    async handle(context, { params }) {
      const { queries, orgId, clock } = context;
      const news = await cancelMeeting(queries, clock, {
        orgId,
        id: pathId('meeting', params.id),
      });
      await publisher.publishWithin(queries, orgId, news);
      await audit(context, 'meeting.cancelled', params.id);
      return { status: 204 };
    },
  });
