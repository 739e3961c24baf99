import { type Static, Type } from 'typebox';
import { cutData } from '../../../api/event-input.ts';
import { invalidInput, SluiceError } from '../../../base/errors.ts';
import { publicId } from '../../../base/ids.ts';
import { type Judging, judgeBefore } from '../../../events/judging.ts';
import type { Publisher } from '../../../events/publisher.ts';
import {
  Closed,
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
import { roles } from '../../../tenants/members.ts';
import { type Message, notificationTypes } from '../message.ts';
import {
  cancelNotification,
  createNotification,
  eventToJudge,
  getNotification,
  listNotifications,
  notificationState,
  notificationStates,
  type Recipients,
  type Notification as Row,
} from '../notifications.ts';

const furthestDays = 365;
const dataLimit = 65_536;
const group = 'Notifications';

export const NotificationType = Type.Enum([...notificationTypes]);

const To = Closed(
  {
    members: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 1_000 })),
    roles: Type.Optional(Type.Array(Type.Enum([...roles]), { minItems: 1, maxItems: 10 })),
    everyone: Type.Optional(Type.Literal(true)),
  },
  { minProperties: 1, description: 'Members by id or by role, or everyone' },
);

const Send = Closed({
  to: To,
  type: NotificationType,
  title: Text(500, { minLength: 1, examples: ['You were given "Renew the certificate"'] }),
  body: Type.Optional(OrNull(Text(10_000))),
  url: Type.Optional(
    OrNull(
      Type.String({
        minLength: 1,
        maxLength: 2_048,
        description: 'A link to a page: http:// or https://',
      }),
    ),
  ),
  data: Type.Optional(
    OrNull(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'Any JSON object up to 64 KiB, for programs; delivered byte for byte',
        examples: [{ request_id: 12 }],
      }),
    ),
  ),
  deliver_at: Type.Optional(OrNull(Timestamp)),
});

const State = Type.Enum([...notificationStates]);
const summary = {
  id: IdOf('notification'),
  type: NotificationType,
  state: State,
  title: Type.String(),
  body: OrNull(Type.String()),
  url: OrNull(Type.String()),
  to: Type.Object({
    members: Type.Optional(Type.Array(IdOf('member'))),
    roles: Type.Optional(Type.Array(Type.String())),
    everyone: Type.Optional(Type.Literal(true)),
  }),
  recipients: OrNull(Type.Integer({ description: 'Number of members who got it; null before it is sent' })),
  deliver_at: OrNull(Timestamp),
  sent_at: OrNull(Timestamp),
  cancelled_at: OrNull(Timestamp),
  refused_because: OrNull(Type.String({ description: 'Why it was refused when it was due' })),
  created_by: Type.String(),
  created_at: Timestamp,
};
const Summary = Type.Object(summary);
const Notification = Type.Object({ ...summary, data: OrNull(Type.Unknown()) });

const Accepted = Type.Object({
  id: IdOf('notification'),
  type: NotificationType,
  state: State,
  recipients: Type.Integer({
    description: 'Number of members who got it or, if it is scheduled, would get it now',
  }),
});

function showTo(stored: string): Static<typeof Summary>['to'] {
  const to: Recipients = JSON.parse(stored);
  return given({
    members: to.members?.map((id) => publicId('member', id)),
    roles: to.roles && [...to.roles],
    everyone: to.everyone,
  });
}

function show(row: Row): Static<typeof Summary> {
  return {
    id: publicId('notification', row.id),
    type: notificationTypes.find((type) => type === row.type) ?? 'system',
    state: notificationState(row),
    title: row.title,
    body: row.body,
    url: row.url,
    to: showTo(row.recipients),
    recipients: row.addressed,
    deliver_at: row.deliver_at?.toISOString() ?? null,
    sent_at: row.sent_at?.toISOString() ?? null,
    cancelled_at: row.cancelled_at?.toISOString() ?? null,
    refused_because: row.refused_because,
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
  };
}

/** A notification as JSON text. Its data is inserted as text, because parsing it would change its bytes. */
export function withData(shown: object, data: string | null): string {
  return `${JSON.stringify(shown).slice(0, -1)},"data":${data ?? 'null'}}`;
}

/** @throws {SluiceError} invalid_input, for a link that is not http or https, or has a user name or password */
function readLink(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw invalidInput('/url', 'Use a URL that begins with http:// or https://.');
  if (url.username !== '' || url.password !== '')
    throw invalidInput('/url', 'A link may not carry a user name or password.');
  return url.href;
}

