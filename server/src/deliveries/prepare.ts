import { type Contract, getContract, type RetryRule, type WireEvent } from '@sluice/contracts';
import { sql } from 'kysely';
import { firstIdAt, publicId, timeOfId } from '../base/ids.ts';
import type { Sealer } from '../base/seal.ts';
import type { Queries } from '../db/connect.ts';
import { dayMs, startOfDay } from '../db/partitions.ts';
import { openHeaders } from '../endpoints/endpoints.ts';
import { type Projection, project, readProjection, showing } from '../endpoints/projection.ts';
import { readSecrets } from '../endpoints/secrets.ts';
import { bodyIdOf } from './body-id.ts';
import type { Claimed } from './claim.ts';
import { madeForOtherEyes, readRevisions } from './recut.ts';
import { retryRuleFor, retryRuleOf } from './schedule.ts';

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
  readonly body: { readonly id: string; readonly bytes: Uint8Array };
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

/** Why a delivery can never be sent. */
class NeverSent extends Error {}

interface EndpointRow {
  org_id: string;
  id: string;
  url: string;
  headers: string | null;
  retry_delays: number[] | null;
  projection: string | null;
}

export interface EventRow {
  org_id: string;
  id: string;
  external_id: string | null;
  type: string;
  data: string;
  occurred_at: Date;
  source: string;
}

/**
 * Reads what a batch of claimed deliveries needs. One that can't be prepared (its event is gone, its secrets do not
 * open) is answered apart, so that it fails alone.
 */
export async function prepare(
  queries: Queries,
  sealer: Sealer,
  claimed: readonly Claimed[],
): Promise<{ jobs: Job[]; unpreparable: Unpreparable[] }> {
  const endpointKeys = unique(
    claimed.map((delivery) => ({ orgId: delivery.orgId, id: delivery.endpointId })),
  );
  const [events, endpoints, secrets, bodies] = await Promise.all([
    readEvents(queries, unique(claimed.map((delivery) => ({ orgId: delivery.orgId, id: delivery.eventId })))),
    readEndpoints(queries, endpointKeys),
    readSecrets(queries, sealer, endpointKeys),
    readBodies(
      queries,
      unique(claimed.flatMap(({ orgId, bodyId }) => (bodyId === null ? [] : [{ orgId, id: bodyId }]))),
    ),
  ]);
  const stale = madeForOtherEyes(
    claimed,
    bodies,
    ({ endpointId }) => endpoints.get(endpointId)?.projection ?? null,
  );
  const revisions = await readRevisions(queries, stale);
  const toCut = new Set(stale);
  const jobs: Job[] = [];
  const unpreparable: Unpreparable[] = [];
  const encoded = new Map<string, { id: string; bytes: Uint8Array }>();
  for (const delivery of claimed) {
    const endpoint = endpoints.get(delivery.endpointId);
    try {
      const event = events.get(delivery.eventId);
      const contract = getContract(delivery.contract);
      if (!event) throw new NeverSent('its event is no longer in the ledger');
      if (!contract) throw new Error(`this version knows no contract "${delivery.contract}"`);
      const open = secrets.get(delivery.endpointId);
      if (!endpoint || !open) throw new NeverSent('its endpoint has no secret to sign with');
      const revision = revisions.get(delivery.id);
      const wireEvent = asWireEvent(
        revision === undefined ? event : { ...event, data: revision },
        endpoint.projection,
      );
      const body =
        revision !== undefined
          ? encode(contract, event.id, endpoint.projection, wireEvent)
          : delivery.bodyId === null || toCut.has(delivery)
            ? encodeOnce(encoded, contract, event.id, endpoint.projection, wireEvent)
            : bodies.get(delivery.bodyId);
      // Encoding the event instead could send what a reviewer has changed.
      if (!body) throw new NeverSent('its body is no longer in the ledger');
      const ownHeaders = openHeaders({ sealer }, endpoint);
      jobs.push({
        claimed: delivery,
        contract,
        event: wireEvent,
        url: endpoint.url,
        ownHeaders,
        secrets: open(),
        body,
        retry: retryRuleFor(contract.name, endpoint.retry_delays),
      });
    } catch (error) {
      const failed = unreadable(delivery, error instanceof Error ? error.message : String(error));
      const retry = error instanceof NeverSent ? null : failed.retry;
      unpreparable.push({ ...failed, url: endpoint?.url ?? '', retry });
    }
  }
  return { jobs, unpreparable };
}

