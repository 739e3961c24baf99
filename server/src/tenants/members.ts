import { type Selectable, sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { SluiceError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import { isDuplicate } from '../db/failures.ts';
import { newestFirst, type Page } from '../db/page.ts';
import { getRow } from '../db/rows.ts';
import type { Tables } from '../db/tables.ts';

export type Member = Selectable<Tables['members']>;
export const roles = ['owner', 'admin', 'hr_admin', 'member'] as const;
export type MemberRole = (typeof roles)[number];
export const accessLevels = ['none', 'read', 'write'] as const;
/** Module name → the member's right there. */
export type AccessRights = Readonly<Record<string, (typeof accessLevels)[number]>>;

/** The rights of a member, which bound every credential that acts for the member. */
export interface MemberRights {
  readonly memberId: string;
  readonly role: MemberRole;
  readonly access: AccessRights;
}

/** The right of a member in a module: the one given; without one, `write` for owners and admins, `none` for others. */
export function rightIn({ role, access }: MemberRights, module: string): (typeof accessLevels)[number] {
  const given = Object.hasOwn(access, module) ? access[module] : undefined;
  return given ?? (role === 'owner' || role === 'admin' ? 'write' : 'none');
}

export interface MemberInput {
  readonly email: string;
  readonly name: string;
  readonly role: MemberRole;
  readonly access: AccessRights;
}

/** @throws {SluiceError} conflict, where another member of the organization has the e-mail address */
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
 * A page of the organization's members, newest first.
 * @param filter `search`: every word of it is in the name or the e-mail address, in upper or lower case
 */
export function listMembers(
  queries: Queries,
  orgId: string,
  filter: { readonly search?: string; readonly role?: MemberRole },
  page: Page,
): Promise<Member[]> {
  let query = queries.selectFrom('members').selectAll().where('org_id', '=', orgId);
  for (const word of filter.search?.split(/\s+/u) ?? [])
    query = query.where(sql<boolean>`strpos(lower(name || ' ' || email), lower(${word})) > 0`);
  if (filter.role !== undefined) query = query.where('role', '=', filter.role);
  return newestFirst(query, page);
}

/** @throws {SluiceError} not_found */
export function getMember(queries: Queries, orgId: string, id: string): Promise<Member> {
  return getRow(queries, 'members', { orgId, id }, 'member');
}

/**
 * The member with an e-mail address; for `null`, the owner who was added first.
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

/** @throws {SluiceError} not_found; conflict, where the address is taken or the organization would be left without an owner */
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

/** @throws {SluiceError} not_found; conflict, where the organization would be left without an owner */
export async function deleteMember(tx: Queries, orgId: string, id: string): Promise<void> {
  const member = await lockMember(tx, orgId, id);
  if (member.role === 'owner') await keepAnOwner(tx, orgId, id);
  await tx.deleteFrom('members').where('org_id', '=', orgId).where('id', '=', id).execute();
}

/** The members that an event is addressed to, by id and by role. */
export interface Audience {
  readonly members?: readonly string[];
  readonly roles?: readonly string[];
}

/** The ids of the members that an audience names. */
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

/** Keeps a member unchanged until the transaction ends; `null` where there is no such member. */
export async function holdMember(tx: Queries, orgId: string, id: string): Promise<Member | null> {
  const query = tx.selectFrom('members').selectAll().where('org_id', '=', orgId).where('id', '=', id);
  return (await query.forShare().executeTakeFirst()) ?? null;
}

/**
 * The ids, sorted, of the members that an audience names; none of them can be deleted until the transaction ends.
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
 * A member, who can neither be changed nor deleted until the transaction ends.
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
      'An organization with members keeps at least one owner; make another member owner first.',
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
