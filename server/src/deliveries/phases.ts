import { sql } from 'kysely';

/** Where an open delivery stands; the numbers are stored. */
export const phase = {
  /** Waits for its time. */
  scheduled: 0,
  /** May be claimed. */
  ready: 1,
  /** Claimed: a request is under way, or its worker died. */
  leased: 2,
  /** Waits until its endpoint is enabled again. */
  paused: 3,
  /** Waits for a review. */
  held: 4,
} as const;

/**
 * The phase of a `delivery` that is found by its id. Written so that no index on the phase serves it, only the primary
 * key: a plan that is made while the queue is empty would take any of them, and read the whole queue later.
 */
export function inPhase(value: number) {
  return sql<boolean>`delivery.phase + 0 = ${sql.lit(value)}`;
}

export const priority = { live: 0, replayed: 1 } as const;
