/** Webhook wire formats: sign what you send, verify what you receive. */
import type { Contract } from './contract.ts';
import { standard } from './dialects/standard.ts';

export type * from './contract.ts';
export type { JsonItem, JsonMember, JsonProblem, JsonValue } from './json-members.ts';
export { scanJson } from './json-members.ts';
export { countsAsFailure, nextDelay, type PlannedAttempt, parseRetryAfter, preview } from './schedule.ts';
export { sign, signAsync } from './sign.ts';
export { standard };

/** Every contract there is. A new one is a line here. */
export const contracts: readonly Contract[] = [standard];

/** The contract with this name, or `undefined`. */
export function getContract(name: string): Contract | undefined {
  return contracts.find((contract) => contract.name === name);
}
