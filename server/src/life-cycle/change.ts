import type { Contract } from '@sluice/contracts';
import { invalidInput } from '../base/errors.ts';
import type { Sealer } from '../base/seal.ts';
import type { Queries } from '../db/connect.ts';
import { type Endpoint, findLocked, noSuchEndpoint } from '../endpoints/endpoints.ts';
import { sealHeaders } from '../endpoints/headers.ts';
import type { Projection } from '../endpoints/projection.ts';
import { updateEndpoint } from '../endpoints/rows.ts';
import { type AddressRules, checkRetryDelays, checkUrl, contractNamed } from '../endpoints/rules.ts';
import { type EndpointName, readSecrets } from '../endpoints/secrets.ts';
import { type Acting, recordAction } from './acting.ts';
import type { EndpointSettings, Setting } from './create.ts';

/**
 * Changes what is given. A change of contract is for deliveries that are accepted from now on: those already accepted
 * keep the wire format that they were promised. The secret stays, so it must suit the new contract.
 * @throws {SluiceError} not_found, invalid_input, forbidden_address
 */
export async function changeEndpoint(
  tx: Queries,
  setting: Setting,
  name: EndpointName,
  change: Partial<EndpointSettings>,
): Promise<Endpoint> {
  const before = (await findLocked(tx, name)) ?? noSuchEndpoint();
  const { headers, metadata, events, retry_delays: delays, ...plain } = change;
  const contract = contractNamed(change.contract ?? before.contract);
  if (contract.name !== before.contract) await checkSecrets(tx, setting.sealer, name, contract);
  checkRetryDelays(contract, delays === undefined ? before.retry_delays : delays);
  const timeout = plain.timeout_seconds === undefined ? before.timeout_seconds : plain.timeout_seconds;
  const changed = await updateEndpoint(tx, name, {
    ...plain,
    url: changedUrl(setting.addresses, contract, before, change.url),
    ...(events && { events: [...new Set(events)] }),
    ...(headers && { headers: sealHeaders(setting.sealer, name, headers) }),
    ...(metadata && { metadata: JSON.stringify(metadata) }),
    ...(delays !== undefined && { retry_delays: delays && [...delays] }),
    effective_timeout_seconds: timeout ?? contract.timeoutSeconds,
  });
  if (contract.name !== before.contract) await setting.onContract(tx, changed);
  const details = { changed: Object.keys(change) };
  await recordAction(tx, setting, name, { action: 'endpoint.changed', details });
  return changed;
}

/**
 * Changes all that an endpoint may be shown, also of what is queued for it.
 * @throws {SluiceError} not_found
 */
export async function changeProjection(
  tx: Queries,
  acting: Acting,
  name: EndpointName,
  projection: Projection,
): Promise<void> {
  if (!(await findLocked(tx, name))) noSuchEndpoint();
  await updateEndpoint(tx, name, { projection: JSON.stringify(projection) });
  const details = { changed: ['fields'] };
  await recordAction(tx, acting, name, { action: 'endpoint.changed', details });
}

/** A URL is checked again under another contract, which may not allow it. */
function changedUrl(
  addresses: AddressRules,
  contract: Contract,
  before: Endpoint,
  url: string | undefined,
): string {
  return url === undefined && contract.name === before.contract
    ? before.url
    : checkUrl(addresses, contract, url ?? before.url);
}

async function checkSecrets(
  tx: Queries,
  sealer: Sealer,
  name: EndpointName,
  contract: Contract,
): Promise<void> {
  const secrets = (await readSecrets(tx, sealer, [name])).get(name.id)?.() ?? [];
  const problem = secrets.map((secret) => contract.secret.problem(secret)).find((found) => found !== null);
  if (problem)
    throw invalidInput('/contract', `The endpoint's secret does not suit this contract: ${problem}`);
}
