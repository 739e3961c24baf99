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
 * Finds organizations whose catalogue has the digest, and those that have moved to another time zone since, and
 * reckons when their next one is due. Answers how many it has found, and those whose time zone this process does not
 * know.
 * @param except ids of organizations that are to be passed over
 */
export async function planDigests(
  tx: Queries,
  except: readonly string[],
): Promise<{ found: number; lost: string[] }> {
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
  const [known, lost] = [rows.filter(isKnown), rows.filter((row) => !isKnown(row))];
  for (const { org_id, time_zone, latest_until, adopted_at } of known) {
    const next =
      latest_until === null ? mondayAfter(time_zone, adopted_at) : nextDigest(time_zone, latest_until);
    await sql`
      insert into weekly_digests (org_id, time_zone, next_at) values (${org_id}, ${time_zone}, ${next})
      on conflict (org_id) do update set time_zone = excluded.time_zone, next_at = excluded.next_at
       where weekly_digests.sending_until is null`.execute(tx);
  }
  return { found: rows.length, lost: lost.map(({ org_id }) => org_id) };
}

function isKnown({ time_zone }: { readonly time_zone: string }): boolean {
  return isTimeZone(time_zone);
}

/** An organization whose Monday has come. */
export interface DueDigest extends Selectable<Tables['weekly_digests']> {
  readonly now: Date;
  /** Whether its catalogue still has the type. */
  readonly wanted: boolean;
}

/** Organizations whose Monday has come, those that have waited longest first. */
export async function organizationsToSumUp(queries: Queries): Promise<string[]> {
  const { rows } = await sql<{ org_id: string }>`
    select org_id from weekly_digests where next_at <= now() order by next_at`.execute(queries);
  return rows.map((row) => row.org_id);
}

/** Locks an organization's digest if its Monday has come, unless another process has locked it. */
export async function takeDueDigest(tx: Queries, orgId: string): Promise<DueDigest | null> {
  const { rows } = await sql<DueDigest>`
    select digest.*, now() as now,
           exists (select 1 from event_types type where type.org_id = digest.org_id and type.name = ${digestType}) as wanted
      from weekly_digests digest
     where org_id = ${orgId} and next_at <= now() for update of digest skip locked`.execute(tx);
  return rows[0] ?? null;
}

/**
 * Sends the digest to some members, in the transaction that notes how far it got: so each member gets it once, whatever
 * dies. After a long stop there is one, for the week before the latest Monday. Answers how many members, and what is to
 * be published.
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

/** Every member's week, also of those to whom nothing happened: silence is news, too. Digests do not count. */
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