function readMessage({ type, title, body, url, data }: Static<typeof Send>, raw: Uint8Array): Message {
  return {
    type,
    title,
    body: body ?? null,
    url: url ? readLink(url) : null,
    data: data ? cutData(raw, '', dataLimit) : null,
  };
}

function readTo(to: Static<typeof To>): Recipients {
  return given({
    members: to.members && [
      ...new Set(to.members.map((id, index) => inputId('member', id, `/to/members/${index}`))),
    ],
    roles: to.roles,
    everyone: to.everyone,
  });
}

function readDeliverAt({ clock }: Context, text: string | null | undefined): Date | null {
  if (!text) return null;
  const time = inputTime(text, '/deliver_at');
  if (time.getTime() > clock.now() + furthestDays * 86_400_000)
    throw invalidInput('/deliver_at', `This is more than ${furthestDays} days ahead.`);
  return time;
}

/** The schema of the event type judges the data of the event: its errors are changed to point into the request. */
function pointingIntoRequest(error: unknown): unknown {
  if (!(error instanceof SluiceError) || error.code !== 'invalid_event_data') return error;
  const errors = error.errors.map(({ pointer, detail }) => ({
    pointer: pointer.replace(/^\/data/, ''),
    detail,
  }));
  return new SluiceError('invalid_event_data', error.detail, { errors });
}

export const create = ({ publisher, ...judging }: Judging & { readonly publisher: Publisher }) =>
  operation({
    id: 'sendNotification',
    summary: 'Notify members',
    description:
      "Adds an entry to each recipient's inbox and sends it to their webhooks, now or at `deliver_at`. Roles and `everyone` are resolved at that time.",
    group,
    takes: { body: Send, bodyLimit: 196_608 },
    answers: { 202: { description: 'Accepted', schema: Accepted }, refusals: [429] },
    runs: 'write',
    prepare({ body, raw }, { queries, orgId, clock }) {
      const event = eventToJudge({ ...readMessage(body, raw), to: readTo(body.to) });
      const isLater = body.deliver_at && Date.parse(body.deliver_at) > clock.now();
      return judgeBefore(queries, judging, orgId, { events: isLater ? [] : [event] });
    },
    async handle(context, { body, raw }, verdicts) {
      const { queries, clock, orgId, actor, audit } = context;
      const input = {
        ...readMessage(body, raw),
        orgId,
        to: readTo(body.to),
        deliverAt: readDeliverAt(context, body.deliver_at),
        createdBy: actor.name,
      };
      const notifying = { clock, publisher };
      const { notification, recipients } = await createNotification(
        queries,
        notifying,
        input,
        verdicts,
      ).catch((error: unknown) => {
        throw pointingIntoRequest(error);
      });
      const id = publicId('notification', notification.id);
      const state = notificationState(notification);
      await audit({
        action: `notification.${state}`,
        target: id,
        details: { type: body.type, recipients },
      });
      return { status: 202, body: { id, type: body.type, state, recipients } };
    },
  });

export const list = listOperation({
  id: 'listNotifications',
  summary: 'List sent and scheduled notifications, newest first, without data',
  group,
  query: { type: Type.Optional(NotificationType), state: Type.Optional(State) },
  item: Summary,
  read: ({ queries, orgId }, { query: { type, state } }, page) =>
    listNotifications(queries, orgId, given({ type, state }), page),
  position: ({ id }) => id,
  show,
});

export const get = operation({
  id: 'getNotification',
  summary: 'Read a notification',
  group,
  takes: { params: IdParams },
  answers: { 200: { description: 'The notification', schema: Notification } },
  runs: 'read',
  async handle({ queries, orgId }, { params }) {
    const row = await getNotification(queries, orgId, pathId('notification', params.id));
    return { status: 200, text: withData(show(row), row.data) };
  },
});

export const cancel = operation({
  id: 'cancelNotification',
  summary: 'Cancel a scheduled notification',
  group,
  takes: { params: IdParams },
  answers: { 200: { description: 'The notification', schema: Notification } },
  runs: 'write',
  async handle({ queries, orgId, audit }, { params }) {
    const row = await cancelNotification(queries, orgId, pathId('notification', params.id));
    await audit({ action: 'notification.cancelled', target: params.id });
    return { status: 200, text: withData(show(row), row.data) };
  },
});
