import { type Selectable, sql } from 'kysely';
import { SluiceError } from '../base/errors.ts';
import type { Queries } from '../db/connect.ts';
import { newestFirst, type Page } from '../db/page.ts';
import type { Tables } from '../db/tables.ts';
import type { EndpointName } from './secrets.ts';

export type Endpoint = Selectable<Tables['endpoints']>;

export interface EndpointOwner {
  readonly kind: 'organization' | 'member' | 'installation';
  readonly id: string;
}

/**
 * An endpoint that is not deleted.
 * @throws {SluiceError} not_found
 */
export async function getEndpoint(queries: Queries, name: EndpointName): Promise<Endpoint> {
  return (await presentEndpoint(queries, name).executeTakeFirst()) ?? noSuchEndpoint();
}

/**
 * Endpoints that are not deleted, newest first.
 * @param page left out: all of them
 * @param of only those of one owner; only those that subscribe to nothing but these types
 */
export function listEndpoints(
  queries: Queries,
  orgId: string,
  { owner, withinTypes }: { readonly owner?: EndpointOwner; readonly withinTypes?: readonly string[] },
  page?: Page,
): Promise<Endpoint[]> {
  let query = queries
    .selectFrom('endpoints')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('deleted_at', 'is', null);
  if (owner) query = query.where('owner_kind', '=', owner.kind).where('owner_id', '=', owner.id);
  if (withinTypes) query = query.where(sql<boolean>`events <@ ${withinTypes}::text[]`);
  return page ? newestFirst(query, page) : query.orderBy('id', 'desc').execute();
}

/**
 * Locks endpoints for a change, in the order that every transaction keeps: first the health records of all of them by
 * their ids, as settling attempts does, then the endpoints. Two transactions that do so cannot wait for each other.
 * A transaction that changes several endpoints locks them all by one call before the first change.
 * @returns those that are not deleted
 */
export async function lockEndpoints(tx: Queries, orgId: string, ids: readonly string[]): Promise<Endpoint[]> {
  await sql`
    select 1 from endpoint_health where org_id = ${orgId} and endpoint_id = any(${ids}::uuid[])
     order by endpoint_id for update`.execute(tx);
  return tx
    .selectFrom('endpoints')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', sql<string>`any(${ids}::uuid[])`)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute();
}

/** Locks one endpoint for a change; answers `undefined` where it is deleted or never was. */
export async function findLocked(tx: Queries, name: EndpointName): Promise<Endpoint | undefined> {
  return (await lockEndpoints(tx, name.orgId, [name.id]))[0];
}

/** @throws {SluiceError} not_found, always */
export function noSuchEndpoint(): never {
  throw new SluiceError('not_found', 'No such endpoint.');
}

function presentEndpoint(queries: Queries, name: EndpointName) {
  return queries
    .selectFrom('endpoints')
    .selectAll()
    .where('org_id', '=', name.orgId)
    .where('id', '=', name.id)
    .where('deleted_at', 'is', null);
}
