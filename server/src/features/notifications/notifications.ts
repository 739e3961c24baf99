import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { invalidInput, SluiceError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import { newestFirst, type Page } from '../../db/page.ts';
import { getRow } from '../../db/rows.ts';
import type { NewEvent } from '../../events/new-event.ts';
import type { Publisher } from '../../events/publisher.ts';
import type { Verdicts } from '../../schemas/questions.ts';
import { type Audience, lockAudience, roles } from '../../tenants/members.ts';
import type { Message, NotificationType } from './message.ts';
import { deliverToInboxes, eventData, type Outgoing } from './send.ts';
import type { Tables } from './tables.ts';

export type Notification = Selectable<Tables['notifications']>;

/** Members by inner id or by role; or all members. */
export interface Recipients extends Audience {
  readonly everyone?: true;
}

export interface NewNotification extends Message {
  readonly to: Recipients;
  /** `null`, or a time in the past: at once. */
  readonly deliverAt: Date | null;
  /** Name of the author in the audit log. */
  readonly createdBy: string;
}

/** Everything that sending a notification needs besides the transaction. */
export interface Notifying {
  readonly clock: Clock;
  readonly publisher: Pick<Publisher, 'publishWithin'>;
}

/**
 * The event of a notification, for judging it before it is sent: addressed to all members who may get it.
 * @param notification body, URL and data may be left out
 */
export function eventToJudge({
  type,
  to,
  title,
  body = null,
  url = null,
  data = null,
}: Omit<Message, 'type'> & { readonly type: string; readonly to: Recipients }): NewEvent {
  const audience = to.everyone ? { roles } : to;
  return { type, data: eventData({ title, body, url, data }), audience, source: 'api' };
}

/** The recipients of a stored notification. */
export function recipientsOf({ recipients }: Notification): Recipients {
  return JSON.parse(recipients);
}

/**
 * Creates a notification, and sends it unless its time is in the future.
 * @param verdicts of its event, judged before the transaction
 * @returns the notification, and the number of its present recipients
 * @throws {SluiceError} invalid_input, for an id that is not a member's; invalid_event_data, too_much_under_way
 */
export async function createNotification(
  tx: Queries,
  notifying: Notifying,
  { orgId, ...input }: NewNotification & { readonly orgId: string },
  verdicts: Verdicts,
): Promise<{ notification: Notification; recipients: number }> {
  const members = await lockRecipients(tx, orgId, input.to);
  const stranger = input.to.members?.findIndex((id) => !members.includes(id)) ?? -1;
  if (stranger >= 0) throw invalidInput(`/to/members/${stranger}`, 'There is no such member.');
  const notification = await tx
    .insertInto('notifications')
    .values({
      org_id: orgId,
      id: newId(notifying.clock),
      type: input.type,
      title: input.title,
      body: input.body ?? null,
      url: input.url ?? null,
      data: input.data ?? null,
      recipients: JSON.stringify(input.to),
      deliver_at: input.deliverAt,
      created_by: input.createdBy,
      created_at: sql<Date>`now()`,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  if (notification.deliver_at !== null && notification.deliver_at > notification.created_at)
    return { notification, recipients: members.length };
  const sent = await send(tx, notifying, { notification, members }, verdicts);
  return { notification: sent, recipients: members.length };
}

/** Organizations with due notifications. */
export async function organizationsToNotify(queries: Queries): Promise<string[]> {
  const { rows } = await sql<{ org_id: string }>`
    select distinct org_id from notifications where ended_at is null and deliver_at <= now()`.execute(
    queries,
  );
  return rows.map((row) => row.org_id);
}

/**
 * Locks the notification of an organization that has been due longest; skips those that another process has locked.
 * @param except ids of notifications to skip
 */
export async function takeDueNotification(
  tx: Queries,
  orgId: string,
  except: readonly string[],
): Promise<Notification | null> {
  const { rows } = await sql<Notification>`
    select * from notifications
     where org_id = ${orgId} and ended_at is null and deliver_at <= now() and id <> all(${except}::uuid[])
     order by deliver_at limit 1 for update skip locked`.execute(tx);
  return rows[0] ?? null;
}

/**
 * Sends a due notification to its present recipients; members who have left are skipped.
 * @param verdicts of its event, judged before the transaction
 * @throws {SluiceError} invalid_event_data
 */
export async function sendDueNotification(
  tx: Queries,
  notifying: Notifying,
  notification: Notification,
  verdicts: Verdicts,
): Promise<Notification> {
  const members = await lockRecipients(tx, notification.org_id, recipientsOf(notification));
  return send(tx, notifying, { notification, members }, verdicts);
}

/** Ends a notification that breaks the schema of its type. Answers `false` where it has ended meanwhile. */
export async function refuseNotification(
  tx: Queries,
  { org_id: orgId, id }: Notification,
  because: string,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('notifications')
    .set({ refused_because: because, ended_at: sql<Date>`now()` })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

async function send(
  tx: Queries,
  { clock, publisher }: Notifying,
  outgoing: Outgoing,
  verdicts: Verdicts,
): Promise<Notification> {
  const { notification, members } = outgoing;
  const { org_id: orgId, id } = notification;
  const events = await deliverToInboxes(tx, clock, { orgId, source: 'api' }, [outgoing]);
  await publisher.publishWithin(tx, orgId, events, verdicts);
  return tx
    .updateTable('notifications')
    .set({ sent_at: sql<Date>`now()`, ended_at: sql<Date>`now()`, addressed: members.length })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

function lockRecipients(tx: Queries, orgId: string, to: Recipients): Promise<string[]> {
  return lockAudience(tx, orgId, to.everyone ? 'everyone' : to);
}

/**
 * Cancels a scheduled notification.
 * @throws {SluiceError} not_found; conflict, where it was sent, refused or cancelled
 */
export async function cancelNotification(tx: Queries, orgId: string, id: string): Promise<Notification> {
  const { rows } = await sql<Notification>`
    select * from notifications where org_id = ${orgId} and id = ${id} for update`.execute(tx);
  const [notification] = rows;
  if (!notification) throw new SluiceError('not_found', 'No such notification.');
  if (notification.ended_at !== null) {
    throw new SluiceError('conflict', `The notification is ${notificationState(notification)}.`);
  }
  return tx
    .updateTable('notifications')
    .set({ cancelled_at: sql<Date>`now()`, ended_at: sql<Date>`now()` })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

export const notificationStates = ['scheduled', 'sent', 'cancelled', 'refused'] as const;
export type NotificationState = (typeof notificationStates)[number];

export function notificationState(notification: Notification): NotificationState {
  if (notification.sent_at !== null) return 'sent';
  if (notification.cancelled_at !== null) return 'cancelled';
  return notification.ended_at === null ? 'scheduled' : 'refused';
}

/** @throws {SluiceError} not_found */
export function getNotification(queries: Queries, orgId: string, id: string): Promise<Notification> {
  return getRow(queries, 'notifications', { orgId, id }, 'notification');
}

/** A page of the organization's notifications, newest first. */
export function listNotifications(
  queries: Queries,
  orgId: string,
  filter: { readonly type?: NotificationType; readonly state?: NotificationState },
  page: Page,
): Promise<Notification[]> {
  let query = queries.selectFrom('notifications').selectAll().where('org_id', '=', orgId);
  if (filter.type !== undefined) query = query.where('type', '=', filter.type);
  if (filter.state === 'scheduled') query = query.where('ended_at', 'is', null);
  if (filter.state === 'sent') query = query.where('sent_at', 'is not', null);
  if (filter.state === 'cancelled') query = query.where('cancelled_at', 'is not', null);
  if (filter.state === 'refused') query = query.where('refused_because', 'is not', null);
  return newestFirst(query, page);
}

/** Deletes up to 100 notifications that ended before `retentionDays`, with their inbox entries; answers how many. */
export async function forgetNotifications(queries: Queries, retentionDays: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from notifications where (org_id, id) in (
      select org_id, id from notifications
       where ended_at < now() - make_interval(days => ${retentionDays}) order by ended_at limit 100)`.execute(
    queries,
  );
  return Number(numAffectedRows ?? 0n);
}
