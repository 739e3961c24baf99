import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { SluiceError } from '../base/errors.ts';
import { publicId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import { transact } from '../db/transaction.ts';
import { type Actor, recordAudit } from './audit.ts';
import { holdMember, type Member } from './members.ts';
import { isPassword, readPasswordHash } from './passwords.ts';
import { countRequest, type RateLimit } from './rate-limits.ts';
import { createSession, type Session, type SignIn } from './sessions.ts';
import { findSignInLink, useSignInLink } from './sign-in-links.ts';

/** Attempts to sign in, successful ones included. */
const perAddress: RateLimit = { requests: 100, windowSeconds: 900 };
const perMember: RateLimit = { requests: 20, windowSeconds: 900 };

/** Owner of the counters of addresses and of unknown members, which belong to no organization. */
const noOrganization = '00000000-0000-0000-0000-000000000000';

export interface SignedIn {
  readonly member: Member;
  readonly session: Session;
  readonly secret: string;
}

/**
 * Signs a member in by a link. Of several concurrent attempts with one link, exactly one succeeds.
 * @throws {SluiceError} sign_in_refused, rate_limited
 */
export async function signInByLink(
  queries: Queries,
  clock: Clock,
  secret: string,
  from: Actor,
): Promise<SignedIn> {
  await countAddress(queries, from);
  const link = await findSignInLink(queries, secret);
  if (!link) throw refusal('link');
  const signedIn = await transact(queries, async (tx) => {
    const member = await holdMember(tx, link.org_id, link.member_id);
    const good = member !== null && (await useSignInLink(tx, link)) && member.role === link.role;
    return good ? beginSession(tx, clock, member, { by: 'link', from }) : null;
  });
  if (signedIn) return signedIn;
  await recordRefusal(queries, clock, link, { by: 'link', from });
  throw refusal('link');
}

/**
 * Signs a member in by a password. A refusal does not say which part was wrong, and takes as long for members who do not
 * exist.
 * @throws {SluiceError} sign_in_refused, rate_limited
 */
export async function signInByPassword(
  queries: Queries,
  clock: Clock,
  given: { readonly slug: string; readonly email: string; readonly password: string },
  from: Actor,
): Promise<SignedIn> {
  await countAddress(queries, from);
  const found = await findByEmail(queries, given);
  await countAttempt(queries, found?.org_id ?? noOrganization, `${given.slug} ${given.email}`);
  const right = await isPassword(given.password, found?.hash ?? null);
  const { org_id: orgId, member_id: memberId, hash } = found ?? {};
  const signedIn =
    right && orgId !== undefined && memberId
      ? await transact(queries, async (tx) => {
          const member = await holdMember(tx, orgId, memberId);
          // The password may have been changed since it was compared, in order to end an intruder's access.
          const unchanged = member !== null && (await readPasswordHash(tx, orgId, memberId)) === hash;
          return unchanged ? beginSession(tx, clock, member, { by: 'password', from }) : null;
        })
      : null;
  if (signedIn) return signedIn;
  if (found) await recordRefusal(queries, clock, found, { by: 'password', from });
  throw refusal('password');
}

/**
 * Counts an attempt to give a member's password: at sign-in, or before it is changed.
 * @throws {SluiceError} rate_limited
 */
export async function countAttempt(queries: Queries, orgId: string, whose: string): Promise<void> {
  await count(queries, orgId, `password of ${whose.toLowerCase()}`, perMember);
}

async function countAddress(queries: Queries, { ip }: Actor): Promise<void> {
  await count(queries, noOrganization, `sign-in from ${ip}`, perAddress);
}

async function count(queries: Queries, orgId: string, what: string, limit: RateLimit): Promise<void> {
  const digest = createHash('sha256').update(what).digest('hex');
  const id = `${digest.slice(0, 8)}-${digest.slice(8, 12)}-${digest.slice(12, 16)}-${digest.slice(16, 20)}-${digest.slice(20, 32)}`;
  const { allowed, resetSeconds } = await countRequest(queries, orgId, id, limit);
  if (!allowed)
    throw new SluiceError('rate_limited', 'There were too many attempts to sign in.', {
      retryAfterSeconds: resetSeconds,
    });
}

interface Named {
  readonly org_id: string;
  readonly member_id: string | null;
}

/** The organization with a slug, its member with an e-mail address, and the hash of the member's password. */
async function findByEmail(
  queries: Queries,
  { slug, email }: { readonly slug: string; readonly email: string },
): Promise<(Named & { readonly hash: string | null }) | undefined> {
  const { rows } = await sql<Named & { readonly hash: string | null }>`
    select organization.id as org_id, member.id as member_id, password.hash
      from organizations organization
      left join members member on member.org_id = organization.id and lower(member.email) = lower(${email})
      left join member_passwords password on password.org_id = member.org_id and password.member_id = member.id
     where organization.slug = ${slug}`.execute(queries);
  return rows[0];
}

async function beginSession(tx: Queries, clock: Clock, member: Member, signIn: SignIn): Promise<SignedIn> {
  const created = await createSession(tx, clock, member, signIn);
  const actor = { ...signIn.from, name: `member:${publicId('member', member.id)}` };
  const target = publicId('session', created.session.id);
  const details = { by: signIn.by };
  await recordAudit(
    tx,
    clock,
    { orgId: member.org_id, actor },
    { action: 'session.created', target, details },
  );
  return { member, ...created };
}

async function recordRefusal(
  queries: Queries,
  clock: Clock,
  named: Named,
  { by, from }: SignIn,
): Promise<void> {
  const { org_id: orgId, member_id: memberId } = named;
  const target = memberId === null ? publicId('organization', orgId) : publicId('member', memberId);
  const entry = { action: 'sign_in.refused', target, details: { by } };
  await recordAudit(queries, clock, { orgId, actor: from }, entry);
}

function refusal(by: Session['signed_in_by']): SluiceError {
  return new SluiceError(
    'sign_in_refused',
    by === 'link'
      ? 'This sign-in link does not exist, has expired or was used before.'
      : 'The organization, the e-mail address or the password is wrong.',
  );
}
