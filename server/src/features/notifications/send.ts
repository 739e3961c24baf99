import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { newId, publicId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import type { EventSource, NewEvent } from '../../events/new-event.ts';
import type { Message } from './message.ts';
import type { Tables } from './tables.ts';

type Notification = Selectable<Tables['notifications']>;

/** A notification and its recipients, who are locked until the transaction ends. */
export interface Outgoing {
  readonly notification: Notification;
  readonly members: readonly string[];
}

/** A notification of the platform itself. */
export interface Notice extends Message {
  readonly members: readonly string[];
}

/**
 * Writes inbox entries, and answers the events for webhooks, to be published in the same transaction. Events are
 * addressed to members by id, so that a replay reaches the same members.
 */
export async function deliverToInboxes(
  tx: Queries,
  clock: Clock,
  { orgId, source }: { readonly orgId: string; readonly source: EventSource },
  outgoing: readonly Outgoing[],
): Promise<NewEvent[]> {
  const rows = outgoing.flatMap(({ notification, members }) =>
    members.map((memberId) => ({ memberId, id: newId(clock), notificationId: notification.id })),
  );
  await sql`
    insert into inbox_entries (org_id, member_id, id, notification_id, created_at)
    select ${orgId}, given.*, now()
      from unnest(${rows.map((row) => row.memberId)}::uuid[], ${rows.map((row) => row.id)}::uuid[], ${rows.map((row) => row.notificationId)}::uuid[])
      as given`.execute(tx);
  return outgoing.map(({ notification, members }) => ({
    type: notification.type,
    data: eventData(notification),
    externalId: publicId('notification', notification.id),
    audience: { members },
    source,
  }));
}

/**
 * Writes notifications of the platform with their inbox entries, and answers the events to publish. The caller has
 * locked the members.
 */
export async function writeNotices(
  tx: Queries,
  clock: Clock,
  orgId: string,
  notices: readonly Notice[],
): Promise<NewEvent[]> {
  const addressed = notices
    .filter(({ members }) => members.length > 0)
    .map((notice) => ({ ...notice, id: newId(clock) }));
  if (addressed.length === 0) return [];
  const notifications = await tx
    .insertInto('notifications')
    .values(
      addressed.map(({ id, members, type, title, body, url, data }) => ({
        org_id: orgId,
        id,
        type,
        title,
        body: body ?? null,
        url: url ?? null,
        data: data ?? null,
        recipients: JSON.stringify({ members }),
        created_by: 'system',
        created_at: sql<Date>`now()`,
        sent_at: sql<Date>`now()`,
        addressed: members.length,
        ended_at: sql<Date>`now()`,
      })),
    )
    .returningAll()
    .execute();
  const membersOf = new Map(addressed.map(({ id, members }) => [id, members]));
  const outgoing = notifications.map((notification) => ({
    notification,
    members: membersOf.get(notification.id) ?? [],
  }));
  return deliverToInboxes(tx, clock, { orgId, source: 'system' }, outgoing);
}

/** The data of a notification's event: `{"title", "body"?, "url"?, "data"?}`, with the inner data byte for byte. */
export function eventData({
  title,
  body,
  url,
  data,
}: Pick<Notification, 'title' | 'body' | 'url' | 'data'>): string {
  const frame = JSON.stringify({
    title,
    ...(body === null ? {} : { body }),
    ...(url === null ? {} : { url }),
  });
  return data === null ? frame : `${frame.slice(0, -1)},"data":${data}}`;
}
