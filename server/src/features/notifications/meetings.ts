import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { invalidInput, SluiceError } from '../../base/errors.ts';
import { newId, publicId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import type { NewEvent } from '../../events/new-event.ts';
import { lockAudience } from '../../tenants/members.ts';
import { writeNotices } from './send.ts';
import type { Tables } from './tables.ts';

/** With its members, by inner id. */
export interface Meeting extends Selectable<Tables['meetings']> {
  readonly member_ids: readonly string[];
}

export interface MeetingInput {
  readonly title: string;
  readonly startsAt: Date;
  /** Inner ids. */
  readonly members: readonly string[];
}

export interface MeetingName {
  readonly orgId: string;
  readonly id: string;
}

/** @throws {SluiceError} invalid_input, for somebody who is no member */
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
 * Changes what is given, and answers what is to be published about it: who was reminded of the old time hears of the
 * new one. Ten minutes before that they are reminded again.
 * @throws {SluiceError} not_found, conflict (it was cancelled), invalid_input
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
  return { meeting, news: moved ? await tellReminded(tx, clock, before, meeting, 'moved') : [] };
}

/**
 * Cancels a meeting and its reminder. Who was reminded already is told.
 * @throws {SluiceError} not_found, conflict (it was cancelled before)
 */
export async function cancelMeeting(tx: Queries, clock: Clock, name: MeetingName): Promise<NewEvent[]> {
  const before = await lockMeeting(tx, name);
  await tx
    .updateTable('meetings')
    .set({ cancelled_at: sql<Date>`now()`, updated_at: sql<Date>`now()` })
    .where('org_id', '=', name.orgId)
    .where('id', '=', name.id)
    .execute();
  return tellReminded(tx, clock, before, await getMeeting(tx, name), 'cancelled');
}

/** @throws {SluiceError} not_found */
export async function getMeeting(queries: Queries, { orgId, id }: MeetingName): Promise<Meeting> {
  const { rows } = await sql<Meeting>`
    select meeting.*, ${memberIds} as member_ids from meetings meeting
     where org_id = ${orgId} and id = ${id}`.execute(queries);
  return rows[0] ?? missing();
}

/** How meetings are listed: by when they were planned, or by when they begin. */
export const meetingOrders = ['newest', 'soonest'] as const;

export interface MeetingList {
  readonly order: (typeof meetingOrders)[number];
  /** Those of one member; `null`: of everybody. */
  readonly memberId: string | null;
  /** Only those that begin then or later, and before `until`. */
  readonly from: Date | null;
  readonly until: Date | null;
  /** A position that `meetingPosition` answered. */
  readonly after: string | null;
  readonly limit: number;
}

/** Cancelled ones too. */
export async function listMeetings(queries: Queries, orgId: string, list: MeetingList): Promise<Meeting[]> {
  const { memberId, from, until } = list;
  const own =
    memberId === null
      ? sql`true`
      : sql`exists (select 1 from meeting_members own where own.org_id = meeting.org_id and own.meeting_id = meeting.id and own.member_id = ${memberId})`;
  const inTime = sql`${from === null ? sql`true` : sql`starts_at >= ${from}`} and ${until === null ? sql`true` : sql`starts_at < ${until}`}`;
  const order = list.order === 'newest' ? sql`id desc` : sql`starts_at, id`;
  const { rows } = await sql<Meeting>`
    select meeting.*, ${memberIds} as member_ids from meetings meeting
     where org_id = ${orgId} and ${own} and ${inTime} and ${beyond(list)} order by ${order} limit ${list.limit}`.execute(
    queries,
  );
  return rows;
}

function beyond({ order, after }: MeetingList) {
  if (after === null) return sql`true`;
  if (order === 'newest') return sql`id < ${after}`;
  const [at = '', id = ''] = after.split(' ');
  return sql`(starts_at, id) > (${at}::timestamptz, ${id}::uuid)`;
}

/** Where a list in this order goes on. */
export function meetingPosition(order: MeetingList['order'], { id, starts_at }: Meeting): string {
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

/** Those who were reminded, and still would come, hear that it will not be as they were told. */
async function tellReminded(
  tx: Queries,
  clock: Clock,
  before: Selectable<Tables['meetings']>,
  after: Meeting,
  state: 'moved' | 'cancelled',
): Promise<NewEvent[]> {
  const { rows } = await sql<{ id: string }>`
    select member.id from meeting_members invited
      join members member on member.org_id = invited.org_id and member.id = invited.member_id
     where invited.org_id = ${after.org_id} and invited.meeting_id = ${after.id}
       and invited.reminded_of is not null and ${before.starts_at}::timestamptz > now()
     order by member.id for key share of member`.execute(tx);
  return writeNotices(tx, clock, after.org_id, [
    {
      members: rows.map((row) => row.id),
      type: 'meeting',
      title: `${after.title}: ${state}`,
      data: dataOf(after, state),
    },
  ]);
}

export function dataOf(
  meeting: Selectable<Tables['meetings']>,
  state: 'soon' | 'moved' | 'cancelled',
): string {
  return JSON.stringify({
    meeting_id: publicId('meeting', meeting.id),
    starts_at: meeting.starts_at,
    state,
  });
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
