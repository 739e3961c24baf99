import { type Contract, getContract, type RetryRule, type WireEvent } from '@sluice/contracts';
import type { Sealer } from '../base/seal.ts';
import type { Queries } from '../db/connect.ts';
import { openHeaders } from '../endpoints/headers.ts';
import { readSecrets } from '../endpoints/secrets.ts';
import { type Body, bodyIdOf } from './bodies.ts';
import type { Claimed } from './claim.ts';
import { findOutdatedBodies, readRevisions } from './re-encode.ts';
import { retryRuleFor, retryRuleOf } from './retry-rules.ts';
import {
  type EndpointRow,
  type EventRow,
  readBodies,
  readEndpoints,
  readEvents,
  unique,
} from './rows-by-id.ts';
import { asWireEvent, NeverSentError } from './wire-event.ts';

/** Everything that an attempt needs, read after the claim: what the endpoint is now, what the event was then. */
export interface Job {
  readonly claimed: Claimed;
  readonly contract: Contract;
  readonly event: WireEvent;
  readonly url: string;
  /** The endpoint's own headers. */
  readonly ownHeaders: Readonly<Record<string, string>>;
  /** Newest first. */
  readonly secrets: readonly string[];
  readonly body: Body;
  readonly retry: RetryRule;
}

/** A claimed delivery that can't be attempted, and why. */
export interface Unpreparable {
  readonly claimed: Claimed;
  readonly url: string;
  readonly reason: string;
  /** `null` where it can never be sent; otherwise what keeps it back may pass, such as a master key that is missing. */
  readonly retry: RetryRule | null;
}

/** One whose rows cannot be read. */
export function unreadable(claimed: Claimed, reason: string): Unpreparable {
  return { claimed, url: '', reason, retry: retryRuleOf(claimed.contract) };
}

/** What a batch of claimed deliveries needs; all by id. */
interface Read {
  readonly events: ReadonlyMap<string, EventRow>;
  readonly endpoints: ReadonlyMap<string, EndpointRow>;
  /** How to open an endpoint's secrets. */
  readonly secrets: ReadonlyMap<string, () => readonly string[]>;
  readonly bodies: ReadonlyMap<string, Body>;
  /** Deliveries whose kept body is not to be sent again. */
  readonly outdated: ReadonlySet<Claimed>;
  /** Data that reviewers have put in place of the event's, by delivery. */
  readonly revisions: ReadonlyMap<string, string>;
}

/**
 * Reads what a batch of claimed deliveries needs, in a handful of statements however many they are, and encodes what is
 * sent for the first time. A delivery that can't be prepared (its event is gone, its secrets do not open) is answered
 * apart, so that it fails alone.
 * @throws what the database throws; then none of them is prepared
 */
export async function prepare(
  queries: Queries,
  sealer: Sealer,
  claimed: readonly Claimed[],
): Promise<{ jobs: Job[]; unpreparable: Unpreparable[] }> {
  const read = await readFor(queries, sealer, claimed);
  const encode = encoder();
  const jobs: Job[] = [];
  const unpreparable: Unpreparable[] = [];
  for (const delivery of claimed) {
    const endpoint = read.endpoints.get(delivery.endpointId);
    try {
      if (!endpoint) throw new NeverSentError('its endpoint has no secret to sign with');
      jobs.push({
        ...contentOf(delivery, endpoint, read, encode),
        claimed: delivery,
        url: endpoint.url,
        ownHeaders: openHeaders({ sealer }, endpoint),
      });
    } catch (error) {
      const failed = unreadable(delivery, error instanceof Error ? error.message : String(error));
      const retry = error instanceof NeverSentError ? null : failed.retry;
      unpreparable.push({ ...failed, url: endpoint?.url ?? '', retry });
    }
  }
  return { jobs, unpreparable };
}

async function readFor(queries: Queries, sealer: Sealer, claimed: readonly Claimed[]): Promise<Read> {
  const endpointNames = unique(claimed.map(({ orgId, endpointId }) => ({ orgId, id: endpointId })));
  const [events, endpoints, secrets, bodies] = await Promise.all([
    readEvents(
      queries,
      claimed.map(({ orgId, eventId }) => ({ orgId, id: eventId })),
    ),
    readEndpoints(queries, endpointNames),
    readSecrets(queries, sealer, endpointNames),
    readBodies(
      queries,
      claimed.flatMap(({ orgId, bodyId }) => (bodyId === null ? [] : [{ orgId, id: bodyId }])),
    ),
  ]);
  const projectionOf = ({ endpointId }: Claimed) => endpoints.get(endpointId)?.projection ?? null;
  const outdated = findOutdatedBodies(claimed, bodies, projectionOf);
  return { events, endpoints, secrets, bodies, outdated, revisions: await readRevisions(queries, outdated) };
}

function contentOf(
  delivery: Claimed,
  endpoint: EndpointRow,
  read: Read,
  encode: Encode,
): Pick<Job, 'contract' | 'event' | 'secrets' | 'body' | 'retry'> {
  const row = read.events.get(delivery.eventId);
  const contract = getContract(delivery.contract);
  if (!row) throw new NeverSentError('its event is no longer in the ledger');
  if (!contract) throw new Error(`this version knows no contract "${delivery.contract}"`);
  const openSecrets = read.secrets.get(delivery.endpointId);
  if (!openSecrets) throw new NeverSentError('its endpoint has no secret to sign with');
  const revision = read.revisions.get(delivery.id);
  const event = asWireEvent(revision === undefined ? row : { ...row, data: revision }, endpoint.projection);
  const isEncoded = delivery.bodyId !== null && !read.outdated.has(delivery);
  // A kept body that is gone: encoding the event instead could send what a reviewer has changed.
  const body = isEncoded
    ? read.bodies.get(delivery.bodyId)
    : encode(contract, { id: row.id, revision, projection: endpoint.projection }, event);
  if (!body) throw new NeverSentError('its body is no longer in the ledger');
  const retry = retryRuleFor(contract.name, endpoint.retry_delays);
  return { contract, event, secrets: openSecrets(), body, retry };
}

type Encode = (
  contract: Contract,
  source: { readonly id: string; readonly revision: string | undefined; readonly projection: string | null },
  event: WireEvent,
) => Body;

/** Deliveries of one event under one contract and field filter share their bytes, in memory as in the ledger. */
function encoder(): Encode {
  const encoded = new Map<string, Body>();
  return (contract, { id, revision, projection }, event) => {
    const key = `${contract.name} ${id} ${projection ?? ''}`;
    const known = revision === undefined ? encoded.get(key) : undefined;
    if (known) return known;
    const bytes = contract.encode(event);
    const body = { id: bodyIdOf(id, bytes, projection), bytes };
    if (revision === undefined) encoded.set(key, body);
    return body;
  };
}
