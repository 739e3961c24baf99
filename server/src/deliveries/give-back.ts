import { sql } from 'kysely';
import type { Queries } from '../db/connect.ts';
import { lookUp } from '../db/look-up.ts';
import type { Claimed } from './claim.ts';
import { inPhase, phase } from './phases.ts';

/**
 * Gives claimed deliveries back that were not sent, as if they had not been claimed: no attempt, and at once for
 * another worker. What somebody else has taken over is left alone; what was cancelled meanwhile ends with its lease.
 */
export async function giveBack(queries: Queries, claimed: readonly Claimed[]): Promise<void> {
  const column = <T>(read: (delivery: Claimed) => T): T[] => claimed.map(read);
  await sql`
    update open_deliveries delivery set phase = 1, lease_until = null, leased_at = null, leased_by = null,
           round_started_at = case when delivery.round_attempts = 0 then null else delivery.round_started_at end
      from unnest(${column((c) => c.orgId)}::uuid[], ${column((c) => c.id)}::uuid[], ${column((c) => c.fence)}::int[])
        as given (org_id, id, fence)
     where ${lookUp('delivery.org_id', 'given.org_id')} and delivery.id = given.id and ${inPhase(phase.leased)}
       and delivery.fence = given.fence and not delivery.cancel_requested`.execute(queries);
}
