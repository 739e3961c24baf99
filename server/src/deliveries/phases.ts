import { type RawBuilder, sql } from 'kysely';

/** Where an open delivery stands; the numbers are stored. SQL says `sql.lit(phase.ready)`. */
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

/** Which deliveries of an endpoint are claimed first; the numbers are stored. */
export const priority = { live: 0, replayed: 1 } as const;

/** An open delivery is in one of these phases. Constants in the text, so that plans that are kept can use an index by phase. */
export function phaseIn(...phases: readonly number[]): RawBuilder<boolean> {
  return sql<boolean>`phase in (${sql.join(phases.map((one) => sql.lit(one)))})`;
}

/** True of every open delivery: lets a statement that asks for no phase use the index by phase and endpoint. */
export const inAnyPhase = phaseIn(...Object.values(phase));

/** The deliveries that an endpoint's being enabled, disabled or deleted moves: not leased, not held for a review. */
export const waitsForEndpoint = phaseIn(phase.scheduled, phase.ready, phase.paused);

/**
 * The phase of a `delivery` that is found by its id. Written so that no index on the phase serves it, only the primary
 * key: a plan that is made while the queue is empty would take any of them, and read the whole queue later.
 */
export function inPhase(value: number): RawBuilder<boolean> {
  return sql<boolean>`delivery.phase + 0 = ${sql.lit(value)}`;
}
