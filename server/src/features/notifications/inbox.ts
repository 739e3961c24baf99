import { type Selectable, sql } from 'kysely';
import { SluiceError } from '../../base/errors.ts';
import type { Queries } from '../../db/connect.ts';
import type { Page } from '../../db/page.ts';
import type { Tables } from './tables.ts';

/** A notification in the inbox of a member. */
export interface InboxEntry extends Selectable<Tables['inbox_entries']> {
  readonly type: string;
  readonly title: string;
  readonly body: string | null;
  readonly url: string | null;
  /** JSON text. */
  readonly data: string | null;
}

export interface InboxName {
  readonly orgId: string;
  readonly memberId: string;
}

/** A page of an inbox, newest first. */
export async function listInbox(
  queries: Queries,
  { orgId, memberId }: InboxName,
  filter: { readonly unread: boolean },
  page: Page,
): Promise<InboxEntry[]> {
  const older = page.after === null ? sql`true` : sql`entry.id < ${page.after}`;
  const unread = filter.unread ? sql`entry.read_at is null` : sql`true`;
  const { rows } = await sql<InboxEntry>`
    select entry.*, notification.type, notification.title, notification.body, notification.url, notification.data
      from inbox_entries entry
      join notifications notification on notification.org_id = entry.org_id and notification.id = entry.notification_id
     where entry.org_id = ${orgId} and entry.member_id = ${memberId} and ${unread} and ${older}
     order by entry.id desc limit ${page.limit}`.execute(queries);
  return rows;
}

export async function countUnread(queries: Queries, { orgId, memberId }: InboxName): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from inbox_entries
     where org_id = ${orgId} and member_id = ${memberId} and read_at is null`.execute(queries);
  return rows[0]?.count ?? 0;
}

/**
 * Marks an entry as read; answers whether it was unread. An entry that was read before keeps its time.
 * @throws {SluiceError} not_found
 */
export async function markRead(tx: Queries, { orgId, memberId }: InboxName, id: string): Promise<boolean> {
  const { rows } = await sql<{ was_unread: boolean }>`
    with entry as (
      select id, read_at is null as was_unread from inbox_entries
       where org_id = ${orgId} and member_id = ${memberId} and id = ${id} for update
    ), marked as (
      update inbox_entries set read_at = now() from entry
       where entry.was_unread and inbox_entries.org_id = ${orgId} and inbox_entries.member_id = ${memberId} and inbox_entries.id = entry.id
    )
    select was_unread from entry`.execute(tx);
  const [entry] = rows;
  if (!entry) throw new SluiceError('not_found', 'No such inbox entry.');
  return entry.was_unread;
}

/** Marks all entries of an inbox as read; answers how many were unread. */
export async function markAllRead(tx: Queries, { orgId, memberId }: InboxName): Promise<number> {
  const { numAffectedRows } = await sql`
    update inbox_entries set read_at = now()
     where org_id = ${orgId} and member_id = ${memberId} and read_at is null`.execute(tx);
  return Number(numAffectedRows ?? 0n);
}
