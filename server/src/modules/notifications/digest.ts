import { sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import type { Queries } from '../../db/connect.ts';
import { readCalendar } from '../../events/calendar.ts';

const mondaysAtNine = '0 9 * * 1';

/** An organization that has notifications has a digest; noted with the first one, and when its time zone has changed. */
export async function followOrganization(tx: Queries, clock: Clock, orgId: string): Promise<void> {
  const { rows } = await sql<{ time_zone: string }>`
    select organization.time_zone from organizations organization
      left join weekly_digests digest on digest.org_id = organization.id
     where organization.id = ${orgId} and digest.time_zone is distinct from organization.time_zone`.execute(
    tx,
  );
  const timeZone = rows[0]?.time_zone;
  if (timeZone !== undefined) await setNext(tx, orgId, timeZone, new Date(clock.now()));
}

/** The week's figures of one member. */
export interface Digest {
  readonly orgId: string;
  readonly memberId: string;
  readonly from: Date;
  readonly until: Date;
  /** Type → how many notifications. */
  readonly counts: Readonly<Record<string, number>>;
  readonly unread: number;
}

/**
 * Takes one organization whose Monday has come and moves it on to the next, in the transaction that tells its members:
 * so a digest comes once, whatever dies. After a long stop it comes once, for the week before the latest Monday.
 */
export async function takeDueDigest(tx: Queries): Promise<readonly Digest[] | null> {
  const { rows } = await sql<{ org_id: string; time_zone: string; next_at: Date; now: Date }>`
    select digest.org_id, organization.time_zone, digest.next_at, now() as now
      from weekly_digests digest join organizations organization on organization.id = digest.org_id
     where digest.next_at <= now() order by digest.next_at limit 1 for update of digest skip locked`.execute(
    tx,
  );
  const due = rows[0];
  if (!due) return null;
  const until = latestMonday(due.time_zone, due.next_at, due.now);
  await setNext(tx, due.org_id, due.time_zone, due.now);
  return readWeek(tx, due.org_id, new Date(until.getTime() - 7 * 86_400_000), until);
}

/** Organizations that changed their time zone: their Monday begins at another moment. */
export async function followTimeZones(queries: Queries): Promise<void> {
  const { rows } = await sql<{ org_id: string; time_zone: string; now: Date }>`
    select digest.org_id, organization.time_zone, now() as now
      from weekly_digests digest join organizations organization on organization.id = digest.org_id
     where digest.time_zone <> organization.time_zone limit 100`.execute(queries);
  for (const { org_id, time_zone, now } of rows) await setNext(queries, org_id, time_zone, now);
}

function latestMonday(timeZone: string, first: Date, now: Date): Date {
  const calendar = readCalendar(mondaysAtNine, timeZone);
  const eightDaysBack = calendar.after(new Date(now.getTime() - 8 * 86_400_000));
  let latest =
    eightDaysBack !== null && eightDaysBack > first && eightDaysBack <= now ? eightDaysBack : first;
  for (
    let following = calendar.after(latest);
    following !== null && following <= now;
    following = calendar.after(latest)
  )
    latest = following;
  return latest;
}

async function setNext(tx: Queries, orgId: string, timeZone: string, now: Date): Promise<void> {
  const nextAt = readCalendar(mondaysAtNine, timeZone).after(now);
  if (nextAt === null) throw new Error('There is always another Monday.');
  await sql`
    insert into weekly_digests (org_id, time_zone, next_at) values (${orgId}, ${timeZone}, ${nextAt})
    on conflict (org_id) do update set time_zone = excluded.time_zone, next_at = excluded.next_at`.execute(
    tx,
  );
}

/** Every member's week, also of those to whom nothing happened: silence is news, too. */
async function readWeek(tx: Queries, orgId: string, from: Date, until: Date): Promise<Digest[]> {
  const { rows } = await sql<{ member_id: string; type: string | null; count: number; unread: number }>`
    select member.id as member_id, entry.type, count(entry.id)::int as count, (count(entry.id) filter (where entry.read_at is null))::int as unread
      from members member
      left join inbox_entries entry on entry.org_id = member.org_id and entry.member_id = member.id
       and entry.visible_at >= ${from} and entry.visible_at < ${until}
     where member.org_id = ${orgId}
     group by member.id, entry.type order by member.id, entry.type`.execute(tx);
  const digests = new Map<string, Digest>();
  for (const { member_id: memberId, type, count, unread } of rows) {
    const before = digests.get(memberId) ?? { orgId, memberId, from, until, counts: {}, unread: 0 };
    digests.set(memberId, {
      ...before,
      counts: type === null ? before.counts : { ...before.counts, [type]: count },
      unread: before.unread + unread,
    });
  }
  return [...digests.values()];
}
