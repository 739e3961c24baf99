import type { Queries } from '../db/connect.ts';
import { enqueue, type NewDelivery } from '../deliveries/enqueue.ts';
import { UndecidedError } from '../schemas/checks.ts';
import type { Gate, GateRules, Hold, HoldingGate, PassingEvent } from './gate.ts';
import type { PublishRequest } from './new-event.ts';

/** An event before the gates. */
export interface DepartingEvent extends PassingEvent {
  /** Whether its data may be other data in the next run, so that a verdict on it is of no use then. */
  readonly mayChange?: boolean;
}

/** An event with the deliveries that it is to have. */
interface Departure {
  readonly event: DepartingEvent;
  readonly deliveries: Iterable<NewDelivery>;
}

/**
 * Sends events on their way, through the gates: the one place where deliveries of tenants' events come into being.
 * What a gate holds is held from the beginning. Answers what is to be published about that.
 * @param rules by organization
 * @throws {UndecidedError} a gate's condition takes long
 */
export async function fanOut(
  tx: Queries,
  gate: Gate,
  rules: ReadonlyMap<string, GateRules>,
  departures: readonly Departure[],
): Promise<PublishRequest[]> {
  const holds: Hold[] = [];
  await enqueue(tx, throughGates(rules, departures, holds));
  return holds.length === 0 ? [] : gate.hold(tx, holds);
}

function* throughGates(
  rules: ReadonlyMap<string, GateRules>,
  departures: readonly Departure[],
  holds: Hold[],
): Generator<NewDelivery> {
  const undecided: UndecidedError[] = [];
  for (const departure of departures) {
    try {
      yield* throughGatesOf(rules, departure, holds);
    } catch (error) {
      if (!(error instanceof UndecidedError)) throw error;
      undecided.push(error);
    }
  }
  const [first] = undecided;
  if (!first) return;
  // All of one organization at once, so that it does not come back for each.
  const theirs = undecided.filter(({ orgId }) => orgId === first.orgId);
  throw new UndecidedError(
    first.orgId,
    theirs.flatMap(({ questions }) => questions),
    theirs.some(({ insisted }) => insisted),
  );
}

function* throughGatesOf(
  rules: ReadonlyMap<string, GateRules>,
  { event, deliveries }: Departure,
  holds: Hold[],
): Generator<NewDelivery> {
  // Our own events pass: a gate on `review.*` would otherwise open a review of every review.
  const gateOf = event.source === 'system' ? undefined : rules.get(event.orgId)?.gatesOf(event);
  const held = new Map<HoldingGate, string[]>();
  for (const delivery of deliveries) {
    const gate = gateOf?.(delivery.endpointId) ?? null;
    if (gate !== null) {
      const ids = held.get(gate) ?? [];
      ids.push(delivery.id);
      held.set(gate, ids);
    }
    yield { ...delivery, held: gate !== null };
  }
  for (const [gate, deliveryIds] of held) holds.push({ event, gate, deliveryIds });
}
