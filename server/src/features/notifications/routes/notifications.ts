import { type Static, Type } from 'typebox';
import { cutData } from '../../../api/event-input.ts';
import { invalidInput, SluiceError } from '../../../base/errors.ts';
import { publicId } from '../../../base/ids.ts';
import { type Judging, judgeBefore } from '../../../events/judging.ts';
import type { Publisher } from '../../../events/publisher.ts';
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

const To = Type.Object(
  {
    members: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { minItems: 1, maxItems: 1_000 })),
    roles: Type.Optional(Type.Array(Type.Enum([...roles]), { minItems: 1, maxItems: 10 })),
    everyone: Type.Optional(Type.Literal(true)),
  },
  { additionalProperties: false, minProperties: 1, description: 'Members by id or by role, or everyone' },
);

const Send = Type.Object(
  {
    to: To,
    type: NotificationType,
    title: Text(500, { minLength: 1, examples: ['You were given "Renew the certificate"'] }),
    body: Type.Optional(OrNull(Text(10_000))),
    url: Type.Optional(
      OrNull(
        Type.String({
          minLength: 1,
          maxLength: 2_048,
          description: 'Where to read on: http:// or https://',
        }),
      ),
    ),
    data: Type.Optional(
      OrNull(
        Type.Record(Type.String(), Type.Unknown(), {
          description: 'Any JSON object up to 64 KiB, for programs; delivered as the bytes received',
          examples: [{ request_id: 12 }],
        }),
      ),
    ),
    deliver_at: Type.Optional(OrNull(Timestamp)),
  },
  { additionalProperties: false },
);

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
  recipients: OrNull(Type.Integer({ description: 'Members who got it; null before it is sent' })),
  deliver_at: OrNull(Timestamp),
  sent_at: OrNull(Timestamp),
  cancelled_at: OrNull(Timestamp),
  refused_because: OrNull(Type.String({ description: 'Why it could not be sent when its time came' })),
  created_by: Type.String(),
  created_at: Timestamp,
};
const Summary = Type.Object(summary);
const Notification = Type.Object({ ...summary, data: OrNull(Type.Unknown()) });

const Accepted = Type.Object({
  id: IdOf('notification'),
  type: NotificationType,
  state: State,
  recipients: Type.Integer({ description: 'Members who got it, or would get it as of now' }),
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

/** The data goes out as it came in: written by hand, since parsing and printing it would change it. */
export function withData(shown: object, data: string | null): string {
  return `${JSON.stringify(shown).slice(0, -1)},"data":${data ?? 'null'}}`;
}

/** @throws {SluiceError} invalid_input, for a link that would do something else than lead to a page */
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

/** A schema of the organization's for this type sees what webhooks get; its errors point into the request. */
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
      "Puts an entry into each addressee's inbox and fires their webhooks, now or at `deliver_at`: who is meant by a role or by everyone is then decided at that time.",
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
      const { notification, recipients } = await createNotification(
        queries,
        { clock, publisher },
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

export const list = operation({
  id: 'listNotifications',
  summary: 'List what members were told and will be told, newest first',
  group,
  takes: {
    query: Type.Object(
      { ...PageQuery.properties, type: Type.Optional(NotificationType), state: Type.Optional(State) },
      { additionalProperties: false },
    ),
  },
  answers: { 200: { description: 'A page, without data', schema: PageOf(Summary) } },
  runs: 'read',
  async handle({ queries, orgId, sealer }, { query }) {
    const name = { sealer, list: 'notifications', orgId };
    const filter = given({ type: query.type, state: query.state });
    const page = { before: readCursor(name, query.cursor), limit: query.limit + 1 };
    const rows = await listNotifications(queries, orgId, filter, page);
    return { status: 200, body: pageOf(name, rows, query.limit, (row) => row.id, show) };
  },
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
  summary: 'Take back a notification whose time has not come',
  group,
  takes: { params: IdParams },
  answers: { 200: { description: 'The notification', schema: Notification } },
  runs: 'write',
  async handle({ queries, orgId, audit }, { params }) {
    const row = await cancelNotification(queries, orgId, pathId('notification', params.id));
    await audit({
      action: 'notification.cancelled',
      target: params.id,
    });
    return { status: 200, text: withData(show(row), row.data) };
  },
});
