/** The forms that signing secrets take. */
import type { SecretRule } from './contract.ts';
import { decodeBase64, encodeBase64 } from './encodings.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

const PREFIX = 'whsec_';
const SHORTEST_KEY = 24;
const LONGEST_KEY = 64;

/**
 * Standard Webhooks: `whsec_` and the base64 of 24 to 64 bytes; those bytes are the key. An old secret signs
 * beside the new one for a day unless told otherwise, and for at most a week.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const standardSecret: SecretRule = {
  randomBytes: 32,
  format: (random) => PREFIX + encodeBase64(random),
  problem: (secret) =>
    standardKey(secret) === null
      ? `The secret must be "${PREFIX}" and the padded base64 of ${SHORTEST_KEY} to ${LONGEST_KEY} bytes; leave it out to have one made.`
      : null,
  mask: (secret) => masked(secret, PREFIX),
  maxOverlapSeconds: 7 * DAY,
  defaultOverlapSeconds: DAY,
};

/** The key bytes of a Standard Webhooks secret, or `null` where it isn't one. */
export function standardKey(secret: string): Uint8Array | null {
  if (!secret.startsWith(PREFIX)) return null;
  const key = decodeBase64(secret.slice(PREFIX.length));
  return key !== null && key.length >= SHORTEST_KEY && key.length <= LONGEST_KEY ? key : null;
}

/** A prefix, an ellipsis and the last four characters: enough to tell two secrets apart. */
export function masked(secret: string, prefix: string): string {
  return `${prefix}…${secret.slice(-4)}`;
}

/** For contracts in which the replaced secret stops at once. */
export const noOverlap = { maxOverlapSeconds: 0, defaultOverlapSeconds: 0 } as const;
