import { sql } from 'kysely';
import type { Queries } from '../db/connect.ts';
import { cancelForEndpoint } from '../deliveries/changes.ts';
import { findLocked, lockEndpoints } from '../endpoints/endpoints.ts';
import { updateEndpoint } from '../endpoints/rows.ts';
import { destroySecrets, type EndpointName } from '../endpoints/secrets.ts';
import { type Acting, recordAction } from './acting.ts';

/**
 * Deletes an endpoint for good: what is queued for it is cancelled, its secrets and own headers are destroyed. Its row
 * stays for the ledger.
 * @returns whether it was there to be deleted; if not, nothing is written
 */
export async function withdrawEndpoint(tx: Queries, acting: Acting, name: EndpointName): Promise<boolean> {
  if (!(await findLocked(tx, name))) return false;
  await updateEndpoint(tx, name, {
    enabled: false,
    deleted_at: sql<Date>`now()`,
    headers: null,
    disabled_reason: 'deleted',
  });
  await destroySecrets(tx, name);
  const cancelled = await cancelForEndpoint(tx, name.orgId, name.id);
  await recordAction(tx, acting, name, { action: 'endpoint.deleted', details: { cancelled } });
  return true;
}

/** Deletes several endpoints of an organization, as `withdrawEndpoint` deletes one. */
export async function withdrawEndpoints(
  tx: Queries,
  acting: Acting,
  orgId: string,
  ids: readonly string[],
): Promise<void> {
  await lockEndpoints(tx, orgId, ids);
  for (const id of ids) await withdrawEndpoint(tx, acting, { orgId, id });
}
