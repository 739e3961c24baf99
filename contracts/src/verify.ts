import type { Contract, VerifyFailure } from './contract.ts';
import { utf8 } from './encodings.ts';
import { equalInConstantTime, hmac } from './hmac.ts';
import { lookUp, type ReceivedHeaders } from './received-headers.ts';
import { unixSeconds } from './timestamps.ts';

export interface ReceivedRequest {
  readonly headers: ReceivedHeaders;
  /** The raw body, as it was received; a string must be its exact text. */
  readonly body: Uint8Array | string;
  /** One secret, or during a rotation both: a signature by any of them is enough. */
  readonly secret: string | readonly string[];
  /** Defaults to the present. */
  readonly now?: Date;
}

export type Verification =
  | {
      readonly ok: true;
      /** Seconds since 1970 that the signature covers; `null` where the contract signs no time. */
      readonly timestamp: number | null;
      /**
       * The same in every attempt at one delivery: handle each once. `null` where the contract has no such header, or
       * the request not exactly one. Signed by Standard Webhooks only.
       */
      readonly deliveryId: string | null;
    }
  | {
      readonly ok: false;
      readonly failure: VerifyFailure;
      /** For the receiver's log: what is wrong, and with which header. */
      readonly detail: string;
    };

/**
 * Whether a request was signed with one of the secrets as the contract says, and within its tolerance where it has one.
 * Never rejects because of the request: a forged or malformed one is `ok: false`.
 *
 * @throws TypeError without a secret, with one that is not of the contract's format, or with a parsed body.
 *
 * @example
 * const result = await verify(standard, { headers: request.headers, body: rawBody, secret });
 * if (!result.ok) return new Response(result.failure, { status: 401 });
 */
export async function verify(contract: Contract, request: ReceivedRequest): Promise<Verification> {
  const secrets = validSecrets(contract, request.secret);
  const body = rawBytes(request.body);

  const { requiredHeaders, deliveryHeader } = contract;
  const values = lookUp(request.headers, [...requiredHeaders, deliveryHeader ?? '']);
  for (const name of requiredHeaders) {
    const { length } = values(name);
    if (length === 0) return refused('missing_header', `${name} is missing`);
    if (length > 1) return refused('malformed_header', `${name} was sent ${length} times`);
  }

  const claim = contract.readClaim((name) => values(name)[0] ?? '', body);
  if ('malformed' in claim) return refused('malformed_header', claim.malformed);

  const { timestamp } = claim;
  if (timestamp !== null && contract.toleranceSeconds !== null) {
    const distance = Math.abs(unixSeconds(request.now ?? new Date()) - timestamp);
    if (distance > contract.toleranceSeconds) {
      return refused('stale_timestamp', `the timestamp is ${distance} s from now`);
    }
  }

  for (const secret of secrets) {
    const expected = await hmac(claim.signatureInput(secret));
    if (claim.signatures.some((signature) => equalInConstantTime(signature, expected))) {
      const ids = deliveryHeader === null ? [] : values(deliveryHeader);
      return { ok: true, timestamp, deliveryId: ids.length === 1 ? (ids[0] ?? null) : null };
    }
  }
  return refused('bad_signature', 'no signature matches this body under any of the secrets');
}

function refused(failure: VerifyFailure, detail: string): Verification {
  return { ok: false, failure, detail };
}

function validSecrets(contract: Contract, secret: string | readonly string[]): readonly string[] {
  const secrets = typeof secret === 'string' ? [secret] : secret;
  if (secrets.length === 0) throw new TypeError(`${contract.name}: verifying needs at least one secret`);
  for (const candidate of secrets) {
    const problem = contract.secret.problem(candidate);
    if (problem !== null) throw new TypeError(`${contract.name}: ${problem}`);
  }
  return secrets;
}

function rawBytes(body: unknown): Uint8Array {
  if (typeof body === 'string') return utf8(body);
  if (body instanceof Uint8Array) return body;
  throw new TypeError('The body must be the raw bytes of the request: verify it before any parser reads it.');
}
