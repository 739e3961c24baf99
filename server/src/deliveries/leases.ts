import { type RawBuilder, sql } from 'kysely';
import type { Queries } from '../db/connect.ts';
import { lookUp } from '../db/look-up.ts';
import { inPhase, phase } from './phases.ts';

/** The right to attempt a delivery, which a worker has taken. */
export interface Lease {
  readonly orgId: string;
  /** Of the delivery. */
  readonly id: string;
  /** Settling and giving back change nothing when the stored fence has moved on. */
  readonly fence: number;
}

/** Seconds by which a lease outlives the attempt's own deadline: time to settle. */
export const leaseMarginSeconds = 10;

/**
 * The columns of a `delivery` that change when a worker takes its lease, for `update … set`.
 * @param worker name of the process
 * @param timeoutSeconds the deadline of the attempt, as SQL
 */
export function leaseTaken(worker: string, timeoutSeconds: RawBuilder<number>): RawBuilder<unknown> {
  return sql`
        phase = ${sql.lit(phase.leased)}, fence = delivery.fence + 1, leased_by = ${worker}, leased_at = now(),
        lease_until = now() + make_interval(secs => ${timeoutSeconds} + ${leaseMarginSeconds}),
        round_started_at = coalesce(delivery.round_started_at, now())`;
}

/** The columns that a delivery without a lease has empty, for `update … set`. */
export const leaseReleased = sql`lease_until = null, leased_at = null, leased_by = null`;

/** Whether a `delivery` is still under the lease that the row `given` names by its fence. */
export const leaseHeld = sql<boolean>`${inPhase(phase.leased)} and delivery.fence = given.fence`;

/**
 * Gives leases back under which nothing was sent, as if the deliveries had not been claimed: no attempt is counted, and
 * they are ready at once for any worker. Those that another worker has taken over are left alone; those that were
 * cancelled meanwhile end when their lease runs out.
 */
export async function giveBack(queries: Queries, leases: readonly Lease[]): Promise<void> {
  const column = <T>(read: (lease: Lease) => T): T[] => leases.map(read);
  await sql`
    update open_deliveries delivery set phase = ${sql.lit(phase.ready)}, ${leaseReleased},
           round_started_at = case when delivery.round_attempts = 0 then null else delivery.round_started_at end
      from unnest(${column((lease) => lease.orgId)}::uuid[], ${column((lease) => lease.id)}::uuid[], ${column((lease) => lease.fence)}::int[])
        as given (org_id, id, fence)
     where ${lookUp('delivery.org_id', 'given.org_id')} and delivery.id = given.id and ${leaseHeld}
       and not delivery.cancel_requested`.execute(queries);
}