/** Deliveries of one event under one contract and projection share their bytes, in memory as in the ledger. */
function encodeOnce(
  encoded: Map<string, { id: string; bytes: Uint8Array }>,
  contract: Contract,
  eventId: string,
  projection: string | null,
  wireEvent: WireEvent,
) {
  const key = `${contract.name} ${eventId} ${projection ?? ''}`;
  const known = encoded.get(key);
  if (known) return known;
  const body = encode(contract, eventId, projection, wireEvent);
  encoded.set(key, body);
  return body;
}

function encode(contract: Contract, eventId: string, projection: string | null, wireEvent: WireEvent) {
  const bytes = contract.encode(wireEvent);
  return { id: bodyIdOf(eventId, bytes, projection), bytes };
}

/**
 * An event as a contract writes it for one endpoint: with what the endpoint may see now, so that a scope that was
 * narrowed holds for what is queued. A test event holds nothing of anybody's.
 * @param projection of the endpoint, as it is stored
 */
export function asWireEvent(event: EventRow, projection: string | null): WireEvent {
  return {
    id: event.external_id ?? publicId('event', event.id),
    type: event.type,
    data: visibleData(event, readProjection(projection)),
    occurredAt: event.occurred_at,
    organizationId: publicId('organization', event.org_id),
  };
}

function visibleData(event: EventRow, projection: Projection | null): Uint8Array {
  const data = Buffer.from(event.data);
  if (projection === null || event.source === 'test') return data;
  const visible = showing(event)(projection) ? project(projection, event.type, data) : null;
  if (visible === null) throw new NeverSent('its endpoint may see nothing of its event');
  return visible;
}

interface RowName {
  readonly orgId: string;
  readonly id: string;
}

function unique(names: readonly RowName[]): RowName[] {
  return [...new Map(names.map((name) => [name.id, name])).values()];
}

function keyed<Row extends { id: string }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

/** Finds rows one by one through the primary key, however a plan of it was made. */
function rowsOf<Row>(
  table: 'events' | 'endpoints' | 'bodies',
  columns: readonly string[],
  names: readonly RowName[],
  within = sql<boolean>`true`,
) {
  return sql<Row>`
    select found.* from unnest(${names.map((name) => name.orgId)}::uuid[], ${names.map((name) => name.id)}::uuid[]) as wanted (org_id, id)
     cross join lateral (
       select ${sql.join(columns.map((column) => sql.ref(column)))} from ${sql.table(table)}
        where org_id = wanted.org_id and id = wanted.id and ${within} offset 0) found`;
}

/**
 * The same in a table of daily partitions, with a statement for each day. A plan that is kept locks every partition that
 * it might read; the day as a constant leaves one.
 */
async function rowsByDay<Row>(
  queries: Queries,
  table: 'events' | 'bodies',
  columns: readonly string[],
  names: readonly RowName[],
): Promise<Row[]> {
  const found: Row[] = [];
  for (const [start, some] of Map.groupBy(names, ({ id }) => startOfDay(timeOfId(id)))) {
    const within = sql<boolean>`id >= ${sql.lit(firstIdAt(start))} and id < ${sql.lit(firstIdAt(start + dayMs))}`;
    found.push(...(await rowsOf<Row>(table, columns, some, within).execute(queries)).rows);
  }
  return found;
}

async function readEvents(queries: Queries, names: readonly RowName[]): Promise<Map<string, EventRow>> {
  const columns = ['org_id', 'id', 'external_id', 'type', 'data', 'occurred_at', 'source'];
  return keyed(await rowsByDay<EventRow>(queries, 'events', columns, names));
}

async function readEndpoints(queries: Queries, names: readonly RowName[]): Promise<Map<string, EndpointRow>> {
  const columns = ['org_id', 'id', 'url', 'headers', 'retry_delays', 'projection'];
  const { rows } = await rowsOf<EndpointRow>('endpoints', columns, names).execute(queries);
  return keyed(rows);
}

async function readBodies(
  queries: Queries,
  names: readonly RowName[],
): Promise<Map<string, { id: string; bytes: Uint8Array }>> {
  const rows = await rowsByDay<{ id: string; content: string }>(queries, 'bodies', ['id', 'content'], names);
  return new Map(rows.map((row) => [row.id, { id: row.id, bytes: Buffer.from(row.content) }]));
}
