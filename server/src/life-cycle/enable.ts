import { sql } from 'kysely';
import type { Queries } from '../db/connect.ts';
import { pauseForEndpoint, resumeForEndpoint } from '../deliveries/changes.ts';
import { type Endpoint, findLocked, noSuchEndpoint } from '../endpoints/endpoints.ts';
import { resetHealth } from '../endpoints/health.ts';
import { updateEndpoint } from '../endpoints/rows.ts';
import type { EndpointName } from '../endpoints/secrets.ts';
import { type Acting, recordAction } from './acting.ts';

/** The reason of an endpoint that its owner has disabled. */
export const disabledByHand = 'disabled by hand';

/**
 * Stops deliveries to an endpoint; those that are queued wait until it is enabled.
 * @returns `null` where it is disabled or deleted already: then nothing is written
 */
export async function disableEndpoint(
  tx: Queries,
  acting: Acting,
  name: EndpointName,
  reason: string,
): Promise<Endpoint | null> {
  const before = await findLocked(tx, name);
  if (!before?.enabled) return null;
  const changed = await updateEndpoint(tx, name, {
    enabled: false,
    disabled_reason: reason,
    disabled_at: sql<Date>`now()`,
  });
  await pauseForEndpoint(tx, name.orgId, name.id);
  await recordAction(tx, acting, name, { action: 'endpoint.disabled', details: { reason } });
  return changed;
}

/**
 * Lets deliveries flow again, with a clean health record. Enabling an endpoint that is enabled cleans its record.
 * @throws {SluiceError} not_found
 */
export async function enableEndpoint(tx: Queries, acting: Acting, name: EndpointName): Promise<Endpoint> {
  if (!(await findLocked(tx, name))) noSuchEndpoint();
  await resetHealth(tx, name.orgId, name.id);
  const changed = await updateEndpoint(tx, name, { enabled: true, disabled_reason: null, disabled_at: null });
  await resumeForEndpoint(tx, name.orgId, name.id);
  await recordAction(tx, acting, name, { action: 'endpoint.enabled' });
  return changed;
}
