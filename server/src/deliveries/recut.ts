import { sql } from 'kysely';
import type { Queries } from '../db/connect.ts';
import { bodyIdOf } from './body-id.ts';
import type { Claimed } from './claim.ts';

/** A body as it lies in the ledger. */
export interface KeptBody {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/**
 * Which deliveries have a body that was made when their endpoint might be shown something else. It is not sent again:
 * what may be seen now holds for what is queued, too.
 * @param projectionOf the endpoint's, as it is stored
 */
export function madeForOtherEyes(
  claimed: readonly Claimed[],
  bodies: ReadonlyMap<string, KeptBody>,
  projectionOf: (delivery: Claimed) => string | null,
): Claimed[] {
  return claimed.filter((delivery) => {
    const body = delivery.bodyId === null ? undefined : bodies.get(delivery.bodyId);
    const projection = projectionOf(delivery);
    // Nothing ever puts a projection on an endpoint that has none, or takes it away.
    if (!body || projection === null) return false;
    return bodyIdOf(delivery.eventId, body.bytes, projection) !== body.id;
  });
}

/** The data that reviewers have made of the events of some deliveries, where they have changed it; by delivery. */
export async function readRevisions(
  queries: Queries,
  deliveries: readonly Claimed[],
): Promise<Map<string, string>> {
  if (deliveries.length === 0) return new Map();
  const { rows } = await sql<{ delivery_id: string; revision: string }>`
    select hold.delivery_id, task.revision
      from review_holds hold
      join review_tasks task on task.org_id = hold.org_id and task.id = hold.task_id
     where (hold.org_id, hold.delivery_id) in (
       select * from unnest(${deliveries.map(({ orgId }) => orgId)}::uuid[], ${deliveries.map(({ id }) => id)}::uuid[]))
       and task.revision is not null`.execute(queries);
  return new Map(rows.map((row) => [row.delivery_id, row.revision]));
}
