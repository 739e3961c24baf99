import { type Selectable, sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { SluiceError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import { newestFirst, type Page } from '../db/page.ts';
import type { Tables } from '../db/tables.ts';
import type { Actor } from './audit.ts';
import { hashOf, makeSecret, readSecret } from './keys.ts';
import type { Member, MemberRights } from './members.ts';
import { scopesOfRole } from './scopes.ts';

export type Session = Selectable<Tables['sessions']>;

/** The prefix of sessions' secrets. They are accepted from the cookie only. */
const sessionPrefix = 'mbr_session_';

/** The idle timeout of a session. */
const idleDays = 14;
/** The longest life of a session, however often it is used. */
export const longestDays = 90;

/** How, and from where, a member signs in. */
export interface SignIn {
  readonly by: Session['signed_in_by'];
  readonly from: Actor;
}

const alive = sql<boolean>`ends_at > now() and last_used_at > now() - make_interval(days => ${idleDays}::int)`;

/** Creates a session of a member. Its secret is for the member's browser; only the hash is stored. */
export async function createSession(
  tx: Queries,
  clock: Clock,
  member: Member,
  { by, from: { ip, userAgent } }: SignIn,
): Promise<{ session: Session; secret: string }> {
  const secret = makeSecret(sessionPrefix, member.org_id);
  const session = await tx
    .insertInto('sessions')
    .values({
      org_id: member.org_id,
      id: newId(clock),
      member_id: member.id,
      hash: hashOf(secret),
      signed_in_by: by,
      ip,
      user_agent: userAgent,
      created_at: sql<Date>`now()`,
      last_used_at: sql<Date>`now()`,
      ends_at: sql<Date>`now() + make_interval(days => ${longestDays}::int)`,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { session, secret };
}

/** The member who is signed in, and the scopes that the member has now. */
export interface SessionBearer extends MemberRights {
  readonly orgId: string;
  readonly sessionId: string;
  readonly name: string;
  readonly scopes: readonly string[];
}

/**
 * The member with this session, with the scopes of the member's role of now; `null` where the session has ended. Read
 * from the database each time, so that an ended session is refused at once on every node. Writes the time of the last
 * use, at most once a minute.
 */
export async function findSession(queries: Queries, secret: string): Promise<SessionBearer | null> {
  const claim = readSecret(secret);
  if (claim?.prefix !== sessionPrefix) return null;
  const { rows } = await sql<
    Pick<Session, 'org_id' | 'id' | 'member_id'> & {
      stale: boolean;
      role: MemberRights['role'];
      access: string;
      name: string;
    }
  >`
    select session.org_id, session.id, session.member_id, member.role, member.access, member.name,
           session.last_used_at < now() - interval '1 minute' as stale
      from sessions session
      join members member on member.org_id = session.org_id and member.id = session.member_id
     where session.org_id = ${claim.orgId} and session.hash = ${hashOf(secret)} and ${alive}`.execute(
    queries,
  );
  const row = rows[0];
  if (!row) return null;
  if (row.stale)
    await sql`update sessions set last_used_at = now() where org_id = ${row.org_id} and id = ${row.id}`.execute(
      queries,
    );
  return {
    orgId: row.org_id,
    sessionId: row.id,
    name: row.name,
    memberId: row.member_id,
    role: row.role,
    access: JSON.parse(row.access),
    scopes: scopesOfRole(row.role),
  };
}

/** A page of a member's sessions that have not ended, newest first. */
export function listSessions(
  queries: Queries,
  orgId: string,
  memberId: string,
  page: Page,
): Promise<Session[]> {
  const query = queries
    .selectFrom('sessions')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('member_id', '=', memberId)
    .where(alive);
  return newestFirst(query, page);
}

/** Whether a session has not ended yet. */
export async function isSessionAlive(
  queries: Queries,
  orgId: string,
  memberId: string,
  id: string,
): Promise<boolean> {
  const found = await queries
    .selectFrom('sessions')
    .select('id')
    .where('org_id', '=', orgId)
    .where('member_id', '=', memberId)
    .where('id', '=', id)
    .where(alive)
    .executeTakeFirst();
  return found !== undefined;
}

/** @throws {SluiceError} not_found, also where the session is another member's */
export async function endSession(tx: Queries, orgId: string, memberId: string, id: string): Promise<void> {
  const { numDeletedRows } = await tx
    .deleteFrom('sessions')
    .where('org_id', '=', orgId)
    .where('member_id', '=', memberId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) throw new SluiceError('not_found', 'No such session.');
}

/** Ends all sessions of a member, but for one where `except` names it. Answers how many have ended. */
export async function endSessions(
  tx: Queries,
  orgId: string,
  memberId: string,
  except: string | null = null,
): Promise<number> {
  let query = tx.deleteFrom('sessions').where('org_id', '=', orgId).where('member_id', '=', memberId);
  if (except !== null) query = query.where('id', '!=', except);
  return Number((await query.executeTakeFirstOrThrow()).numDeletedRows);
}

/** Deletes up to 1,000 sessions that have expired; answers how many. */
export async function forgetSessions(queries: Queries): Promise<number> {
  const { rows } = await sql`
    delete from sessions where (org_id, id) in (
      select org_id, id from sessions where not (${alive}) order by last_used_at limit 1000)
    returning 1`.execute(queries);
  return rows.length;
}
