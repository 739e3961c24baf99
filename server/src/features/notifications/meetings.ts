import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { invalidInput, SluiceError } from '../../base/errors.ts';
import { newId, publicId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import type { Page } from '../../db/page.ts';
import type { NewEvent } from '../../events/new-event.ts';
import { lockAudience } from '../../tenants/members.ts';
import { writeNotices } from './send.ts';
import type { Tables } from './tables.ts';

/** A meeting with the inner ids of its members. */
export interface Meeting extends Selectable<Tables['meetings']> {
  readonly member_ids: readonly string[];
}

export interface MeetingInput {
  readonly title: string;
  readonly startsAt: Date;
  /** Inner ids of members. */
  readonly members: readonly string[];
}

export interface MeetingName {
  readonly orgId: string;
  readonly id: string;
}

/** @throws {SluiceError} invalid_input, for an id that is not a member's */
export async function createMeeting(
  tx: Queries,
  clock: Clock,
  orgId: string,
  input: MeetingInput & { readonly createdBy: string },
): Promise<Meeting> {
  const name = { orgId, id: newId(clock) };
  await tx
    .insertInto('meetings')
    .values({
      org_id: orgId,
      id: name.id,
      title: input.title,
      starts_at: input.startsAt,
      created_by: input.createdBy,
      created_at: sql<Date>`now()`,
      updated_at: sql<Date>`now()`,
    })
    .execute();
  await setMembers(tx, name, input.members);
  return getMeeting(tx, name);
}

/**
 * Changes a meeting. When its time changes, members who were reminded of the old time are notified, and all members are
 * reminded before the new time.
 * @returns the meeting, and the events to publish
 * @throws {SluiceError} not_found, invalid_input; conflict, where the meeting was cancelled
 */
export async function changeMeeting(
  tx: Queries,
  clock: Clock,
  name: MeetingName,
  change: Partial<MeetingInput>,
): Promise<{ meeting: Meeting; news: NewEvent[] }> {
  const before = await lockMeeting(tx, name);
  const startsAt = change.startsAt ?? before.starts_at;
  const moved = startsAt.getTime() !== before.starts_at.getTime();
  await tx
    .updateTable('meetings')
    .set({
      title: change.title ?? before.title,
      starts_at: startsAt,
      reminded: before.reminded && !moved && change.members === undefined,
      updated_at: sql<Date>`now()`,
    })
    .where('org_id', '=', name.orgId)
    .where('id', '=', name.id)
    .execute();
  if (change.members) await setMembers(tx, name, change.members);
  const meeting = await getMeeting(tx, name);
  if (!moved) return { meeting, news: [] };
  const move = { state: 'moved', plannedAt: before.starts_at } as const;
  return { meeting, news: await notifyReminded(tx, clock, meeting, move) };
}

/**
 * Cancels a meeting and its reminder. Members who were reminded already are notified.
 * @returns the events to publish
 * @throws {SluiceError} not_found; conflict, where the meeting was cancelled before
 */
export async function cancelMeeting(tx: Queries, clock: Clock, name: MeetingName): Promise<NewEvent[]> {
  const before = await lockMeeting(tx, name);
  await tx
    .updateTable('meetings')
    .set({ cancelled_at: sql<Date>`now()`, updated_at: sql<Date>`now()` })
    .where('org_id', '=', name.orgId)
    .where('id', '=', name.id)
    .execute();
  const cancellation = { state: 'cancelled', plannedAt: before.starts_at } as const;
  return notifyReminded(tx, clock, await getMeeting(tx, name), cancellation);
}

/** @throws {SluiceError} not_found */
export async function getMeeting(queries: Queries, { orgId, id }: MeetingName): Promise<Meeting> {
  const { rows } = await sql<Meeting>`
    select meeting.*, ${memberIds} as member_ids from meetings meeting
     where org_id = ${orgId} and id = ${id}`.execute(queries);
  return rows[0] ?? missing();
}

/** Orders of a list: `newest` by the time of creation, `soonest` by the start. */
export const meetingOrders = ['newest', 'soonest'] as const;

export interface MeetingFilter {
  readonly order: (typeof meetingOrders)[number];
  /** Only meetings of this member; `null`: of all members. */
  readonly memberId: string | null;
  /** Only meetings that begin at `from` or later, and before `until`. */
  readonly from: Date | null;
  readonly until: Date | null;
}

/**
 * A page of the organization's meetings, cancelled meetings included.
 * @param page `after`: the `meetingPosition` of a meeting in the same order
 */
export async function listMeetings(
  queries: Queries,
  orgId: string,
  { order, memberId, from, until }: MeetingFilter,
  page: Page,
): Promise<Meeting[]> {
  const own =
    memberId === null
      ? sql`true`
      : sql`exists (select 1 from meeting_members own where own.org_id = meeting.org_id and own.meeting_id = meeting.id and own.member_id = ${memberId})`;
  const inTime = sql`${from === null ? sql`true` : sql`starts_at >= ${from}`} and ${until === null ? sql`true` : sql`starts_at < ${until}`}`;
  const sorted = order === 'newest' ? sql`id desc` : sql`starts_at, id`;
  const { rows } = await sql<Meeting>`
    select meeting.*, ${memberIds} as member_ids from meetings meeting
     where org_id = ${orgId} and ${own} and ${inTime} and ${isAfter(order, page.after)} order by ${sorted} limit ${page.limit}`.execute(
    queries,
  );
  return rows;
}

function isAfter(order: MeetingFilter['order'], after: string | null) {
  if (after === null) return sql`true`;
  if (order === 'newest') return sql`id < ${after}`;
  const [at = '', id = ''] = after.split(' ');
  return sql`(starts_at, id) > (${at}::timestamptz, ${id}::uuid)`;
}

/** The position of a meeting in a list with this order. */
export function meetingPosition(order: MeetingFilter['order'], { id, starts_at }: Meeting): string {
  return order === 'soonest' ? `${starts_at.toISOString()} ${id}` : id;
}

const memberIds = sql`array(select member_id::text from meeting_members of_it where of_it.org_id = meeting.org_id and of_it.meeting_id = meeting.id order by member_id)`;

async function setMembers(tx: Queries, { orgId, id }: MeetingName, wanted: readonly string[]): Promise<void> {
  const members = await lockAudience(tx, orgId, { members: wanted });
  const stranger = wanted.findIndex((member) => !members.includes(member));
  if (stranger >= 0) throw invalidInput(`/members/${stranger}`, 'There is no such member.');
  await sql`
    delete from meeting_members
     where org_id = ${orgId} and meeting_id = ${id} and member_id <> all(${members}::uuid[])`.execute(tx);
  await sql`
    insert into meeting_members (org_id, meeting_id, member_id)
    select ${orgId}, ${id}, member_id from unnest(${members}::uuid[]) as given (member_id)
    on conflict do nothing`.execute(tx);
}

/** Notifies the members who were reminded of a meeting that has not begun. Answers the events to publish. */
async function notifyReminded(
  tx: Queries,
  clock: Clock,
  meeting: Meeting,
  { state, plannedAt }: { readonly state: 'moved' | 'cancelled'; readonly plannedAt: Date },
): Promise<NewEvent[]> {
  const { rows } = await sql<{ id: string }>`
    select member.id from meeting_members invited
      join members member on member.org_id = invited.org_id and member.id = invited.member_id
     where invited.org_id = ${meeting.org_id} and invited.meeting_id = ${meeting.id}
       and invited.reminded_of is not null and ${plannedAt}::timestamptz > now()
     order by member.id for key share of member`.execute(tx);
  const members = rows.map((row) => row.id);
  const title = `${meeting.title}: ${state}`;
  const notice = { members, type: 'meeting', title, data: dataOf(meeting, state) } as const;
  return writeNotices(tx, clock, meeting.org_id, [notice]);
}

/** The data of a notification about a meeting, as JSON text. */
export function dataOf(
  { id, starts_at }: Selectable<Tables['meetings']>,
  state: 'soon' | 'moved' | 'cancelled',
): string {
  return JSON.stringify({ meeting_id: publicId('meeting', id), starts_at, state });
}

async function lockMeeting(tx: Queries, { orgId, id }: MeetingName): Promise<Selectable<Tables['meetings']>> {
  const meeting = await tx
    .selectFrom('meetings')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!meeting) missing();
  if (meeting.cancelled_at !== null) throw new SluiceError('conflict', 'The meeting was cancelled.');
  return meeting;
}

function missing(): never {
  throw new SluiceError('not_found', 'No such meeting.');
}
