/**
 * The words of this library:
 *
 * - **event**: something that happened; its data is kept as the exact bytes the publisher sent.
 * - **delivery**: one event for one endpoint. Its id is the same in every attempt: the receiver's dedupe key.
 * - **attempt**: one HTTP request for a delivery.
 * - **contract**: a wire dialect: everything a receiver was promised about those requests.
 * - **round**: the attempts that follow one another by the schedule; a manual retry begins a new round.
 *
 * A contract is a plain object. It knows nothing of HTTP clients, databases or tenants, does no I/O, and is
 * told the time. It describes *what* is signed and how the signature is written; computing the HMAC and
 * comparing it is the same for all of them (`sign.ts`, `verify.ts`).
 */

/** An event as a contract sees it. */
export interface WireEvent {
  /** Public id, unique in its organization. */
  readonly id: string;
  /** Dot-separated lower-case words, such as `invoice.paid`. */
  readonly type: string;
  /** One JSON object, UTF-8, exactly as the publisher sent it. It is spliced into the body untouched. */
  readonly data: Uint8Array;
  readonly occurredAt: Date;
  /** Public id of the organization that owns the event. */
  readonly organizationId: string;
}

/** One attempt at delivering one event. */
export interface Message {
  readonly event: WireEvent;
  /** The same delivery in the two spellings that dialects ask for. */
  readonly deliveryId: string;
  readonly deliveryUuid: string;
  /** The bytes that `encode` made, or that the ledger kept of an earlier attempt. */
  readonly body: Uint8Array;
  readonly attemptedAt: Date;
  /** When the first attempt of this round was made: equal to `attemptedAt` on that attempt. */
  readonly roundStartedAt: Date;
}

/** A header name in its documented spelling → its value. */
export type Headers = Readonly<Record<string, string>>;

/** What an HMAC-SHA256 is computed over, and with which key bytes. */
export interface SignatureInput {
  readonly key: Uint8Array;
  /** Concatenated in order; kept apart so that a large body is not copied. */
  readonly content: readonly Uint8Array[];
}

/** One for each secret that signs, newest first. */
export type Signatures = readonly [Uint8Array, ...Uint8Array[]];

/**
 * What a response means: `delivered` ends the delivery well; `retry` goes on with the schedule; `failed` ends
 * the delivery without another attempt; `disable` does that and disables the endpoint.
 */
export type Verdict = 'delivered' | 'retry' | 'failed' | 'disable';

export interface RetryRule {
  /** Seconds between the end of attempt n and the start of attempt n + 1. Attempts in all: length + 1. */
  readonly delays: readonly number[];
  /** Share of a delay by which it may vary either way: 0.2 is ±20 %. 0 where the contract promises exact delays. */
  readonly jitter: number;
  /** The longest wait, in seconds, that a receiver's `Retry-After` can ask for. */
  readonly maxRetryAfterSeconds: number;
  /** Whether an endpoint may have delays of its own. */
  readonly overridable: boolean;
}

/**
 * When an endpoint is disabled by itself; `null` where the contract never does that. Any success starts the
 * count or the clock again. What counts as a failure: `responses` are answered attempts with 4xx or 5xx
 * (attempts that got no such answer neither add to the count nor end it); `all` is every failed attempt.
 */
export type DisableRule =
  | { readonly kind: 'consecutive_failures'; readonly count: number; readonly counts: 'responses' | 'all' }
  | { readonly kind: 'failing_for'; readonly seconds: number; readonly counts: 'responses' | 'all' };

/** What an event must look like to be written the way this contract documents. */
export interface EventRule {
  /**
   * `null` when the event has the documented form; otherwise what differs and what `encode` does about it.
   * It is advice for the publisher: `encode` writes any event with any JSON object as its data.
   */
  problem(event: Pick<WireEvent, 'type' | 'data'>): string | null;
}

export interface SecretRule {
  /** Bytes of randomness that `format` expects. */
  readonly randomBytes: number;
  /** Writes random bytes as a secret of this contract. */
  format(random: Uint8Array): string;
  /** `null` when sound; otherwise what is wrong, ending with what to do. Never repeats the secret. */
  problem(secret: string): string | null;
  /** What may be shown after the creation, such as `whsec_…` and the last characters. */
  mask(secret: string): string;
  /** How long an old secret may go on signing beside the new one, in seconds; 0: it stops at once. */
  readonly maxOverlapSeconds: number;
  readonly defaultOverlapSeconds: number;
}

export interface UrlRule {
  /** `null` when the contract lets an endpoint have this URL; otherwise what is wrong and what to do. */
  problem(url: URL, allowed: { readonly loopback: boolean }): string | null;
}

/** Why a received request is refused. */
export type VerifyFailure = 'missing_header' | 'malformed_header' | 'stale_timestamp' | 'bad_signature';

/** What a request says of itself, before any signature is computed. */
export interface Claim {
  /** Hex or base64 already decoded: any one of them may match. */
  readonly signatures: readonly Uint8Array[];
  /** Seconds since 1970 that the signature covers, where the contract has a timestamp. */
  readonly timestamp: number | null;
  /** Given one secret, what its signature must have been computed over. */
  signatureInput(secret: string): SignatureInput;
}

/** A header of a received request that is not written as the contract says. */
export interface Malformed {
  readonly malformed: string;
}

export interface Contract {
  readonly name: string;
  readonly title: string;
  readonly description: string;

  /** Every header that this contract sends, in its documented spelling: nobody else may set these. */
  readonly headerNames: readonly string[];
  /** Those a receiver can't verify without. */
  readonly requiredHeaders: readonly string[];
  /** The header with the delivery's id, where the contract has one. */
  readonly deliveryHeader: string | null;

  /** The request body: the event's data, byte for byte, in this contract's envelope. Never throws. */
  encode(event: WireEvent): Uint8Array;
  /** Every header except the signature's own. */
  headers(message: Message): Headers;
  /** What is signed with one secret. */
  signatureInput(message: Message, secret: string): SignatureInput;
  /**
   * Headers that carry the signatures, one for each current secret, newest first. Where secrets have no
   * overlap (`secret.maxOverlapSeconds` is 0) there is exactly one.
   */
  signatureHeaders(message: Message, signatures: Signatures): Headers;

  /** The receiving side of the four above. `header` answers the one value of a required header. */
  readClaim(header: (name: string) => string, body: Uint8Array): Claim | Malformed;
  /** How far `timestamp` may be from now, in seconds, either way; `null` where nothing bounds it. */
  readonly toleranceSeconds: number | null;

  readonly event: EventRule;
  /** What a response means. 3xx is never followed. */
  classify(status: number): Verdict;
  readonly retry: RetryRule;
  /** Total time for one attempt, DNS to last byte. */
  readonly timeoutSeconds: number;
  readonly disableAfter: DisableRule | null;
  readonly secret: SecretRule;
  readonly url: UrlRule;
}
