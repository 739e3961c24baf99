import { type Selectable, sql } from 'kysely';
import { isTimeZone } from '../../base/calendar.ts';
import type { Clock } from '../../base/clock.ts';
import type { Queries } from '../../db/connect.ts';
import type { NewEvent } from '../../events/new-event.ts';
import { mondayAfter, nextDigest, type Week, weekToSumUp } from './digest-calendar.ts';
import type { NotificationType } from './message.ts';
import { type Notice, writeNotices } from './send.ts';
import type { Tables } from './tables.ts';

const digestType: NotificationType = 'weekly_digest';

/**
 * Plans the next digest of up to 100 organizations: those whose catalogue has the digest but that have no plan yet, and
 * those whose time zone has changed.
 * @param except ids of organizations to skip
 * @returns `found`: number of organizations; `unknown`: those whose time zone this process does not know
 */
export async function planDigests(
  tx: Queries,
  except: readonly string[],
): Promise<{ found: number; unknown: string[] }> {
  const { rows } = await sql<
    Pick<Selectable<Tables['weekly_digests']>, 'org_id' | 'time_zone' | 'latest_until'> & { adopted_at: Date }
  >`
    select organization.id as org_id, organization.time_zone, digest.latest_until, type.created_at as adopted_at
      from event_types type
      join organizations organization on organization.id = type.org_id
      left join weekly_digests digest on digest.org_id = type.org_id
     where type.name = ${digestType} and organization.id <> all(${except}::uuid[])
       and (digest.org_id is null or (digest.time_zone <> organization.time_zone and digest.sending_until is null))
     limit 100`.execute(tx);
  const { known = [], unknown = [] } = Object.groupBy(rows, (row) =>
    isTimeZone(row.time_zone) ? 'known' : 'unknown',
  );
  for (const { org_id, time_zone, latest_until, adopted_at } of known) {
    const next =
      latest_until === null ? mondayAfter(time_zone, adopted_at) : nextDigest(time_zone, latest_until);
    await sql`
      insert into weekly_digests (org_id, time_zone, next_at) values (${org_id}, ${time_zone}, ${next})
      on conflict (org_id) do update set time_zone = excluded.time_zone, next_at = excluded.next_at
       where weekly_digests.sending_until is null`.execute(tx);
  }
  return { found: rows.length, unknown: unknown.map(({ org_id }) => org_id) };
}

/** A digest that is due. */
export interface DueDigest extends Selectable<Tables['weekly_digests']> {
  readonly now: Date;
  /** Whether the catalogue of the organization still has the type. */
  readonly wanted: boolean;
}

/** Organizations whose digest is due, the longest due first. */
export async function organizationsToSumUp(queries: Queries): Promise<string[]> {
  const { rows } = await sql<{ org_id: string }>`
    select org_id from weekly_digests where next_at <= now() order by next_at`.execute(queries);
  return rows.map((row) => row.org_id);
}

/** Locks the digest of an organization; `null` where it is not due or another process has locked it. */
export async function takeDueDigest(tx: Queries, orgId: string): Promise<DueDigest | null> {
  const { rows } = await sql<DueDigest>`
    select digest.*, now() as now,
           exists (select 1 from event_types type where type.org_id = digest.org_id and type.name = ${digestType}) as wanted
      from weekly_digests digest
     where org_id = ${orgId} and next_at <= now() for update of digest skip locked`.execute(tx);
  return rows[0] ?? null;
}

/**
 * Writes the digest of some members, in the transaction that stores how far it got, so that each member gets it once,
 * also after a crash. After a long outage there is one digest, for the week before the latest Monday.
 * @returns number of members, and the events to publish
 */
export async function sendDigests(
  tx: Queries,
  clock: Clock,
  due: DueDigest,
  membersAtOnce: number,
): Promise<{ members: number; news: NewEvent[] }> {
  const { org_id: orgId, time_zone: timeZone } = due;
  const week = weekToSumUp(timeZone, due.next_at, due.latest_until, due.sending_until ?? due.now);
  const members = due.wanted ? await lockMembersAfter(tx, orgId, due.sent_through, membersAtOnce) : [];
  const last = members.length < membersAtOnce ? null : members.at(-1);
  if (last) {
    await sql`
      update weekly_digests set sending_until = ${week.until}, sent_through = ${last} where org_id = ${orgId}`.execute(
      tx,
    );
  } else {
    await sql`
      update weekly_digests
         set next_at = ${nextDigest(timeZone, week.until)}, latest_until = ${week.until}, sending_until = null, sent_through = null
       where org_id = ${orgId}`.execute(tx);
  }
  const notices = await sumUp(tx, orgId, members, week);
  return { members: members.length, news: await writeNotices(tx, clock, orgId, notices) };
}

async function lockMembersAfter(
  tx: Queries,
  orgId: string,
  after: string | null,
  limit: number,
): Promise<string[]> {
  const beyond = after === null ? sql`true` : sql`id > ${after}`;
  const { rows } = await sql<{ id: string }>`
    select id from members where org_id = ${orgId} and ${beyond} order by id limit ${limit} for key share`.execute(
    tx,
  );
  return rows.map((row) => row.id);
}

/** The digest of each member, also of members without notifications. Earlier digests are not counted. */
async function sumUp(tx: Queries, orgId: string, members: readonly string[], week: Week): Promise<Notice[]> {
  const { rows } = await sql<{ member_id: string; type: string; count: number; unread: number }>`
    select entry.member_id, notification.type, count(*)::int as count, (count(*) filter (where entry.read_at is null))::int as unread
      from inbox_entries entry
      join notifications notification on notification.org_id = entry.org_id and notification.id = entry.notification_id
     where entry.org_id = ${orgId} and entry.member_id = any(${members}::uuid[])
       and entry.created_at >= ${week.from} and entry.created_at < ${week.until} and notification.type <> ${digestType}
     group by 1, 2 order by 1, 2`.execute(tx);
  return members.map((memberId) => {
    const own = rows.filter((row) => row.member_id === memberId);
    const total = own.reduce((sum, { count }) => sum + count, 0);
    const unread = own.reduce((sum, row) => sum + row.unread, 0);
    return {
      members: [memberId],
      type: digestType,
      title: `Your week: ${total} ${total === 1 ? 'notification' : 'notifications'}, ${unread} unread`,
      data: JSON.stringify({
        from: week.from,
        until: week.until,
        counts: Object.fromEntries(own.map(({ type, count }) => [type, count])),
        total,
        unread,
      }),
    };
  });
}
