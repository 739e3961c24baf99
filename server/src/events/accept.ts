import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { type InputError, SluiceError } from '../base/errors.ts';
import { newId, publicId } from '../base/ids.ts';
import type { Sealer } from '../base/seal.ts';
import type { Queries } from '../db/connect.ts';
import { lookUp } from '../db/look-up.ts';
import type { NewDelivery } from '../deliveries/enqueue.ts';
import { priority } from '../deliveries/phases.ts';
import {
  matchSubscribers,
  type Subscriber,
  type SubscriberList,
  type SubscriberLists,
} from '../endpoints/match.ts';
import {
  claimIdempotencyKeys,
  keepAnswers,
  releaseIdempotencyKeys,
  type StoredAnswer,
} from '../tenants/idempotency.ts';
import { resolveAudience } from '../tenants/members.ts';
import type { Catalogue, Catalogues } from './event-types.ts';
import { fanOut } from './fan-out.ts';
import type { Gate, GateRules } from './gate.ts';
import type { AcceptedEvent, NewEvent, PublishRequest } from './new-event.ts';

export interface AcceptTools {
  readonly clock: Clock;
  readonly sealer: Sealer;
  readonly subscribers: SubscriberLists;
  readonly catalogues: Catalogues;
  readonly gate: Gate;
}

/** What was stored for one request, or why nothing was. */
export type Acceptance =
  | { readonly answer: StoredAnswer; readonly events: readonly AcceptedEvent[]; readonly replayed: boolean }
  | SluiceError;

interface PlannedEvent {
  readonly id: string;
  readonly event: NewEvent;
  readonly orgId: string;
  /** Whom it goes to. */
  readonly subscribers: readonly Subscriber[];
}

/**
 * Accepts requests in the caller's transaction: idempotency, the events with their exact bytes, and their fan-out.
 * One request that is refused changes nothing and does not touch the others.
 */
export async function acceptEvents(
  tx: Queries,
  tools: AcceptTools,
  requests: readonly PublishRequest[],
): Promise<Map<PublishRequest, Acceptance>> {
  const results = new Map<PublishRequest, Acceptance>();
  const state = await readState(tx, tools, [...new Set(requests.map((request) => request.orgId))]);
  const present = requests.filter((request) => {
    if (state.lists.has(request.orgId)) return true;
    results.set(request, new SluiceError('unauthenticated', 'The organization of this credential is gone.'));
    return false;
  });
  await answerRepeated(tx, tools, present, results);
  const fresh = present.filter((request) => !results.has(request));
  const claimed = await claimEventIds(tx, tools, fresh, results);
  for (const request of fresh.filter((each) => !results.has(each))) {
    const errors = checkData(request, state.catalogues.get(request.orgId), claimed);
    if (errors.length > 0)
      results.set(request, new SluiceError('invalid_event_data', errors[0]?.detail ?? '', { errors }));
  }
  await releaseEventIds(tx, fresh, results, claimed);
  const planned = new Map<PublishRequest, readonly (PlannedEvent | AcceptedEvent)[]>();
  for (const request of fresh) {
    if (!results.has(request))
      planned.set(request, await planRequest(tx, tools, request, state.lists, claimed));
  }
  await store(
    tx,
    tools,
    state.gates,
    [...planned.values()].flat().filter((entry) => 'event' in entry),
  );
  for (const [request, entries] of planned) {
    const events = entries.map(asAccepted);
    results.set(request, { answer: request.answer(events), events, replayed: false });
  }
  await keepIdempotency(tx, tools, fresh, results);
  return results;
}

function asAccepted(entry: PlannedEvent | AcceptedEvent): AcceptedEvent {
  if (!('event' in entry)) return entry;
  return {
    id: entry.event.externalId ?? publicId('event', entry.id),
    type: entry.event.type,
    deliveries: entry.subscribers.length,
  };
}

