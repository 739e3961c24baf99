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

export const priority = { live: 0, replayed: 1 } as const;
