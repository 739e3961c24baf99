import { type Selectable, sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { SluiceError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import { newestFirst, type Page } from '../db/page.ts';
import type { Tables } from '../db/tables.ts';
import { hashOf, makeSecret, readSecret } from './keys.ts';
import type { Member, MemberRights } from './members.ts';
import { commonScopes, scopesOfRole } from './scopes.ts';

export type MemberToken = Selectable<Tables['member_tokens']>;

/** The prefix of members' personal tokens. */
export const memberTokenPrefix = 'mbr_token_';

export interface NewMemberToken {
  readonly name: string;
  readonly expiresAt: Date | null;
  /** Name of the author in the audit log. */
  readonly createdBy: string;
}

/** Creates a personal token of a member. Only the hash of its secret is stored, so the secret can be shown only now. */
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

/** A page of a member's personal tokens, newest first, revoked tokens included. */
export function listMemberTokens(
  queries: Queries,
  orgId: string,
  memberId: string,
  page: Page,
): Promise<MemberToken[]> {
  const query = queries
    .selectFrom('member_tokens')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('member_id', '=', memberId);
  return newestFirst(query, page);
}

/** @throws {SluiceError} not_found, also where the token is already revoked or another member's */
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

/** The member whom a personal token belongs to, and the scopes that it has now. */
export interface MemberTokenBearer extends MemberRights {
  readonly orgId: string;
  readonly tokenId: string;
  readonly name: string;
  readonly scopes: readonly string[];
}

/**
 * The member with this token; `null` where the token is not valid. Its scopes are those that the member's role of now
 * and the role at the creation of the token have in common. Writes the time of the last use, at most once a minute.
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
