import { type Selectable, sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { SluiceError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import { isDuplicate } from '../db/failures.ts';
import { newestFirst, type Page } from '../db/page.ts';
import type { Tables } from '../db/tables.ts';

export type Organization = Selectable<Tables['organizations']>;

export interface NewOrganization {
  readonly name: string;
  readonly slug: string;
  readonly defaultContract: string;
  readonly timeZone: string;
}

/** @throws {SluiceError} conflict, where the slug is taken */
export async function createOrganization(
  tx: Queries,
  clock: Clock,
  input: NewOrganization,
): Promise<Organization> {
  return refusingTakenSlug(input.slug, () =>
    tx
      .insertInto('organizations')
      .values({
        id: newId(clock),
        name: input.name,
        slug: input.slug,
        default_contract: input.defaultContract,
        time_zone: input.timeZone,
        created_at: sql<Date>`now()`,
        updated_at: sql<Date>`now()`,
      })
      .returningAll()
      .executeTakeFirstOrThrow(),
  );
}

/** A page of all organizations, newest first: for the operator. */
export function listOrganizations(queries: Queries, page: Page): Promise<Organization[]> {
  return newestFirst(queries.selectFrom('organizations').selectAll(), page);
}

/** @throws {SluiceError} not_found */
export async function getOrganization(queries: Queries, id: string): Promise<Organization> {
  const found = await queries.selectFrom('organizations').selectAll().where('id', '=', id).executeTakeFirst();
  return found ?? missing();
}

export interface OrganizationChange {
  readonly name?: string;
  readonly slug?: string;
  readonly timeZone?: string;
  readonly preset?: string;
  readonly defaultContract?: string;
}

/** @throws {SluiceError} not_found; conflict, where the slug is taken */
export async function changeOrganization(
  tx: Queries,
  id: string,
  change: OrganizationChange,
): Promise<Organization> {
  const changed = await refusingTakenSlug(change.slug ?? '', () =>
    tx
      .updateTable('organizations')
      .set({
        ...(change.name === undefined ? {} : { name: change.name }),
        ...(change.slug === undefined ? {} : { slug: change.slug }),
        ...(change.timeZone === undefined ? {} : { time_zone: change.timeZone }),
        ...(change.preset === undefined ? {} : { preset: change.preset }),
        ...(change.defaultContract === undefined ? {} : { default_contract: change.defaultContract }),
        updated_at: sql<Date>`now()`,
      })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst(),
  );
  return changed ?? missing();
}

/**
 * Deletes an organization with everything that acts for it: keys, members, endpoints. Its audit log stays. Its ledger
 * becomes unreadable and is dropped with retention.
 * @throws {SluiceError} not_found
 */
export async function deleteOrganization(tx: Queries, id: string): Promise<void> {
  const { numDeletedRows } = await tx
    .deleteFrom('organizations')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) missing();
}

async function refusingTakenSlug<T>(slug: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isDuplicate(error))
      throw new SluiceError('conflict', `The slug "${slug}" is taken.`, { cause: error });
    throw error;
  }
}

function missing(): never {
  throw new SluiceError('not_found', 'No such organization.');
}
