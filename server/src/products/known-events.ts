import { invalidInput } from '../base/errors.ts';
import type { Queries } from '../db/connect.ts';
import { type EventType, listEventTypes } from '../events/event-types.ts';
import type { Preset } from './preset.ts';

/** More than any catalogue contains. */
const mostEvents = 10_000;

/** The event types of an organization: first the product's, each as the organization has changed it, then its own. */
export async function knownEvents(
  queries: Queries,
  orgId: string,
  preset: Preset,
): Promise<Pick<EventType, 'name' | 'description' | 'schema'>[]> {
  const entries = await listEventTypes(queries, orgId, { after: null, limit: mostEvents });
  const own = new Map(entries.map((entry) => [entry.name, entry]));
  const product = preset.eventTypes.map(
    ({ name, description, schema }) => own.get(name) ?? { name, description, schema: JSON.stringify(schema) },
  );
  const names = new Set(product.map(({ name }) => name));
  return [...product, ...[...own.values()].filter(({ name }) => !names.has(name))];
}

/**
 * Refuses events that are not in the catalogue.
 * @throws {SluiceError} invalid_input, pointing at the first one
 */
export async function refuseUnknownEvents(
  queries: Queries,
  orgId: string,
  preset: Preset,
  events: readonly string[],
): Promise<void> {
  const known = new Set((await knownEvents(queries, orgId, preset)).map(({ name }) => name));
  for (const [index, name] of events.entries())
    if (!known.has(name)) throw invalidInput(`/events/${index}`, `There is no event "${name}".`);
}
