import { invalidInput } from '../base/errors.ts';
import type { Sealer } from '../base/seal.ts';
import type { Queries } from '../db/connect.ts';
import { type Endpoint, findLocked, noSuchEndpoint } from '../endpoints/endpoints.ts';
import { resetHealth } from '../endpoints/health.ts';
import { contractNamed } from '../endpoints/rules.ts';
import { type EndpointName, issueSecret, retireSecrets } from '../endpoints/secrets.ts';
import { type Acting, recordAction } from './acting.ts';

export interface Rotation {
  readonly endpoint: Endpoint;
  /** The new secret, in clear: the one time that it is. */
  readonly secret: string;
  readonly overlapSeconds: number;
}

/**
 * Gives an endpoint a new signing secret and a clean health record. The secret before goes on signing beside the new one
 * for the overlap, all older ones stop at once.
 * @param overlapSeconds within what the contract allows; the contract's own default if left out
 * @throws {SluiceError} not_found; invalid_input, when the overlap is longer than the contract allows
 */
export async function rotateSecret(
  tx: Queries,
  acting: Acting & { readonly sealer: Sealer },
  name: EndpointName,
  overlapSeconds?: number,
): Promise<Rotation> {
  const endpoint = (await findLocked(tx, name)) ?? noSuchEndpoint();
  const contract = contractNamed(endpoint.contract);
  const { defaultOverlapSeconds, maxOverlapSeconds } = contract.secret;
  const overlap = overlapSeconds ?? defaultOverlapSeconds;
  if (overlap > maxOverlapSeconds)
    throw invalidInput(
      '/overlap_seconds',
      `The ${contract.name} contract allows at most ${maxOverlapSeconds} seconds.`,
    );
  await resetHealth(tx, name.orgId, name.id);
  await retireSecrets(tx, name, overlap);
  const secret = await issueSecret(tx, acting, name, { contract });
  const details = { overlap_seconds: overlap };
  await recordAction(tx, acting, name, { action: 'endpoint.secret_rotated', details });
  return { endpoint, secret, overlapSeconds: overlap };
}
