import type { Queries } from '../db/connect.ts';
import { cancelForEndpoint } from '../deliveries/changes.ts';
import { deleteEndpoint } from '../endpoints/endpoints.ts';
import type { EndpointName } from '../endpoints/secrets.ts';

/**
 * Removes an endpoint and cancels what is queued for it; answers how many deliveries that were. Its ledger stays.
 * @throws {SluiceError} not_found
 */
export async function withdrawEndpoint(tx: Queries, name: EndpointName): Promise<number> {
  await deleteEndpoint(tx, name);
  return cancelForEndpoint(tx, name.orgId, name.id);
}
