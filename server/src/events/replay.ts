import type { Clock } from '../base/clock.ts';
import { SluiceError } from '../base/errors.ts';
import { publicId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import { priority } from '../deliveries/phases.ts';
import { getEndpoint } from '../endpoints/endpoints.ts';
import { keepAddressed, matchesPattern, matchSubscribers } from '../endpoints/match.ts';
import { readProjection, showing } from '../endpoints/projection.ts';
import { type Judge, remembering, Verdicts } from '../schemas/questions.ts';
import { type Audience, resolveAudience } from '../tenants/members.ts';
import { getEvent, type StoredEvent } from './events.ts';
import { fanOut } from './fan-out.ts';
import type { Gate, GateRules, HoldingRule } from './gate.ts';
import type { Judging } from './judging.ts';
import type { AcceptedEvent } from './new-event.ts';
import type { Publisher } from './publisher.ts';
import { changedMeanwhile, type Snapshot } from './snapshot.ts';
import { deliveriesOf } from './store.ts';

/** Which event is to be sent again, by its public id, and to which endpoint; `null`: to all that it matches. */
export interface Replay {
  readonly orgId: string;
  readonly name: string;
  readonly endpointId: string | null;
}

/** What replaying needs. */
export interface ReplayParts extends Judging {
  readonly clock: Clock;
  readonly gate: Gate;
  readonly publisher: Pick<Publisher, 'publishAllWithin'>;
}

/** An endpoint that a replay goes to. */
interface Target {
  readonly endpointId: string;
  readonly contract: string;
}

/**
 * Tells what gates' conditions say about an event that is to be replayed; may wait for the side thread, so it comes before
 * the transaction.
 * @throws {SluiceError} not_found, too_much_under_way
 */
export async function judgeReplay(
  queries: Queries,
  { snapshots, schemas }: Judging,
  { orgId, name, endpointId }: Replay,
): Promise<Verdicts> {
  const verdicts = new Verdicts();
  const snapshot = (await snapshots.current(queries, [orgId])).get(orgId);
  if (!snapshot?.gates) return verdicts;
  const judge = remembering(verdicts, (questions) => schemas.patiently(orgId, questions));
  const targets = endpointId === null ? snapshot.subscribers : [{ endpointId }];
  await judgeGates(judge, snapshot.gates, await getEvent(queries, orgId, name), targets);
  return verdicts;
}

/**
 * Sends an event again, as new deliveries: to every endpoint that it matches now, or to one, whatever types it has
 * subscribed to. A member's endpoint still gets only what is addressed to that member. Gates hold replays as they hold
 * events.
 * @param verdicts what `judgeReplay` has told before the transaction
 * @throws {SluiceError} not_found, conflict (the one endpoint is disabled, may see nothing of it, or is an app's that
 *   did not ask for it), too_much_under_way (a gate has changed since it was judged)
 */
export async function replayEvent(
  tx: Queries,
  parts: ReplayParts,
  { orgId, name, endpointId }: Replay,
  verdicts: Verdicts,
): Promise<AcceptedEvent> {
  const event = await getEvent(tx, orgId, name);
  const snapshot = (await parts.snapshots.current(tx, [orgId])).get(orgId) ?? null;
  const targets =
    endpointId === null ? await matching(tx, snapshot, event) : [await single(tx, event, endpointId)];
  const judge = remembering(verdicts, async (questions) => parts.schemas.withoutWaiting(orgId, questions));
  const holding = await judgeGates(judge, snapshot?.gates ?? null, event, targets);
  const { id, type, data } = event;
  const delivery = { orgId, eventId: id, eventType: type, priority: priority.replayed, dueAt: null };
  const deliveries = deliveriesOf(parts.clock, delivery, targets);
  const holds = await fanOut(tx, [{ event: { orgId, id, type, data }, deliveries, holding }]);
  if (holds.length > 0) await parts.publisher.publishAllWithin(tx, await parts.gate.hold(tx, holds));
  return { id: event.external_id ?? publicId('event', id), type, deliveries: targets.length };
}

async function judgeGates(
  judge: Judge,
  gates: GateRules | null,
  event: StoredEvent,
  targets: readonly { readonly endpointId: string }[],
): Promise<readonly HoldingRule[]> {
  const asking = event.source === 'system' ? null : (gates?.ask(event, targets) ?? null);
  if (asking === null) return [];
  const verdicts = asking.conditions.length === 0 ? [] : await judge(asking.conditions);
  if (verdicts.includes(null)) throw changedMeanwhile();
  return asking.holding(verdicts);
}

async function addressed(tx: Queries, { org_id: orgId, audience }: StoredEvent): Promise<Set<string>> {
  return audience === null ? new Set() : resolveAudience(tx, orgId, JSON.parse(audience));
}

async function matching(tx: Queries, snapshot: Snapshot | null, event: StoredEvent): Promise<Target[]> {
  const audience: Audience | null = event.audience === null ? null : JSON.parse(event.audience);
  const { type, data } = event;
  const subscribers = matchSubscribers(snapshot?.subscribers ?? [], { type, data, audience });
  return keepAddressed(subscribers, await addressed(tx, event));
}

async function single(tx: Queries, event: StoredEvent, id: string): Promise<Target> {
  const endpoint = await getEndpoint(tx, { orgId: event.org_id, id });
  if (!endpoint.enabled) throw new SluiceError('conflict', 'The endpoint is disabled; enable it first.');
  if (endpoint.owner_kind === 'member' && !(await addressed(tx, event)).has(endpoint.owner_id))
    throw new SluiceError('conflict', 'The event is not addressed to the member whose endpoint this is.');
  if (!showing(event)(readProjection(endpoint.projection)))
    throw new SluiceError('conflict', 'The endpoint may see nothing of this event.');
  const subscribes = endpoint.events.some((pattern) => matchesPattern(pattern, event.type));
  if (endpoint.owner_kind === 'installation' && !subscribes)
    throw new SluiceError('conflict', 'The manifest of the app has no webhook for events of this type.');
  return { endpointId: endpoint.id, contract: endpoint.contract };
}
