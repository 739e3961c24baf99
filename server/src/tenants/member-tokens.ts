import { type Selectable, sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { SluiceError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import type { Tables } from '../db/tables.ts';
import { hashOf, makeSecret, readSecret } from './keys.ts';
import type { Member } from './members.ts';
import type { MemberRights } from './record-scopes.ts';
import { commonScopes, scopesOfRole } from './scopes.ts';

export type MemberToken = Selectable<Tables['member_tokens']>;

/** How members' personal tokens begin. */
export const memberTokenPrefix = 'mbr_token_';

export interface NewMemberToken {
  readonly name: string;
  readonly expiresAt: Date | null;
  /** Who made it, as in the audit log. */
  readonly createdBy: string;
}

/** Makes a personal token for a member. The secret is answered here and never again. */
export async function createMemberToken(
  tx: Queries,
  clock: Clock,
  member: Member,
  input: NewMemberToken,
): Promise<{ token: MemberToken; secret: string }> {
  const secret = makeSecret(memberTokenPrefix, member.org_id);
  const token = await tx
    .insertInto('member_tokens')
    .values({
      org_id: member.org_id,
      id: newId(clock),
      member_id: member.id,
      name: input.name,
      last_four: secret.slice(-4),
      hash: hashOf(secret),
      role: member.role,
      created_by: input.createdBy,
      created_at: sql<Date>`now()`,
      expires_at: input.expiresAt,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { token, secret };
}

/** Newest first, revoked ones too. */
export function listMemberTokens(
  queries: Queries,
  orgId: string,
  memberId: string,
  page: { before: string | null; limit: number },
): Promise<MemberToken[]> {
  let query = queries
    .selectFrom('member_tokens')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('member_id', '=', memberId);
  if (page.before !== null) query = query.where('id', '<', page.before);
  return query.orderBy('id', 'desc').limit(page.limit).execute();
}

/** @throws {SluiceError} not_found, also when it is revoked already or is another member's */
export async function revokeMemberToken(
  tx: Queries,
  orgId: string,
  memberId: string,
  id: string,
): Promise<void> {
  const { numUpdatedRows } = await tx
    .updateTable('member_tokens')
    .set({ revoked_at: sql<Date>`now()` })
    .where('org_id', '=', orgId)
    .where('member_id', '=', memberId)
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) throw new SluiceError('not_found', 'No such member token.');
}

/** Whom a personal token speaks for, and what it may do now. */
export interface MemberTokenBearer extends MemberRights {
  readonly orgId: string;
  readonly tokenId: string;
  readonly name: string;
  readonly scopes: readonly string[];
}

/**
 * The member whose valid token this is: with the scopes of the member's role now, within those of the role that the
 * member had when the token was made. Its last use is noted at most once a minute.
 */
export async function findMemberToken(queries: Queries, secret: string): Promise<MemberTokenBearer | null> {
  const claim = readSecret(secret);
  if (!claim) return null;
  const { rows } = await sql<
    MemberToken & { stale: boolean; role_now: MemberRights['role']; access: string; member_name: string }
  >`
    select token.*, member.role as role_now, member.access, member.name as member_name,
           coalesce(token.last_used_at < now() - interval '1 minute', true) as stale
      from member_tokens token
      join members member on member.org_id = token.org_id and member.id = token.member_id
     where token.org_id = ${claim.orgId} and token.hash = ${hashOf(secret)}
       and token.revoked_at is null and (token.expires_at is null or token.expires_at > now())`.execute(
    queries,
  );
  const row = rows[0];
  if (!row) return null;
  if (row.stale)
    await sql`update member_tokens set last_used_at = now() where org_id = ${row.org_id} and id = ${row.id}`.execute(
      queries,
    );
  return {
    orgId: row.org_id,
    tokenId: row.id,
    name: row.member_name,
    memberId: row.member_id,
    role: row.role_now,
    access: JSON.parse(row.access),
    scopes: commonScopes(scopesOfRole(row.role_now), scopesOfRole(row.role)),
  };
}
