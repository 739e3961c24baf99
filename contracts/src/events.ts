import type { EventRule } from './contract.ts';

/** For contracts that document no form of an event. */
export const anyEvent: EventRule = { problem: () => null };
