import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import type { Queries } from '../../db/connect.ts';
import type { NewEvent } from '../../events/new-event.ts';
import { dataOf } from './meetings.ts';
import { writeNotices } from './send.ts';
import type { Tables } from './tables.ts';

const minutesBefore = 10;

/** A meeting that begins within ten minutes. */
export interface DueMeeting extends Selectable<Tables['meetings']> {
  /** Until it begins. */
  readonly minutes: number;
}

/** There is no reminder of a meeting that has begun. */
const isDue = sql`cancelled_at is null and not reminded and starts_at > now() and starts_at <= now() + make_interval(mins => ${sql.lit(minutesBefore)})`;

/** Organizations with meetings whose reminder is due. */
export async function organizationsToRemind(queries: Queries): Promise<string[]> {
  const { rows } = await sql<{ org_id: string }>`select distinct org_id from meetings where ${isDue}`.execute(
    queries,
  );
  return rows.map((row) => row.org_id);
}

/**
 * Locks the next meeting of an organization whose reminder is due; skips meetings that another process has locked.
 * @param except ids of meetings to skip
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
 * Reminds the members of a meeting, in the transaction that marks it: each member is reminded of each start once, also
 * after a crash. Answers the events to publish.
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
