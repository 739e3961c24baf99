import { type Selectable, sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { SluiceError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import type { Tables } from '../db/tables.ts';
import type { Actor } from './audit.ts';
import { hashOf, makeSecret, readSecret } from './keys.ts';
import type { Member } from './members.ts';
import type { MemberRights } from './record-scopes.ts';
import { scopesOfRole } from './scopes.ts';

export type Session = Selectable<Tables['sessions']>;

/** How the secrets of sessions begin; they live in a cookie and nowhere else. */
const sessionPrefix = 'mbr_session_';

/** A session ends when nobody has used it for so long. */
const idleDays = 14;
/** However much it is used, it ends after so long. */
export const longestDays = 90;

const alive = sql<boolean>`ends_at > now() and last_used_at > now() - make_interval(days => ${idleDays}::int)`;

/** Lets a member in. The secret is for the member's browser; only its hash is kept. */
export async function createSession(
  tx: Queries,
  clock: Clock,
  member: Member,
  signedInBy: Session['signed_in_by'],
  { ip, userAgent }: Pick<Actor, 'ip' | 'userAgent'>,
): Promise<{ session: Session; secret: string }> {
  const secret = makeSecret(sessionPrefix, member.org_id);
  const session = await tx
    .insertInto('sessions')
    .values({
      org_id: member.org_id,
      id: newId(clock),
      member_id: member.id,
      hash: hashOf(secret),
      signed_in_by: signedInBy,
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

/** Who is signed in, and what the member may do now. */
export interface SessionBearer extends MemberRights {
  readonly orgId: string;
  readonly sessionId: string;
  readonly name: string;
  readonly scopes: readonly string[];
}

/**
 * The member whose session this is, with the scopes of the member's role now. Looked up each time, so that what ended
 * is refused at once on every node; the last use is noted at most once a minute.
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

/** Those that have not ended, newest first. */
export function listSessions(
  queries: Queries,
  orgId: string,
  memberId: string,
  page: { before: string | null; limit: number },
): Promise<Session[]> {
  let query = queries
    .selectFrom('sessions')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('member_id', '=', memberId)
    .where(alive);
  if (page.before !== null) query = query.where('id', '<', page.before);
  return query.orderBy('id', 'desc').limit(page.limit).execute();
}

/** Whether a session that was good when its request came still is. */
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

/** @throws {SluiceError} not_found, also when it is another member's */
export async function endSession(tx: Queries, orgId: string, memberId: string, id: string): Promise<void> {
  const { numDeletedRows } = await tx
    .deleteFrom('sessions')
    .where('org_id', '=', orgId)
    .where('member_id', '=', memberId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) throw new SluiceError('not_found', 'No such session.');
}

/** Signs a member out everywhere, or everywhere else. Answers how many sessions ended. */
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

/** Removes what ended by itself, some at a time; answers how many. */
export async function forgetSessions(queries: Queries): Promise<number> {
  const { rows } = await sql`
    delete from sessions where (org_id, id) in (
      select org_id, id from sessions where not (${alive}) order by last_used_at limit 1000)
    returning 1`.execute(queries);
  return rows.length;
}