/** The lists that matching and checking go by, as of this transaction. */
export async function readState(tx: Queries, tools: AcceptTools, orgIds: readonly string[]) {
  const { rows } = await sql<{ id: string; endpoints: number; event_types: number; gates: number; at: Date }>`
    select clock_timestamp() as at, organization.id, coalesce(endpoint.version, 0) as endpoints, coalesce(event_type.version, 0) as event_types,
           coalesce(gate.version, 0) as gates
      from organizations organization
      left join endpoint_versions endpoint on ${lookUp('endpoint.org_id', 'organization.id')}
      left join event_type_versions event_type on ${lookUp('event_type.org_id', 'organization.id')}
      left join review_gate_versions gate on ${lookUp('gate.org_id', 'organization.id')}
     where organization.id = any(${orgIds}::uuid[])`.execute(tx);
  if (rows[0]) tools.clock.follow(rows[0].at);
  const lists = await tools.subscribers.load(tx, new Map(rows.map((row) => [row.id, row.endpoints])));
  const catalogues = await tools.catalogues.load(tx, new Map(rows.map((row) => [row.id, row.event_types])));
  const gates = await tools.gate.load(tx, new Map(rows.map((row) => [row.id, row.gates])));
  return { lists, catalogues, gates };
}

async function answerRepeated(
  tx: Queries,
  tools: AcceptTools,
  requests: readonly PublishRequest[],
  results: Map<PublishRequest, Acceptance>,
): Promise<void> {
  const keyed = requests.flatMap((request) =>
    request.idempotency === null ? [] : [{ request, key: request.idempotency }],
  );
  if (keyed.length === 0) return;
  const earlier = await claimIdempotencyKeys(
    tx,
    tools.sealer,
    keyed.map(({ key }) => key),
  );
  for (const { request, key } of keyed) {
    const answer = earlier.get(key);
    if (answer)
      results.set(request, answer instanceof SluiceError ? answer : { answer, events: [], replayed: true });
  }
}

/** An event that was accepted before is not asked again: the schema may have changed since. */
function checkData(
  request: PublishRequest,
  catalogue: Catalogue | undefined,
  claimed: ReadonlyMap<NewEvent, ClaimedId>,
): InputError[] {
  return request.events.flatMap((event, index) => {
    // What the platform itself says is not an organization's to forbid.
    const isExempt = event.source === 'system' || claimed.get(event)?.known;
    const check = isExempt ? null : catalogue?.checkFor(event.type);
    return check
      ? check(JSON.parse(event.data)).map(({ pointer, detail }) => ({
          pointer: `${request.pointer(index)}/data${pointer}`,
          detail,
        }))
      : [];
  });
}

/** A publisher's own id, and what it stands for already. */
interface ClaimedId {
  readonly id: string;
  readonly known: AcceptedEvent | null;
}

/**
 * Refuses data for later events that would be refused now.
 * @throws {SluiceError} invalid_event_data
 */
export async function refuseUnfitData(
  tx: Queries,
  tools: AcceptTools,
  orgId: string,
  event: { readonly type: string; readonly data: string },
): Promise<void> {
  const { catalogues } = await readState(tx, tools, [orgId]);
  const check = catalogues.get(orgId)?.checkFor(event.type);
  const errors = check ? check(JSON.parse(event.data)) : [];
  if (errors.length === 0) return;
  throw new SluiceError('invalid_event_data', errors[0]?.detail ?? '', {
    errors: errors.map(({ pointer, detail }) => ({ pointer: `/data${pointer}`, detail })),
  });
}

/**
 * Claims the publishers' own ids, in their order, so that two transactions cannot wait for each other. Answers the
 * events that had theirs before; the same id with another content refuses its request.
 */
