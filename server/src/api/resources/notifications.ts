import { type Static, Type } from 'typebox';
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
import { type Context, memberOf, operation } from '../../http/operation.ts';
import { PageOf, PageQuery, pageOf, readCursor } from '../../http/page.ts';
import {
  type InboxEntry,
  listInbox,
  markRead,
  notificationTypes,
  notify,
  type Recipients,
} from '../../modules/notifications/notifications.ts';
import { recordAudit } from '../../tenants/audit.ts';
import { roles } from '../../tenants/members.ts';
import { cutData, EventData } from './event-input.ts';

const furthestDays = 365;

const To = Type.Object(
  {
    members: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 1_000 })),
    roles: Type.Optional(Type.Array(Type.Enum([...roles]), { minItems: 1, maxItems: 10 })),
    everyone: Type.Optional(Type.Literal(true)),
  },
  { additionalProperties: false, minProperties: 1, description: 'Members by id or by role, or everyone' },
);

const NotificationType = Type.Enum([...notificationTypes]);

const Send = Type.Object(
  {
    to: To,
    type: NotificationType,
    title: Text(500, { minLength: 1, examples: ['You were given "Renew the certificate"'] }),
    body: Type.Optional(OrNull(Text(10_000))),
    url: Type.Optional(
      OrNull(
        Type.String({
          maxLength: 2_048,
          pattern: '^https?://',
          description: 'Where to read on: http:// or https://',
        }),
      ),
    ),
    data: Type.Optional(OrNull(EventData)),
    deliver_at: Type.Optional(OrNull(Timestamp)),
  },
  { additionalProperties: false },
);

const Sent = Type.Object({
  id: Type.String({ description: 'Id of the event that went to webhooks' }),
  type: NotificationType,
  recipients: Type.Integer({ description: 'Members that it was put before' }),
});

const Notification = Type.Object({
  id: IdOf('notification'),
  event_id: Type.String(),
  type: Type.String(),
  title: Type.String(),
  body: OrNull(Type.String()),
  url: OrNull(Type.String()),
  data: OrNull(Type.Unknown()),
  read_at: OrNull(Timestamp),
  created_at: Timestamp,
});

function show(entry: InboxEntry): Static<typeof Notification> {
  return {
    id: publicId('notification', entry.id),
    event_id: entry.event_id,
    type: entry.type,
    title: entry.title,
    body: entry.body,
    url: entry.url,
    data: entry.data === null ? null : JSON.parse(entry.data),
    read_at: entry.read_at?.toISOString() ?? null,
    created_at: entry.visible_at.toISOString(),
  };
}

function readRecipients(to: Static<typeof To>): Recipients {
  return given({
    members: to.members?.map((id, index) => inputId('member', id, `/to/members/${index}`)),
    roles: to.roles,
    everyone: to.everyone,
  });
}

const group = 'Notifications';

export const send = operation({
  id: 'sendNotification',
  summary: 'Notify members',
  description:
    "Puts an entry into each addressee's inbox and fires their webhooks. A member's webhook only ever gets what is addressed to that member.",
  group,
  mode: 'write',
  body: Send,
  bodyLimit: 327_680,
  answers: { 202: { description: 'Accepted', schema: Sent } },
  async handle({ queries, services, orgId, actor }, { body, raw }) {
    const deliverAt = body.deliver_at
      ? inputTime(body.deliver_at, '/deliver_at', { now: services.clock.now(), daysAhead: furthestDays })
      : null;
    const { recipients, eventId } = await notify(queries, services, orgId, {
      to: readRecipients(body.to),
      type: body.type,
      title: body.title,
      data: body.data ? cutData(raw, '') : null,
      deliverAt,
      ...given({ body: body.body, url: body.url }),
    });
    await recordAudit(queries, services.clock, orgId, actor, {
      action: 'notification.sent',
      target: eventId,
      details: { type: body.type, recipients },
    });
    return { status: 202, body: { id: eventId, type: body.type, recipients } };
  },
});

export const list = operation({
  id: 'listMyNotifications',
  summary: "A member's own inbox, newest first",
  group,
  mode: 'read',
  query: Type.Object(
    {
      ...PageQuery.properties,
      unread: Type.Optional(Type.Boolean({ description: 'Only what was not read' })),
    },
    { additionalProperties: false },
  ),
  answers: { 200: { description: 'A page', schema: PageOf(Notification) } },
  async handle(context, { query }) {
    const { queries, services, orgId } = context;
    const memberId = memberOf(context);
    const name = { sealer: services.sealer, list: `inbox ${memberId}`, orgId };
    const rows = await listInbox(
      queries,
      orgId,
      memberId,
      { unread: query.unread ?? false },
      { before: readCursor(name, query.cursor), limit: query.limit + 1 },
    );
    return { status: 200, body: pageOf(name, rows, query.limit, (row) => row.id, show) };
  },
});

const Marked = Type.Object({ marked: Type.Integer({ description: 'How many were unread' }) });

async function mark(context: Context, id: string | null) {
  return {
    status: 200,
    body: { marked: await markRead(context.queries, context.orgId, memberOf(context), id) },
  };
}

export const readOne = operation({
  id: 'readMyNotification',
  summary: 'Mark one of your notifications as read',
  group,
  mode: 'write',
  params: IdParams,
  answers: { 200: { description: 'Marked', schema: Marked } },
  handle: (context, { params }) => mark(context, pathId('notification', params.id)),
});

export const readAll = operation({
  id: 'readMyNotifications',
  summary: 'Mark all of your notifications as read',
  group,
  mode: 'write',
  answers: { 200: { description: 'Marked', schema: Marked } },
  handle: (context) => mark(context, null),
});
