/** Webhook wire formats: sign what you send, verify what you receive. */
import type { Contract } from './contract.ts';
import * as registry from './dialects.ts';

export type * from './contract.ts';
export * from './dialects.ts';
export type { JsonItem, JsonMember, JsonProblem, JsonValue } from './json-members.ts';
export { scanJson } from './json-members.ts';
export type { HeaderValue, ReceivedHeaders } from './received-headers.ts';
export { countsAsFailure, nextDelay, type PlannedAttempt, parseRetryAfter, preview } from './schedule.ts';
export { sign, signAsync } from './sign.ts';
export { type ReceivedRequest, type Verification, verify } from './verify.ts';

/** Every contract, in alphabetical order. */
export const contracts: readonly Contract[] = Object.values(registry);

/** The contract with this name, or `undefined`. */
export function getContract(name: string): Contract | undefined {
  return contracts.find((contract) => contract.name === name);
}
