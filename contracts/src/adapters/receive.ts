/** What the adapters share: reading a raw body up to a limit, verifying it, and answering. */
import type { Contract, VerifyFailure } from '../contract.ts';
import { joined } from '../envelope.ts';
import type { ReceivedHeaders } from '../received-headers.ts';
import { verify } from '../verify.ts';

export interface WebhookOptions {
  readonly contract: Contract;
  /** Any one of several may have signed: give both during a rotation. */
  readonly secret: string | readonly string[];
  /** 1 MiB unless given. A larger body is answered with 413. */
  readonly maxBodyBytes?: number;
  /** Defaults to the present. */
  readonly now?: () => Date;
}

/** A request whose signature holds. */
export interface Webhook {
  /** Exactly the bytes that were signed. */
  readonly body: Uint8Array;
  /** Seconds since 1970 that the signature covers, where the contract has a timestamp. */
  readonly timestamp: number | null;
  /** The same in every attempt at one delivery: handle it once. `null` where the contract has none. */
  readonly deliveryId: string | null;
  /** @throws SyntaxError or TypeError where the body is not JSON in UTF-8. */
  json(): unknown;
}

/** A request that is answered without the handler. */
export interface Refusal {
  readonly status: 401 | 413;
  readonly error: VerifyFailure | 'body_too_large';
  readonly detail: string;
}

export const DEFAULT_MAX_BODY_BYTES = 1024 * 1024;

export const PARSED_ALREADY =
  'The body was read before the signature could be checked: let the webhook route come before body parsers.';

/** Verifies a body that has been read; `null` stands for one above the limit. */
export async function receive(
  options: WebhookOptions,
  headers: ReceivedHeaders,
  body: Uint8Array | null,
): Promise<{ readonly webhook: Webhook } | { readonly refusal: Refusal }> {
  const limit = options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
  if (body === null || body.length > limit) {
    const detail = `the body is larger than ${limit} bytes`;
    return { refusal: { status: 413, error: 'body_too_large', detail } };
  }
  const now = options.now?.() ?? new Date();
  const result = await verify(options.contract, { headers, body, secret: options.secret, now });
  if (!result.ok) return { refusal: { status: 401, error: result.failure, detail: result.detail } };

  const { timestamp, deliveryId } = result;
  const json = (): unknown => JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  return { webhook: { body, timestamp, deliveryId, json } };
}

/** The JSON that goes with a refusal. */
export function refusalBody({ error, detail }: Refusal): string {
  return JSON.stringify({ error, detail });
}

/**
 * Reads chunks until they end, or answers `null` as soon as they are more than the limit. `next` is asked for
 * no more chunks after that; closing the source is the caller's to do.
 */
export async function readUpTo(
  limit: number,
  next: () => Promise<{ done?: boolean | undefined; value?: Uint8Array | undefined }>,
): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await next();
    if (done === true || value === undefined) return joined(chunks);
    length += value.length;
    if (length > limit) return null;
    chunks.push(value);
  }
}
