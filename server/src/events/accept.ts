import { sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { SluiceError } from '../base/errors.ts';
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
import { type HeldQuestion, type SchemaChecks, UndecidedError } from '../schemas/checks.ts';
import {
  claimIdempotencyKeys,
  keepAnswers,
  releaseIdempotencyKeys,
  type StoredAnswer,
} from '../tenants/idempotency.ts';
import { resolveAudience } from '../tenants/members.ts';
import { type ClaimedId, claimEventIds, releaseEventIds } from './event-ids.ts';
import type { Catalogue, Catalogues } from './event-types.ts';
import { fanOut } from './fan-out.ts';
import type { Gate, GateRules } from './gate.ts';
import type { AcceptedEvent, NewEvent, PublishRequest } from './new-event.ts';

export interface AcceptTools {
  readonly clock: Clock;
  readonly sealer: Sealer;
  readonly subscribers: SubscriberLists;
  readonly catalogues: Catalogues;
  readonly schemas: SchemaChecks;
  readonly gate: Gate;
}

/** What was stored for one request, or why nothing was: yet, where a schema takes long. */
export type Acceptance =
  | { readonly answer: StoredAnswer; readonly events: readonly AcceptedEvent[]; readonly replayed: boolean }
  | SluiceError
  | UndecidedError;

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
 * @param insist whether events may be others when they are handed in again: then schemas and gates' conditions are tried
 *   here in any case
 */
export async function acceptEvents(
  tx: Queries,
  tools: AcceptTools,
  requests: readonly PublishRequest[],
  insist = false,
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
  const claimed = await claimEventIds(tx, tools.clock, fresh, (request, error) =>
    results.set(request, error),
  );
  const unrefused = fresh.filter((each) => !results.has(each));
  for (const [orgId, catalogue] of state.catalogues) {
    const theirs = unrefused.filter((request) => request.orgId === orgId);
    checkData(tools.schemas, { orgId, catalogue, insist }, theirs, claimed, results);
  }
  const refused = fresh.filter((request) => results.get(request) instanceof Error);
  await releaseEventIds(tx, refused, claimed);
  const planned = new Map<PublishRequest, readonly (PlannedEvent | AcceptedEvent)[]>();
  for (const request of fresh) {
    if (!results.has(request))
      planned.set(request, await planRequest(tx, tools, request, state.lists, claimed));
  }
  await store(
    tx,
    tools,
    { gates: state.gates, insist },
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
  schemas: SchemaChecks,
  { orgId, catalogue, insist }: { orgId: string; catalogue: Catalogue; insist: boolean },
  requests: readonly PublishRequest[],
  claimed: ReadonlyMap<NewEvent, ClaimedId>,
  results: Map<PublishRequest, Acceptance>,
): void {
  const asked = requests.flatMap((request) =>
    request.events.flatMap((event, index) => {
      // What the platform itself says is not an organization's to forbid.
      const isExempt = event.source === 'system' || claimed.get(event)?.known;
      const schema = isExempt ? null : catalogue.schemaOf(event.type);
      if (!schema) return [];
      const question: HeldQuestion = { schema, data: event.data, whetherOnly: false };
      return [{ request, pointer: `${request.pointer(index)}/data`, question }];
    }),
  );
  if (asked.length === 0) return;
  const verdicts = schemas.quickly(
    orgId,
    asked.map(({ question }) => question),
    insist,
  );
  const judged = Map.groupBy(
    asked.map((each, index) => ({ ...each, verdict: verdicts[index] })),
    ({ request }) => request,
  );
  for (const [request, ofOne] of judged) {
    const undecided = ofOne.flatMap(({ verdict, question }) => (verdict ? [] : [question]));
    const errors = ofOne.flatMap(({ verdict, pointer: place }) =>
      (verdict?.errors ?? []).map(({ pointer, detail }) => ({ pointer: `${place}${pointer}`, detail })),
    );
    if (undecided.length > 0) results.set(request, new UndecidedError(orgId, undecided, insist));
    else if (errors.length > 0)
      results.set(request, new SluiceError('invalid_event_data', errors[0]?.detail ?? '', { errors }));
  }
}

/**
 * Refuses data for later events that would be refused now.
 * @throws {SluiceError} invalid_event_data
 * @throws {UndecidedError}
 */
export async function refuseUnfitData(
  tx: Queries,
  tools: AcceptTools,
  orgId: string,
  event: { readonly type: string; readonly data: string },
): Promise<void> {
  const { catalogues } = await readState(tx, tools, [orgId]);
  const schema = catalogues.get(orgId)?.schemaOf(event.type);
  if (!schema) return;
  const { errors } = tools.schemas.verdict(orgId, { schema, data: event.data, whetherOnly: false });
  if (errors.length === 0) return;
  throw new SluiceError('invalid_event_data', errors[0]?.detail ?? '', {
    errors: errors.map(({ pointer, detail }) => ({ pointer: `/data${pointer}`, detail })),
  });
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
  { gates, insist }: { gates: ReadonlyMap<string, GateRules>; insist: boolean },
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
    event: { ...entry.event, orgId: entry.orgId, id: entry.id, mayChange: insist },
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

/**
 * Accepts what must not fail: the transaction goes if it does.
 * @throws {SluiceError}
 * @throws {UndecidedError}
 */
export async function acceptAll(
  tx: Queries,
  tools: AcceptTools,
  requests: readonly PublishRequest[],
): Promise<void> {
  if (requests.length === 0) return;
  for (const acceptance of (await acceptEvents(tx, tools, requests, true)).values()) {
    if (acceptance instanceof Error) throw acceptance;
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
    if (result instanceof Error) refused.push(request.idempotency);
    else answers.push({ request: request.idempotency, answer: result.answer });
  }
  await keepAnswers(tx, tools.sealer, answers);
  await releaseIdempotencyKeys(tx, refused);
}
