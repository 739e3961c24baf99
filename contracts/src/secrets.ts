/** The formats of signing secrets. */
import type { SecretRule } from './contract.ts';
import { decodeBase64, encodeBase64, utf8 } from './encodings.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

const PREFIX = 'whsec_';
const SHORTEST_KEY = 24;
const LONGEST_KEY = 64;
const standardProblem = `The secret must be "${PREFIX}" and the padded base64 of ${SHORTEST_KEY} to ${LONGEST_KEY} bytes; leave it out to have one made.`;

/**
 * Standard Webhooks: `whsec_` and the base64 of 24 to 64 bytes, which are the key. A replaced secret signs beside the
 * new one for a day by default, and for a week at most.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const standardSecret: SecretRule = {
  randomBytes: 32,
  format: (random) => PREFIX + encodeBase64(random),
  problem: (secret) => (decodedKey(secret) === null ? standardProblem : null),
  mask: (secret) => masked(secret, PREFIX),
  maxOverlapSeconds: 7 * DAY,
  defaultOverlapSeconds: DAY,
};

/**
 * The key bytes of a Standard Webhooks secret.
 *
 * @throws TypeError for a secret of another format.
 */
export function standardKey(secret: string): Uint8Array {
  const key = decodedKey(secret);
  if (key === null) throw new TypeError(standardProblem);
  return key;
}

function decodedKey(secret: string): Uint8Array | null {
  if (!secret.startsWith(PREFIX)) return null;
  const key = decodeBase64(secret.slice(PREFIX.length));
  return key !== null && key.length >= SHORTEST_KEY && key.length <= LONGEST_KEY ? key : null;
}

export interface TextSecret {
  readonly rule: SecretRule;
  /** The key bytes. @throws TypeError for a secret of another format. */
  key(secret: string): Uint8Array;
}

/**
 * Secrets whose key is their text in UTF-8, prefix included. A replaced secret stops at once, because receivers of
 * these contracts read one signature only.
 *
 * @param options `format` and `mask` as in `SecretRule`; `form` matches valid secrets, and `described` says the same in
 *   words.
 */
export function textSecret(options: {
  readonly format: (random: Uint8Array) => string;
  readonly mask: (secret: string) => string;
  readonly form: RegExp;
  readonly described: string;
}): TextSecret {
  const problem = `The secret must be ${options.described}; leave it out to have one made.`;
  return {
    rule: {
      randomBytes: 32,
      format: options.format,
      problem: (secret) => (options.form.test(secret) ? null : problem),
      mask: options.mask,
      maxOverlapSeconds: 0,
      defaultOverlapSeconds: 0,
    },
    key(secret) {
      if (!options.form.test(secret)) throw new TypeError(problem);
      return utf8(secret);
    },
  };
}

/** The prefix, an ellipsis and the last four characters, which tell two secrets apart. */
export function masked(secret: string, prefix: string): string {
  return `${prefix}…${secret.slice(-4)}`;
}
