/**
 * Webhook wire formats: sign what you send, verify what you receive. The words of this library:
 *
 * - **event**: something that happened. Its data is one JSON object, kept as the exact bytes that the publisher sent.
 * - **endpoint**: a receiver's URL with its secrets and its contract.
 * - **delivery**: one event for one endpoint. Its id is the same in every attempt, so that a receiver handles it once.
 * - **attempt**: one HTTP request of a delivery.
 * - **round**: the attempts that follow one another by the retry delays; a manual retry begins a new round.
 * - **contract**: the wire format of an endpoint's requests and the promises about them: envelope, headers, signature,
 *   retry delays, timeout, disabling.
 * - **envelope**: the part of a body that a contract puts around the data.
 * - **secret**: the text that sender and receiver share, from which the key of the signature (HMAC-SHA256) is made.
 * - **claim**: the signatures and the time that a received request carries, before they are verified.
 * - **verdict**: what a response status means for its delivery and its endpoint.
 */
import type { Contract } from './contract.ts';
import * as registry from './dialects.ts';

export type * from './contract.ts';
export * from './dialects.ts';
export type { JsonItem, JsonMember, JsonProblem, JsonValue } from './json-members.ts';
export { scanJson } from './json-members.ts';
export type { HeaderValue, ReceivedHeaders } from './received-headers.ts';
export { countsAsFailure, nextDelay, type PlannedAttempt, parseRetryAfter, preview } from './retry-delays.ts';
export { sign, signAsync } from './sign.ts';
export { type ReceivedRequest, type Verification, verify } from './verify.ts';

/** Every contract, in alphabetical order. */
export const contracts: readonly Contract[] = Object.values(registry);

/** The contract with this name, or `undefined`. */
export function getContract(name: string): Contract | undefined {
  return contracts.find((contract) => contract.name === name);
}