async function claimEventIds(
  tx: Queries,
  tools: AcceptTools,
  requests: readonly PublishRequest[],
  results: Map<PublishRequest, Acceptance>,
): Promise<ReadonlyMap<NewEvent, ClaimedId>> {
  const claims = requests
    .flatMap((request) => request.events.map((event) => ({ request, event })))
    .flatMap(({ request, event }) =>
      event.externalId === null
        ? []
        : [
            {
              request,
              event,
              externalId: event.externalId,
              id: newId(tools.clock),
              hash: contentHash(event),
            },
          ],
    )
    .sort((a, b) => (`${a.request.orgId} ${a.externalId}` < `${b.request.orgId} ${b.externalId}` ? -1 : 1));
  const ids = new Map<NewEvent, ClaimedId>(
    claims.map((claim) => [claim.event, { id: claim.id, known: null }]),
  );
  if (claims.length === 0) return ids;
  const { rows: fresh } = await sql<{ event_id: string }>`
    insert into event_ids (org_id, external_id, event_id, request_hash, created_at)
    select org_id, external_id, event_id, decode(hash, 'hex'), now()
      from unnest(${claims.map((c) => c.request.orgId)}::uuid[], ${claims.map((c) => c.externalId)}::text[], ${claims.map((c) => c.id)}::uuid[],
                  ${claims.map((c) => c.hash)}::text[]) as given (org_id, external_id, event_id, hash)
    on conflict (org_id, external_id) do nothing
    returning event_id`.execute(tx);
  const isFresh = new Set(fresh.map((row) => row.event_id));
  for (const claim of claims.filter(({ id }) => !isFresh.has(id))) {
    const earlier = await readEarlier(tx, claim.request.orgId, claim.externalId);
    if (earlier.hash === claim.hash)
      ids.set(claim.event, {
        id: earlier.eventId,
        known: { id: claim.externalId, type: claim.event.type, deliveries: earlier.deliveries },
      });
    else {
      // Not ours: it must not be released.
      ids.delete(claim.event);
      results.set(
        claim.request,
        new SluiceError('conflict', `Another event has the id "${claim.externalId}".`),
      );
    }
  }
  return ids;
}

/** Refused requests give back the ids that they claimed. */
async function releaseEventIds(
  tx: Queries,
  requests: readonly PublishRequest[],
  results: ReadonlyMap<PublishRequest, Acceptance>,
  claimed: ReadonlyMap<NewEvent, ClaimedId>,
): Promise<void> {
  const released = requests
    .filter((request) => results.get(request) instanceof SluiceError)
    .flatMap(({ orgId, events }) => events.map((event) => ({ orgId, event })))
    .filter(({ event }) => claimed.get(event)?.known === null);
  if (released.length === 0) return;
  await sql`
    delete from event_ids where (org_id, external_id) in (
      select * from unnest(${released.map(({ orgId }) => orgId)}::uuid[], ${released.map(({ event }) => event.externalId)}::text[]))`.execute(
    tx,
  );
}

async function readEarlier(tx: Queries, orgId: string, externalId: string) {
  const { rows } = await sql<{ event_id: string; hash: string; deliveries: number }>`
    select event_id, encode(request_hash, 'hex') as hash,
           (select count(*)::int from deliveries where org_id = ${orgId} and deliveries.event_id = event_ids.event_id) as deliveries
      from event_ids where org_id = ${orgId} and external_id = ${externalId}`.execute(tx);
  const row = rows[0];
  if (!row) throw new Error('An event id vanished between two statements.');
  return { eventId: row.event_id, hash: row.hash, deliveries: row.deliveries };
}

