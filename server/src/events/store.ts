import type { Clock } from '../base/clock.ts';
import { type InputError, SluiceError } from '../base/errors.ts';
import { newId, publicId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import type { NewDelivery } from '../deliveries/enqueue.ts';
import { priority } from '../deliveries/phases.ts';
import { keepAddressed } from '../endpoints/match.ts';
import { resolveAudience } from '../tenants/members.ts';
import { type ClaimedId, claimEventIds, releaseEventIds } from './event-ids.ts';
import { type Departure, fanOut } from './fan-out.ts';
import type { Gate } from './gate.ts';
import { type EventRow, insertEvents } from './insert-events.ts';
import type { AcceptedEvent, NewEvent, Publication } from './new-event.ts';
import type { EventPlan, Plan } from './plan.ts';

/** A request with its plan, or with the reason why there is none. */
export interface Planned<Request extends Publication = Publication> {
  readonly request: Request;
  readonly plan: Plan | SluiceError;
}

export interface Stored {
  /** What was stored for each request, or why nothing was. */
  readonly results: ReadonlyMap<Publication, readonly AcceptedEvent[] | SluiceError>;
  /** What is to be published about the reviews that were opened. */
  readonly followUps: readonly Publication[];
}

/**
 * Stores the events of planned requests in the caller's transaction: the publishers' own ids, then what a plan refuses,
 * then the rows. An event that is known by its publisher's id is answered as it was first, whatever its plan says: its
 * schema may have changed since. A request that is refused changes nothing and does not touch the others.
 */
export async function storeEvents(
  tx: Queries,
  { clock, gate }: { readonly clock: Clock; readonly gate: Gate },
  planned: readonly Planned[],
): Promise<Stored> {
  const results = new Map<Publication, readonly AcceptedEvent[] | SluiceError>();
  const requests = planned.map(({ request }) => request);
  const ids = await claimEventIds(tx, clock, requests, (request, error) => results.set(request, error));
  for (const each of planned) {
    const refusal = results.has(each.request) ? null : refusalOf(each, ids);
    if (refusal) results.set(each.request, refusal);
  }
  await releaseEventIds(
    tx,
    requests.filter((request) => results.has(request)),
    ids,
  );
  const rows: EventRow[] = [];
  for (const { request, plan } of planned) {
    if (results.has(request)) continue;
    const accepted: AcceptedEvent[] = [];
    for (const [index, event] of request.events.entries()) {
      const claimed = ids.get(event);
      if (claimed?.known) {
        accepted.push(claimed.known);
        continue;
      }
      const name = { orgId: request.orgId, id: claimed?.id ?? newId(clock) };
      const row = await rowOf(tx, name, event, eventPlanOf(plan, index));
      rows.push(row);
      accepted.push(asAccepted(row));
    }
    results.set(request, accepted);
  }
  await insertEvents(tx, rows);
  const holds = await fanOut(tx, departuresOf(clock, rows));
  return { results, followUps: holds.length === 0 ? [] : await gate.hold(tx, holds) };
}

function refusalOf({ request, plan }: Planned, ids: ReadonlyMap<NewEvent, ClaimedId>): SluiceError | null {
  const isKnown = (event: NewEvent) => ids.get(event)?.known != null;
  if (plan instanceof SluiceError) return request.events.every(isKnown) ? null : plan;
  const errors = request.events.flatMap((event, index): InputError[] => {
    const place = request.pointer?.(index) ?? '';
    const faults = isKnown(event) ? [] : eventPlanOf(plan, index).faults;
    return faults.map(({ pointer, detail }) => ({ pointer: `${place}/data${pointer}`, detail }));
  });
  const [first] = errors;
  return first ? new SluiceError('invalid_event_data', first.detail, { errors }) : null;
}

function eventPlanOf(plan: Plan | SluiceError, index: number): EventPlan {
  const found = plan instanceof SluiceError ? undefined : plan.events[index];
  if (!found) throw new Error('An event has no plan.');
  return found;
}

/** Finds out here whom an audience names: members may have come, left or changed their roles since the plan. */
async function rowOf(
  tx: Queries,
  { orgId, id }: { readonly orgId: string; readonly id: string },
  event: NewEvent,
  { subscribers, holding }: EventPlan,
): Promise<EventRow> {
  const isAddressed = event.audience && subscribers.some(({ memberId }) => memberId !== null);
  const addressed = isAddressed
    ? keepAddressed(subscribers, await resolveAudience(tx, orgId, event.audience))
    : subscribers;
  return { orgId, id, event, subscribers: addressed, holding };
}

function asAccepted({ id, event, subscribers }: EventRow): AcceptedEvent {
  const name = event.externalId ?? publicId('event', id);
  return { id: name, type: event.type, deliveries: subscribers.length };
}

function* departuresOf(clock: Clock, rows: readonly EventRow[]): Generator<Departure> {
  for (const { orgId, id, event, subscribers, holding } of rows) {
    const { type, data } = event;
    const more = { priority: priority.live, dueAt: event.deliverAt ?? null };
    const delivery = { orgId, eventId: id, eventType: type, ...more };
    yield {
      event: { orgId, id, type, data },
      deliveries: deliveriesOf(clock, delivery, subscribers),
      holding,
    };
  }
}

/** One delivery of an event for each of these endpoints. */
export function* deliveriesOf(
  clock: Clock,
  delivery: Omit<NewDelivery, 'id' | 'endpointId' | 'contract' | 'held'>,
  endpoints: Iterable<Pick<NewDelivery, 'endpointId' | 'contract'>>,
): Generator<NewDelivery> {
  for (const { endpointId, contract } of endpoints)
    yield { ...delivery, id: newId(clock), endpointId, contract };
}
