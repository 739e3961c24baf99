import { type Insertable, sql, type UpdateObject } from 'kysely';
import type { Queries } from '../db/connect.ts';
import type { Tables } from '../db/tables.ts';
import type { Endpoint } from './endpoints.ts';
import { createHealth } from './health.ts';
import type { EndpointName } from './secrets.ts';

/** Writes a new endpoint with an empty health record. */
export async function insertEndpoint(
  tx: Queries,
  values: Omit<Insertable<Tables['endpoints']>, 'enabled' | 'created_at' | 'updated_at'>,
): Promise<Endpoint> {
  const now = sql<Date>`now()`;
  const endpoint = await tx
    .insertInto('endpoints')
    .values({ ...values, enabled: true, created_at: now, updated_at: now })
    .returningAll()
    .executeTakeFirstOrThrow();
  await createHealth(tx, endpoint.org_id, endpoint.id);
  await renewVersion(tx, endpoint.org_id);
  return endpoint;
}

/** Writes changes of an endpoint that the transaction has locked. */
export async function updateEndpoint(
  tx: Queries,
  name: EndpointName,
  changes: UpdateObject<Tables, 'endpoints'>,
): Promise<Endpoint> {
  const changed = await tx
    .updateTable('endpoints')
    .set({ ...changes, updated_at: sql<Date>`now()` })
    .where('org_id', '=', name.orgId)
    .where('id', '=', name.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await renewVersion(tx, name.orgId);
  return changed;
}

/**
 * Gives the organization's list of endpoints a version that was never used before. Random, not the next number: a list
 * that was read in a transaction that is then rolled back must not pass for the list of a later change.
 */
async function renewVersion(tx: Queries, orgId: string): Promise<void> {
  await sql`
    insert into endpoint_versions (org_id, version) values (${orgId}, 1 + floor(random() * 9007199254740990)::bigint)
    on conflict (org_id) do update set version = excluded.version`.execute(tx);
}
