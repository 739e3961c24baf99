import { newId } from '../base/ids.ts';
import type { Sealer } from '../base/seal.ts';
import type { Queries } from '../db/connect.ts';
import type { Endpoint, EndpointOwner } from '../endpoints/endpoints.ts';
import { sealHeaders } from '../endpoints/headers.ts';
import type { Projection } from '../endpoints/projection.ts';
import { insertEndpoint } from '../endpoints/rows.ts';
import { type AddressRules, checkRetryDelays, checkUrl, contractNamed } from '../endpoints/rules.ts';
import { issueSecret } from '../endpoints/secrets.ts';
import { type Acting, recordAction } from './acting.ts';

/** What can be set of an endpoint, by the names that its row, the API and the audit log have for it. */
export interface EndpointSettings {
  readonly url: string;
  readonly name?: string | null;
  readonly description?: string | null;
  /** `*`, names of event types, or prefixes with `.*`. */
  readonly events: readonly string[];
  readonly contract: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Deliveries a second at most. */
  readonly rate_limit?: number | null;
  /** Seconds before each retry. */
  readonly retry_delays?: readonly number[] | null;
  readonly timeout_seconds?: number | null;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** An endpoint that is to be made. */
export interface EndpointDraft extends EndpointSettings {
  /** The owner's own signing secret; made if left out. */
  readonly secret?: string;
  readonly projection?: Projection;
}

/** The rules by which endpoints of every family are made and changed. */
export interface EndpointRules {
  readonly addresses: AddressRules;
  /** What else happens in the transaction that gives an endpoint its contract, its first one or another. */
  readonly onContract: (tx: Queries, endpoint: Endpoint) => Promise<void>;
}

/** Who makes or changes an endpoint, with what that needs. */
export interface Setting extends Acting, EndpointRules {
  readonly sealer: Sealer;
}

/**
 * Makes an endpoint with its secret, which is answered here and never again.
 * @throws {SluiceError} invalid_input, forbidden_address
 */
export async function createEndpoint(
  tx: Queries,
  setting: Setting,
  { orgId, owner }: { readonly orgId: string; readonly owner: EndpointOwner },
  draft: EndpointDraft,
): Promise<{ endpoint: Endpoint; secret: string }> {
  const contract = contractNamed(draft.contract);
  checkRetryDelays(contract, draft.retry_delays);
  const name = { orgId, id: newId(setting.clock) };
  const endpoint = await insertEndpoint(tx, {
    org_id: orgId,
    id: name.id,
    owner_kind: owner.kind,
    owner_id: owner.id,
    url: checkUrl(setting.addresses, contract, draft.url),
    name: draft.name ?? null,
    description: draft.description ?? null,
    contract: contract.name,
    events: [...new Set(draft.events)],
    headers: sealHeaders(setting.sealer, name, draft.headers),
    metadata: JSON.stringify(draft.metadata ?? {}),
    rate_limit: draft.rate_limit ?? null,
    retry_delays: draft.retry_delays ? [...draft.retry_delays] : null,
    timeout_seconds: draft.timeout_seconds ?? null,
    effective_timeout_seconds: draft.timeout_seconds ?? contract.timeoutSeconds,
    projection: draft.projection ? JSON.stringify(draft.projection) : null,
  });
  const secret = await issueSecret(tx, setting, name, { contract, given: draft.secret });
  await setting.onContract(tx, endpoint);
  const details = { url: endpoint.url, contract: contract.name };
  await recordAction(tx, setting, name, { action: 'endpoint.created', details });
  return { endpoint, secret };
}
