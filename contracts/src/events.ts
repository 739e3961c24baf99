import type { EventRule } from './contract.ts';

/** For envelopes that hold any event's data as one value. */
export const anyEvent: EventRule = { problem: () => null };
