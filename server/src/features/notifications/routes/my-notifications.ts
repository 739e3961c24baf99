import { Type } from 'typebox';
import { publicId } from '../../../base/ids.ts';
import { memberOf } from '../../../http/credential.ts';
import { Closed, IdOf, IdParams, OrNull, pathId, Timestamp } from '../../../http/fields.ts';
import { type Context, operation } from '../../../http/operation.ts';
import { PageOf, PageQuery, pageText, readPage } from '../../../http/page.ts';
import { countUnread, type InboxEntry, type InboxName, listInbox, markAllRead, markRead } from '../inbox.ts';
import { NotificationType, withData } from './notifications.ts';

const group = 'Notifications';

const Entry = Type.Object({
  id: IdOf('inboxEntry'),
  notification_id: IdOf('notification'),
  type: NotificationType,
  title: Type.String(),
  body: OrNull(Type.String()),
  url: OrNull(Type.String()),
  read_at: OrNull(Timestamp),
  created_at: Timestamp,
  data: OrNull(Type.Unknown()),
});

const Marked = Type.Object({ marked: Type.Integer({ description: 'Number of entries that were unread' }) });

function inboxOf(context: Context): InboxName {
  return { orgId: context.orgId, memberId: memberOf(context) };
}

function write(entry: InboxEntry): string {
  const shown = {
    id: publicId('inboxEntry', entry.id),
    notification_id: publicId('notification', entry.notification_id),
    type: entry.type,
    title: entry.title,
    body: entry.body,
    url: entry.url,
    read_at: entry.read_at?.toISOString() ?? null,
    created_at: entry.created_at.toISOString(),
  };
  return withData(shown, entry.data);
}

export const list = operation({
  id: 'listMyNotifications',
  summary: 'List your inbox, newest first',
  group,
  takes: {
    query: Closed({
      ...PageQuery.properties,
      unread: Type.Optional(Type.Boolean({ description: 'true: only unread entries' })),
    }),
  },
  answers: { 200: { description: 'A page', schema: PageOf(Entry) } },
  runs: 'read',
  async handle(context, { query }) {
    const inbox = inboxOf(context);
    const { unread = false } = query;
    const { rows, nextCursor } = await readPage(context, query, {
      name: `inbox ${inbox.memberId}`,
      read: (page) => listInbox(context.queries, inbox, { unread }, page),
      position: ({ id }) => id,
    });
    return { status: 200, text: pageText(rows.map(write), nextCursor) };
  },
});

export const unread = operation({
  id: 'countMyUnreadNotifications',
  summary: 'Count your unread notifications',
  group,
  answers: { 200: { description: 'The count', schema: Type.Object({ unread: Type.Integer() }) } },
  runs: 'read',
  handle: async (context) => ({
    status: 200,
    body: { unread: await countUnread(context.queries, inboxOf(context)) },
  }),
});

export const readOne = operation({
  id: 'readMyNotification',
  summary: 'Mark one of your notifications as read',
  group,
  takes: { params: IdParams },
  answers: { 200: { description: 'Marked', schema: Marked } },
  runs: 'write',
  async handle(context, { params }) {
    const wasUnread = await markRead(context.queries, inboxOf(context), pathId('inboxEntry', params.id));
    return { status: 200, body: { marked: wasUnread ? 1 : 0 } };
  },
});

export const readAll = operation({
  id: 'readMyNotifications',
  summary: 'Mark all of your notifications as read',
  group,
  answers: { 200: { description: 'Marked', schema: Marked } },
  runs: 'write',
  handle: async (context) => ({
    status: 200,
    body: { marked: await markAllRead(context.queries, inboxOf(context)) },
  }),
});
