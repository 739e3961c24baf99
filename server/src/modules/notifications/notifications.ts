import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { invalidInput, SluiceError } from '../../base/errors.ts';
import { newId, publicId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import type { Tables } from '../../db/tables.ts';
import type { Publisher } from '../../events/publish.ts';
import { type Audience, resolveAudience, roles } from '../../tenants/members.ts';
import { followOrganization } from './digest.ts';

/** What members are told about. A receiver gets all of them and branches on the type. */
export const notificationTypes = [
  'task_assigned',
  'task_status',
  'blocker',
  'review',
  'meeting',
  'weekly_digest',
  'team_support.approved',
  'system',
] as const;
export type NotificationType = (typeof notificationTypes)[number];

/** Members by id or by role, or everyone. */
export interface Recipients extends Audience {
  readonly everyone?: boolean;
}

export interface NewNotification {
  readonly to: Recipients;
  readonly type: NotificationType;
  readonly title: string;
  readonly body?: string | null;
  readonly url?: string | null;
  /** The exact bytes of one JSON object. */
  readonly data?: string | null;
  /** `null`: at once. */
  readonly deliverAt?: Date | null;
}

export interface NotifyTools {
  readonly clock: Clock;
  readonly publisher: Publisher;
}

export type InboxEntry = Selectable<Tables['inbox_entries']>;

/**
 * Tells members something, in the caller's transaction: an entry in each one's inbox, and one event for their webhooks.
 * Answers how many members that are.
 * @throws {SluiceError} invalid_input, when it names nobody or somebody who is no member
 */
export async function notify(
  tx: Queries,
  tools: NotifyTools,
  orgId: string,
  notification: NewNotification,
): Promise<{ recipients: number; eventId: string }> {
  const { to, type, title } = notification;
  const audience: Audience = to.everyone
    ? { roles }
    : { ...(to.members && { members: to.members }), ...(to.roles && { roles: to.roles }) };
  const members = await resolveAudience(tx, orgId, audience);
  const stranger = to.members?.findIndex((id) => !members.has(id)) ?? -1;
  if (stranger >= 0) throw invalidInput(`/to/members/${stranger}`, 'There is no such member.');
  const eventId = publicId('notification', newId(tools.clock));
  await fillInboxes(tx, tools.clock, orgId, [...members], eventId, notification);
  await followOrganization(tx, tools.clock, orgId);
  await tools.publisher.publishWithin(tx, {
    orgId,
    idempotency: null,
    pointer: () => '',
    answer: () => ({ status: 202, body: '' }),
    events: [
      {
        type,
        data: write(title, notification),
        externalId: eventId,
        occurredAt: null,
        deliverAt: notification.deliverAt ?? null,
        audience,
        metadata: null,
        source: 'system',
      },
    ],
  });
  return { recipients: members.size, eventId };
}

/** What webhooks get: `{"title", "body"?, "url"?, "data"?}`, the data as it was given. */
function write(title: string, { body, url, data }: NewNotification): string {
  const frame = JSON.stringify({ title, ...(body ? { body } : {}), ...(url ? { url } : {}) });
  return data ? `${frame.slice(0, -1)},"data":${data}}` : frame;
}

async function fillInboxes(
  tx: Queries,
  clock: Clock,
  orgId: string,
  members: readonly string[],
  eventId: string,
  notification: NewNotification,
): Promise<void> {
  await sql`
    insert into inbox_entries (org_id, member_id, id, event_id, type, title, body, url, data, visible_at, created_at)
    select ${orgId}, member_id, id, ${eventId}, ${notification.type}, ${notification.title}, ${notification.body ?? null}, ${notification.url ?? null},
           ${notification.data ?? null}, greatest(now(), ${notification.deliverAt ?? null}::timestamptz), now()
      from unnest(${members}::uuid[], ${members.map(() => newId(clock))}::uuid[]) as recipient (member_id, id)`.execute(
    tx,
  );
}

/** A member's inbox, newest first. */
export async function listInbox(
  queries: Queries,
  orgId: string,
  memberId: string,
  filter: { unread: boolean },
  page: { before: string | null; limit: number },
): Promise<InboxEntry[]> {
  const { rows } = await sql<InboxEntry>`
    select * from inbox_entries
     where org_id = ${orgId} and member_id = ${memberId} and visible_at <= now()
       and (not ${filter.unread}::boolean or read_at is null) and id < coalesce(${page.before}::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
     order by id desc limit ${page.limit}`.execute(queries);
  return rows;
}

/** Marks one entry, or all that can be seen; answers how many were unread. */
export async function markRead(
  tx: Queries,
  orgId: string,
  memberId: string,
  id: string | null,
): Promise<number> {
  const { rows } = await sql<{ was_unread: boolean }>`
    with seen as (
      select id, read_at is null as was_unread from inbox_entries
       where org_id = ${orgId} and member_id = ${memberId} and visible_at <= now() and (${id}::uuid is null or id = ${id}::uuid)
         for update
    ), marked as (
      update inbox_entries entry set read_at = now() from seen
       where seen.was_unread and entry.org_id = ${orgId} and entry.member_id = ${memberId} and entry.id = seen.id
    )
    select was_unread from seen`.execute(tx);
  if (id !== null && rows.length === 0) throw new SluiceError('not_found', 'No such notification.');
  return rows.filter((row) => row.was_unread).length;
}

/** Forgets entries older than the ledger is kept, some at a time; answers how many. */
export async function forgetInboxEntries(queries: Queries, retentionDays: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from inbox_entries where (org_id, member_id, id) in (
      select org_id, member_id, id from inbox_entries
       where created_at < now() - make_interval(days => ${retentionDays}) order by created_at limit 1000)`.execute(
    queries,
  );
  return Number(numAffectedRows ?? 0n);
}
