/**
 * A contract is a plain object. It knows no HTTP client, database or tenant, does no I/O, and receives the time as a
 * parameter. It says *what* is signed and how the signature is written; computing and comparing HMACs is the same for
 * every contract (`sign.ts`, `verify.ts`).
 */

/** The parts of an event that contracts send. */
export interface WireEvent {
  /** Public id, unique in its organization. */
  readonly id: string;
  /** Dot-separated lower-case words, such as `invoice.paid`. */
  readonly type: string;
  /** One JSON object, UTF-8, exactly as the publisher sent it. It stands in the body byte for byte. */
  readonly data: Uint8Array;
  readonly occurredAt: Date;
  /** Public id of the organization that owns the event. */
  readonly organizationId: string;
}

/** One attempt at one delivery. */
export interface Message {
  readonly event: WireEvent;
  /** Id of the delivery, such as `dlv_…`; `deliveryUuid` is the same id as a UUID. */
  readonly deliveryId: string;
  readonly deliveryUuid: string;
  /** The bytes that `encode` returned, for this attempt or for an earlier one of the same delivery. */
  readonly body: Uint8Array;
  readonly attemptedAt: Date;
  /** When the first attempt of this round was made; on that attempt equal to `attemptedAt`. */
  readonly roundStartedAt: Date;
}

/** A header name in its documented spelling → its value. */
export type Headers = Readonly<Record<string, string>>;

/** What an HMAC-SHA256 is computed over, and with which key bytes. */
export interface SignatureInput {
  readonly key: Uint8Array;
  /** The parts of the signed content, in order: separate, so that a large body is not copied. */
  readonly content: readonly Uint8Array[];
}

/** The bytes of one signature for each secret that signs, newest secret first. */
export type Signatures = readonly [Uint8Array, ...Uint8Array[]];

/**
 * What a response means: `delivered` ends the delivery as successful; `retry` continues with the retry delays;
 * `failed` ends the delivery without another attempt; `disable` does that and disables the endpoint.
 */
export type Verdict = 'delivered' | 'retry' | 'failed' | 'disable';

export interface RetryRule {
  /** Seconds between the end of attempt n and the start of attempt n + 1. A round has one attempt more. */
  readonly delays: readonly number[];
  /** Share of a delay by which it varies at random: 0.2 is ±20 %; 0 where the contract promises exact delays. */
  readonly jitter: number;
  /** The longest wait, in seconds, that a receiver's `Retry-After` can cause. */
  readonly maxRetryAfterSeconds: number;
  /** Whether an endpoint may replace the delays. */
  readonly overridable: boolean;
}

/**
 * When an endpoint is disabled automatically: after `count` consecutive failures, or after failing for `seconds`
 * without a success. What counts as a failure: with `all` every failed attempt; with `responses` only one that was
 * answered with 4xx or 5xx (other failed attempts neither add to the count nor end it).
 */
export type DisableRule =
  | { readonly kind: 'consecutive_failures'; readonly count: number; readonly counts: 'responses' | 'all' }
  | { readonly kind: 'failing_for'; readonly seconds: number; readonly counts: 'responses' | 'all' };

/** The form in which events have to be to be sent as the contract documents. */
export interface EventRule {
  /**
   * `null` when the event has the documented form; otherwise how it differs and what `encode` does about it. This is
   * advice for the publisher: `encode` writes any event with any JSON object as its data.
   */
  problem(event: Pick<WireEvent, 'type' | 'data'>): string | null;
}

export interface SecretRule {
  /** How many random bytes `format` expects. */
  readonly randomBytes: number;
  /** A secret of this contract made from random bytes. */
  format(random: Uint8Array): string;
  /** `null` for a valid secret; otherwise what is wrong and what to do, without repeating the secret. */
  problem(secret: string): string | null;
  /** The part of a secret that may still be shown after its creation, such as `whsec_…` and the last characters. */
  mask(secret: string): string;
  /** How many seconds a replaced secret may sign beside the new one; 0: it stops at once. */
  readonly maxOverlapSeconds: number;
  readonly defaultOverlapSeconds: number;
}

export interface UrlRule {
  /** `null` when an endpoint may have this URL; otherwise what is wrong and what to do. */
  problem(url: URL, allowed: { readonly loopback: boolean }): string | null;
}

/** Why a received request is refused. */
export type VerifyFailure = 'missing_header' | 'malformed_header' | 'stale_timestamp' | 'bad_signature';

/** What a received request claims, before any signature is computed. */
export interface Claim {
  /** Decoded from hex or base64; one right signature is enough. */
  readonly signatures: readonly Uint8Array[];
  /** Seconds since 1970 that the signature covers; `null` where the contract signs no time. */
  readonly timestamp: number | null;
  /** What the signature with this secret is computed over. @throws TypeError for one of another format */
  signatureInput(secret: string): SignatureInput;
}

/** Which header of a received request is not written as the contract says, and how it should be. */
export interface Malformed {
  readonly malformed: string;
}

export interface Contract {
  readonly name: string;
  readonly title: string;
  readonly description: string;

  /** Every header that this contract sends, in its documented spelling: endpoints may not set these. */
  readonly headerNames: readonly string[];
  /** The headers that verifying needs. */
  readonly requiredHeaders: readonly string[];
  /** The header with the delivery's id; `null` where the contract has none. */
  readonly deliveryHeader: string | null;

  /** The request body: the event's data, byte for byte, in this contract's envelope. Never throws. */
  encode(event: WireEvent): Uint8Array;
  /** Every header except those of the signature. */
  headers(message: Message): Headers;
  /** What is signed with one secret. @throws TypeError for one of another format */
  signatureInput(message: Message, secret: string): SignatureInput;
  /**
   * The headers that carry the signatures. Where a replaced secret stops at once (`secret.maxOverlapSeconds` is 0)
   * there is exactly one signature.
   */
  signatureHeaders(message: Message, signatures: Signatures): Headers;

  /** Reads what the four functions above write. `header` returns the value of a required header. */
  readClaim(header: (name: string) => string, body: Uint8Array): Claim | Malformed;
  /** How many seconds `timestamp` may be before or after now; `null` where the contract signs no time. */
  readonly toleranceSeconds: number | null;

  readonly event: EventRule;
  /** The verdict on a response status. Redirects are not followed, so 3xx comes here, too. */
  classify(status: number): Verdict;
  readonly retry: RetryRule;
  /** Seconds for one attempt, from DNS to the last byte. */
  readonly timeoutSeconds: number;
  /** `null` where failures never disable an endpoint. */
  readonly disableAfter: DisableRule | null;
  readonly secret: SecretRule;
  readonly url: UrlRule;
}