function contentHash(event: NewEvent): string {
  const parts = [
    event.type,
    event.data,
    event.occurredAt?.toISOString() ?? '',
    event.deliverAt?.toISOString() ?? '',
    JSON.stringify(event.audience),
    event.metadata ?? '',
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

async function planRequest(
  tx: Queries,
  tools: AcceptTools,
  request: PublishRequest,
  lists: ReadonlyMap<string, SubscriberList>,
  claimedIds: ReadonlyMap<NewEvent, ClaimedId>,
): Promise<(PlannedEvent | AcceptedEvent)[]> {
  const list = lists.get(request.orgId) ?? { version: 0, subscribers: [] };
  const planned: (PlannedEvent | AcceptedEvent)[] = [];
  for (const event of request.events) {
    const claimed = claimedIds.get(event);
    if (claimed?.known) {
      planned.push(claimed.known);
      continue;
    }
    const id = claimed?.id ?? newId(tools.clock);
    const addressed =
      event.audience === null ? new Set<string>() : await resolveAudience(tx, request.orgId, event.audience);
    const subscribers = matchSubscribers(list, event, addressed);
    planned.push({ id, event, orgId: request.orgId, subscribers });
  }
  return planned;
}

async function store(
  tx: Queries,
  tools: AcceptTools,
  gates: ReadonlyMap<string, GateRules>,
  planned: readonly PlannedEvent[],
): Promise<void> {
  if (planned.length === 0) return;
  const column = <T>(read: (entry: PlannedEvent) => T): T[] => planned.map(read);
  await sql`
    insert into events (org_id, id, external_id, type, data, occurred_at, deliver_at, audience, metadata, source, created_at)
    select org_id, id, external_id, type, data, coalesce(occurred_at, date_trunc('milliseconds', now())), deliver_at, audience, metadata, source, now()
      from unnest(${column((e) => e.orgId)}::uuid[], ${column((e) => e.id)}::uuid[], ${column((e) => e.event.externalId)}::text[],
        ${column((e) => e.event.type)}::text[], ${column((e) => e.event.data)}::text[], ${column((e) => e.event.occurredAt?.toISOString() ?? null)}::timestamptz[],
        ${column((e) => e.event.deliverAt?.toISOString() ?? null)}::timestamptz[],
        ${column((e) => (e.event.audience === null ? null : JSON.stringify(e.event.audience)))}::text[],
        ${column((e) => e.event.metadata)}::text[], ${column((e) => e.event.source)}::text[])
      as given (org_id, id, external_id, type, data, occurred_at, deliver_at, audience, metadata, source)`.execute(
    tx,
  );
  const departures = planned.map((entry) => ({
    event: { ...entry.event, orgId: entry.orgId, id: entry.id },
    deliveries: deliveriesOf(tools.clock, entry),
  }));
  await acceptAll(tx, tools, await fanOut(tx, tools.gate, gates, departures));
}

/** One after another: an event for thousands of endpoints has more of them than should be in memory at once. */
function* deliveriesOf(
  clock: Clock,
  { id, event, orgId, subscribers }: PlannedEvent,
): Generator<NewDelivery> {
  for (const { endpointId, contract } of subscribers) {
    const delivery = { orgId, id: newId(clock), eventId: id, endpointId, eventType: event.type, contract };
    yield { ...delivery, priority: priority.live, dueAt: event.deliverAt };
  }
}

/** Accepts what must not fail: the transaction goes if it does. */
export async function acceptAll(
  tx: Queries,
  tools: AcceptTools,
  requests: readonly PublishRequest[],
): Promise<void> {
  if (requests.length === 0) return;
  for (const acceptance of (await acceptEvents(tx, tools, requests)).values()) {
    if (acceptance instanceof SluiceError) throw acceptance;
  }
}

/** Keeps the answers of requests with a key; a refused request gives its key back. */
async function keepIdempotency(
  tx: Queries,
  tools: AcceptTools,
  requests: readonly PublishRequest[],
  results: ReadonlyMap<PublishRequest, Acceptance>,
): Promise<void> {
  const answers = [];
  const refused = [];
  for (const request of requests) {
    const result = results.get(request);
    if (request.idempotency === null || result === undefined) continue;
    if (result instanceof SluiceError) refused.push(request.idempotency);
    else answers.push({ request: request.idempotency, answer: result.answer });
  }
  await keepAnswers(tx, tools.sealer, answers);
  await releaseIdempotencyKeys(tx, refused);
}
