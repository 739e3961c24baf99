import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import type { Queries } from '../../db/connect.ts';
import type { NewEvent } from '../../events/new-event.ts';
import { dataOf } from './meetings.ts';
import { writeNotices } from './send.ts';
import type { Tables } from './tables.ts';

const minutesBefore = 10;

/** A meeting that is about to begin, and in how many minutes. */
export interface DueMeeting extends Selectable<Tables['meetings']> {
  readonly minutes: number;
}

/** One that has begun is past reminding. */
const isDue = sql`cancelled_at is null and not reminded and starts_at > now() and starts_at <= now() + make_interval(mins => ${sql.lit(minutesBefore)})`;

/** Organizations with meetings that begin within ten minutes and of which somebody has not been reminded. */
export async function organizationsToRemind(queries: Queries): Promise<string[]> {
  const { rows } = await sql<{ org_id: string }>`select distinct org_id from meetings where ${isDue}`.execute(
    queries,
  );
  return rows.map((row) => row.org_id);
}

/**
 * Locks the next such meeting of an organization; what another process has locked is passed over.
 * @param except ids of those that failed just now
 */
export async function takeDueMeeting(
  tx: Queries,
  orgId: string,
  except: readonly string[],
): Promise<DueMeeting | null> {
  const { rows } = await sql<DueMeeting>`
    select meeting.*, ceil(extract(epoch from starts_at - now()) / 60)::int as minutes from meetings meeting
     where org_id = ${orgId} and ${isDue} and id <> all(${except}::uuid[])
     order by starts_at limit 1 for update skip locked`.execute(tx);
  return rows[0] ?? null;
}

/**
 * Reminds of a meeting, in the transaction that notes it: each member of each start once, whatever dies. Answers what
 * is to be published.
 */
export async function remindOf(tx: Queries, clock: Clock, meeting: DueMeeting): Promise<NewEvent[]> {
  const { org_id: orgId, id, starts_at: startsAt, minutes } = meeting;
  const { rows: invited } = await sql<{ id: string }>`
    select member.id from meeting_members invited
      join members member on member.org_id = invited.org_id and member.id = invited.member_id
     where invited.org_id = ${orgId} and invited.meeting_id = ${id} and invited.reminded_of is distinct from ${startsAt}
     order by member.id for key share of member`.execute(tx);
  const members = invited.map((row) => row.id);
  await sql`
    update meeting_members set reminded_of = ${startsAt}
     where org_id = ${orgId} and meeting_id = ${id} and member_id = any(${members}::uuid[])`.execute(tx);
  await sql`update meetings set reminded = true where org_id = ${orgId} and id = ${id}`.execute(tx);
  const title = `${meeting.title} in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
  return writeNotices(tx, clock, orgId, [{ members, type: 'meeting', title, data: dataOf(meeting, 'soon') }]);
}
