import { type Selectable, sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import type { Tables } from '../db/tables.ts';
import { hashOf, makeSecret, readSecret } from './keys.ts';
import type { Member } from './members.ts';

export type SignInLink = Selectable<Tables['sign_in_links']>;

const linkPrefix = 'mbr_link_';

/** Creates a link that signs a member in once. Only the hash of its secret is stored, so the secret can be shown only now. */
export async function createSignInLink(
  tx: Queries,
  clock: Clock,
  member: Member,
  { lastsSeconds, createdBy }: { readonly lastsSeconds: number; readonly createdBy: string },
): Promise<{ link: SignInLink; secret: string }> {
  const secret = makeSecret(linkPrefix, member.org_id);
  const link = await tx
    .insertInto('sign_in_links')
    .values({
      org_id: member.org_id,
      id: newId(clock),
      member_id: member.id,
      hash: hashOf(secret),
      role: member.role,
      created_by: createdBy,
      created_at: sql<Date>`now()`,
      expires_at: sql<Date>`now() + make_interval(secs => ${lastsSeconds}::int)`,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { link, secret };
}

/** The link with this secret, also where it is used or expired; `null` where there is none. */
export async function findSignInLink(queries: Queries, secret: string): Promise<SignInLink | null> {
  const claim = readSecret(secret);
  if (claim?.prefix !== linkPrefix) return null;
  const found = await queries
    .selectFrom('sign_in_links')
    .selectAll()
    .where('org_id', '=', claim.orgId)
    .where('hash', '=', hashOf(secret))
    .executeTakeFirst();
  return found ?? null;
}

/** Marks a link as used. Answers whether it could still be used; of several concurrent calls, exactly one gets `true`. */
export async function useSignInLink(tx: Queries, { org_id, id }: SignInLink): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('sign_in_links')
    .set({ used_at: sql<Date>`now()` })
    .where('org_id', '=', org_id)
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where(sql<boolean>`expires_at > now()`)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

/** Deletes every unused link of a member. */
export async function withdrawSignInLinks(tx: Queries, orgId: string, memberId: string): Promise<void> {
  await tx
    .deleteFrom('sign_in_links')
    .where('org_id', '=', orgId)
    .where('member_id', '=', memberId)
    .where('used_at', 'is', null)
    .execute();
}

/** Deletes up to 1,000 links that expired more than a day ago; answers how many. Until then, their reuse is audited. */
export async function forgetSignInLinks(queries: Queries): Promise<number> {
  const { rows } = await sql`
    delete from sign_in_links where (org_id, id) in (
      select org_id, id from sign_in_links where expires_at < now() - interval '1 day' order by expires_at limit 1000)
    returning 1`.execute(queries);
  return rows.length;
}
