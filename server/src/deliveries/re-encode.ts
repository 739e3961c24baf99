import { sql } from 'kysely';
import type { Queries } from '../db/connect.ts';
import { type Body, bodyIdOf } from './bodies.ts';
import type { Claimed } from './claim.ts';

/**
 * The deliveries whose kept body was encoded before their endpoint's field filter became what it is now. It must not be
 * sent again: what the endpoint may see now holds for what is queued, too.
 * @param bodies by their ids
 * @param projectionOf the endpoint's field filter, as it is stored
 */
export function findOutdatedBodies(
  claimed: readonly Claimed[],
  bodies: ReadonlyMap<string, Body>,
  projectionOf: (delivery: Claimed) => string | null,
): ReadonlySet<Claimed> {
  const outdated = claimed.filter((delivery) => {
    const body = delivery.bodyId === null ? undefined : bodies.get(delivery.bodyId);
    const projection = projectionOf(delivery);
    // An endpoint without a field filter never gets one, and one with a filter never loses it.
    if (!body || projection === null) return false;
    return bodyIdOf(delivery.eventId, body.bytes, projection) !== body.id;
  });
  return new Set(outdated);
}

/** The data that reviewers have put in place of the events' own, where they have changed it; by delivery id. */
export async function readRevisions(
  queries: Queries,
  deliveries: Iterable<Claimed>,
): Promise<Map<string, string>> {
  const given = [...deliveries];
  if (given.length === 0) return new Map();
  const { rows } = await sql<{ delivery_id: string; revision: string }>`
    select hold.delivery_id, task.revision
      from review_holds hold
      join review_tasks task on task.org_id = hold.org_id and task.id = hold.task_id
     where (hold.org_id, hold.delivery_id) in (
       select * from unnest(${given.map(({ orgId }) => orgId)}::uuid[], ${given.map(({ id }) => id)}::uuid[]))
       and task.revision is not null`.execute(queries);
  return new Map(rows.map((row) => [row.delivery_id, row.revision]));
}
