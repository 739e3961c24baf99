import type { Queries } from '../db/connect.ts';
import { enqueue, type NewDelivery } from '../deliveries/enqueue.ts';
import { gateOf, type Hold, type HoldingGate, type HoldingRule, type PassingEvent } from './gate.ts';

/** An event with the deliveries that it is to have, and the gates that hold some of them. */
export interface Departure {
  readonly event: PassingEvent;
  readonly deliveries: Iterable<NewDelivery>;
  readonly holding: readonly HoldingRule[];
}

/**
 * Puts the deliveries of events into the queue: the one place where deliveries of tenants' events come into being.
 * What a gate holds is held from the beginning. Answers what is held, for which reviews are to be opened.
 */
export async function fanOut(tx: Queries, departures: Iterable<Departure>): Promise<Hold[]> {
  const holds: Hold[] = [];
  await enqueue(tx, throughGates(departures, holds));
  return holds;
}

/** One delivery after another: an event for thousands of endpoints has more of them than should be in memory at once. */
function* throughGates(departures: Iterable<Departure>, holds: Hold[]): Generator<NewDelivery> {
  for (const { event, deliveries, holding } of departures) {
    const held = new Map<HoldingGate, string[]>();
    for (const delivery of deliveries) {
      const gate = gateOf(holding, delivery.endpointId);
      if (gate) {
        const ids = held.get(gate) ?? [];
        ids.push(delivery.id);
        held.set(gate, ids);
      }
      yield { ...delivery, held: gate !== null };
    }
    for (const [gate, deliveryIds] of held) holds.push({ event, gate, deliveryIds });
  }
}
