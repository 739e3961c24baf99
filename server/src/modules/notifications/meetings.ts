import { type Selectable, sql } from 'kysely';
import { invalidInput, SluiceError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import type { Tables } from '../../db/tables.ts';
import { resolveAudience } from '../../tenants/members.ts';
import { type NotifyTools, notify } from './notifications.ts';

export type Meeting = Selectable<Tables['meetings']>;

export interface MeetingInput {
  readonly title: string;
  readonly startsAt: Date;
  readonly members: readonly string[];
}

const reminderMinutes = 10;

/** @throws {SluiceError} invalid_input, for somebody who is no member */
export async function createMeeting(
  tx: Queries,
  tools: Pick<NotifyTools, 'clock'>,
  orgId: string,
  input: MeetingInput,
): Promise<Meeting> {
  await checkMembers(tx, orgId, input.members);
  return tx
    .insertInto('meetings')
    .values({
      org_id: orgId,
      id: newId(tools.clock),
      title: input.title,
      starts_at: input.startsAt,
      member_ids: [...new Set(input.members)],
      created_at: sql<Date>`now()`,
      updated_at: sql<Date>`now()`,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/**
 * Changes what is given. A meeting that is moved reminds again, ten minutes before its new time.
 * @throws {SluiceError} not_found, conflict (it was cancelled), invalid_input
 */
export async function changeMeeting(
  tx: Queries,
  orgId: string,
  id: string,
  change: Partial<MeetingInput>,
): Promise<Meeting> {
  const before = await lockMeeting(tx, orgId, id);
  if (change.members) await checkMembers(tx, orgId, change.members);
  return tx
    .updateTable('meetings')
    .set({
      title: change.title ?? before.title,
      starts_at: change.startsAt ?? before.starts_at,
      member_ids: change.members ? [...new Set(change.members)] : before.member_ids,
      updated_at: sql<Date>`now()`,
    })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** @throws {SluiceError} not_found, conflict (it was cancelled before) */
export async function cancelMeeting(tx: Queries, orgId: string, id: string): Promise<void> {
  await lockMeeting(tx, orgId, id);
  await tx
    .updateTable('meetings')
    .set({ cancelled_at: sql<Date>`now()`, updated_at: sql<Date>`now()` })
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .execute();
}

/** @throws {SluiceError} not_found */
export async function getMeeting(queries: Queries, orgId: string, id: string): Promise<Meeting> {
  const found = await queries
    .selectFrom('meetings')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirst();
  return found ?? missing();
}

/** Newest first, cancelled ones too. */
export function listMeetings(
  queries: Queries,
  orgId: string,
  page: { before: string | null; limit: number },
): Promise<Meeting[]> {
  let query = queries.selectFrom('meetings').selectAll().where('org_id', '=', orgId);
  if (page.before !== null) query = query.where('id', '<', page.before);
  return query.orderBy('id', 'desc').limit(page.limit).execute();
}

/**
 * Reminds of meetings that begin within ten minutes, in the transaction that notes it: each start once, whatever dies.
 * One that began before anybody could be reminded is left alone. Answers how many.
 */
export async function remindOfMeetings(tx: Queries, tools: NotifyTools): Promise<number> {
  const { rows } = await sql<Meeting>`
    select * from meetings
     where cancelled_at is null and starts_at > now() and starts_at <= now() + make_interval(mins => ${reminderMinutes})
       and reminded_of is distinct from starts_at
     order by starts_at limit 100 for update skip locked`.execute(tx);
  for (const meeting of rows) {
    await tx
      .updateTable('meetings')
      .set({ reminded_of: meeting.starts_at })
      .where('org_id', '=', meeting.org_id)
      .where('id', '=', meeting.id)
      .execute();
    const present = await resolveAudience(tx, meeting.org_id, { members: meeting.member_ids });
    await notify(tx, tools, meeting.org_id, {
      to: { members: [...present] },
      type: 'meeting',
      title: meeting.title,
      data: JSON.stringify({ starts_at: meeting.starts_at, starts_in_minutes: reminderMinutes }),
    });
  }
  return rows.length;
}

async function checkMembers(tx: Queries, orgId: string, members: readonly string[]): Promise<void> {
  const present = await resolveAudience(tx, orgId, { members });
  const stranger = members.findIndex((id) => !present.has(id));
  if (stranger >= 0) throw invalidInput(`/members/${stranger}`, 'There is no such member.');
}

async function lockMeeting(tx: Queries, orgId: string, id: string): Promise<Meeting> {
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
