import { type Selectable, sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { SluiceError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import { isDuplicate } from '../db/failures.ts';
import type { Tables } from '../db/tables.ts';

export type Member = Selectable<Tables['members']>;
export const roles = ['owner', 'admin', 'hr_admin', 'member'] as const;
export type MemberRole = (typeof roles)[number];
export const accessLevels = ['none', 'read', 'write'] as const;
/** Module name → what the member may do there. */
export type AccessRights = Readonly<Record<string, (typeof accessLevels)[number]>>;

export interface MemberInput {
  readonly email: string;
  readonly name: string;
  readonly role: MemberRole;
  readonly access: AccessRights;
}

/** @throws {SluiceError} conflict, when somebody in the organization has the address */
export async function createMember(
  tx: Queries,
  clock: Clock,
  orgId: string,
  input: MemberInput,
): Promise<Member> {
  return refusingTakenEmail(() =>
    tx
      .insertInto('members')
      .values({
        org_id: orgId,
        id: newId(clock),
        email: input.email,
        name: input.name,
        role: input.role,
        access: JSON.stringify(input.access),
        created_at: sql<Date>`now()`,
        updated_at: sql<Date>`now()`,
      })
      .returningAll()
      .executeTakeFirstOrThrow(),
  );
}

/**
 * Newest first.
 * @param filter `search`: every word of it is in the name or the e-mail address, in capitals or not
 */
export function listMembers(
  queries: Queries,
  orgId: string,
  filter: { readonly search?: string; readonly role?: MemberRole },
  page: { before: string | null; limit: number },
): Promise<Member[]> {
  let query = queries.selectFrom('members').selectAll().where('org_id', '=', orgId);
  for (const word of filter.search?.split(/\s+/u) ?? [])
    query = query.where(sql<boolean>`strpos(lower(name || ' ' || email), lower(${word})) > 0`);
  if (filter.role !== undefined) query = query.where('role', '=', filter.role);
  if (page.before !== null) query = query.where('id', '<', page.before);
  return query.orderBy('id', 'desc').limit(page.limit).execute();
}

/** @throws {SluiceError} not_found */
export async function getMember(queries: Queries, orgId: string, id: string): Promise<Member> {
  const found = await queries
    .selectFrom('members')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!found) throw new SluiceError('not_found', 'No such member.');
  return found;
}

/**
 * By e-mail address; without one, the owner who has been there longest.
 * @throws {SluiceError} not_found
 */
export async function findMember(queries: Queries, orgId: string, email: string | null): Promise<Member> {
  const query = queries.selectFrom('members').selectAll().where('org_id', '=', orgId);
  const found = await (email === null
    ? query.where('role', '=', 'owner').orderBy('id')
    : query.where(sql`lower(email)`, '=', email.toLowerCase())
  ).executeTakeFirst();
  if (!found)
    throw new SluiceError(
      'not_found',
      email === null
        ? 'The organization has no owner yet; add one first: POST /v1/members with the role owner, or sluice members add.'
        : 'No member of the organization has this address.',
    );
  return found;
}

/** @throws {SluiceError} not_found, conflict (address taken, or nobody would be owner any more) */
export async function changeMember(
  tx: Queries,
  orgId: string,
  id: string,
  change: Partial<MemberInput>,
): Promise<Member> {
  const before = await lockMember(tx, orgId, id);
  if (before.role === 'owner' && change.role !== undefined && change.role !== 'owner')
    await keepAnOwner(tx, orgId, id);
  return refusingTakenEmail(() =>
    tx
      .updateTable('members')
      .set({
        ...(change.email === undefined ? {} : { email: change.email }),
        ...(change.name === undefined ? {} : { name: change.name }),
        ...(change.role === undefined ? {} : { role: change.role }),
        ...(change.access === undefined ? {} : { access: JSON.stringify(change.access) }),
        updated_at: sql<Date>`now()`,
      })
      .where('org_id', '=', orgId)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow(),
  );
}

/** @throws {SluiceError} not_found, conflict when nobody would be owner any more */
export async function deleteMember(tx: Queries, orgId: string, id: string): Promise<void> {
  const member = await lockMember(tx, orgId, id);
  if (member.role === 'owner') await keepAnOwner(tx, orgId, id);
  await tx.deleteFrom('members').where('org_id', '=', orgId).where('id', '=', id).execute();
}

/** Whom an event is addressed to. */
export interface Audience {
  readonly members?: readonly string[];
  readonly roles?: readonly string[];
}

/** The ids of the members that an audience names, by id or by role. */
export async function resolveAudience(
  queries: Queries,
  orgId: string,
  audience: Audience,
): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select id from members
     where org_id = ${orgId} and (id = any(${audience.members ?? []}::uuid[]) or role = any(${audience.roles ?? []}::text[]))`.execute(
    queries,
  );
  return new Set(rows.map((row) => row.id));
}

/** Keeps a member as it is until the transaction ends; `null` where there is no such member any more. */
export async function holdMember(tx: Queries, orgId: string, id: string): Promise<Member | null> {
  const query = tx.selectFrom('members').selectAll().where('org_id', '=', orgId).where('id', '=', id);
  return (await query.forShare().executeTakeFirst()) ?? null;
}

/**
 * The same as `resolveAudience`, in the order of their ids; they stay members until the transaction ends.
 * @param audience `everyone`: all members
 */
export async function lockAudience(
  tx: Queries,
  orgId: string,
  audience: Audience | 'everyone',
): Promise<string[]> {
  const named = audience === 'everyone' ? {} : audience;
  const { rows } = await sql<{ id: string }>`
    select id from members
     where org_id = ${orgId} and (${audience === 'everyone'} or id = any(${named.members ?? []}::uuid[]) or role = any(${named.roles ?? []}::text[]))
     order by id for key share`.execute(tx);
  return rows.map((row) => row.id);
}

/**
 * For what may not happen while the member leaves.
 * @throws {SluiceError} not_found
 */
export async function lockMember(tx: Queries, orgId: string, id: string): Promise<Member> {
  const member = await tx
    .selectFrom('members')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  if (!member) throw new SluiceError('not_found', 'No such member.');
  return member;
}

/**
 * Keeps a member from leaving until the caller's transaction ends, and lets one such transaction in at a time. Unlike
 * `lockMember` it does not wait for audiences that are being resolved: a transaction that settles attempts may resolve
 * one while it holds what the caller is about to lock.
 * @throws {SluiceError} not_found
 */
export async function keepMember(tx: Queries, orgId: string, id: string): Promise<void> {
  const { rows } = await sql`
    select 1 from members where org_id = ${orgId} and id = ${id} for no key update`.execute(tx);
  if (rows.length === 0) throw new SluiceError('not_found', 'No such member.');
}

async function keepAnOwner(tx: Queries, orgId: string, leaving: string): Promise<void> {
  const owners = await tx
    .selectFrom('members')
    .select('id')
    .where('org_id', '=', orgId)
    .where('role', '=', 'owner')
    .forUpdate()
    .execute();
  if (!owners.some((owner) => owner.id !== leaving)) {
    throw new SluiceError(
      'conflict',
      'An organization with members keeps at least one owner; make somebody else owner first.',
    );
  }
}

async function refusingTakenEmail<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isDuplicate(error))
      throw new SluiceError('conflict', 'A member of this organization has that e-mail address.', {
        cause: error,
      });
    throw error;
  }
}
