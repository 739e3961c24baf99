import type { Queries } from '../db/connect.ts';
import { enqueue, type NewDelivery } from '../deliveries/enqueue.ts';
import type { Gate, GateRules, Hold, HoldingGate, PassingEvent } from './gate.ts';
import type { PublishRequest } from './new-event.ts';

/** An event with the deliveries that it is to have. */
interface Departure {
  readonly event: PassingEvent;
  readonly deliveries: Iterable<NewDelivery>;
}

/**
 * Sends events on their way, through the gates: the one place where deliveries of tenants' events come into being.
 * What a gate holds is held from the beginning. Answers what is to be published about that.
 * @param rules by organization
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
  for (const { event, deliveries } of departures) {
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
}
