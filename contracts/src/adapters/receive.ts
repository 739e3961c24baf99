/** Shared by the adapters: reads a raw body up to a limit, verifies it, and says how to answer a refused request. */
import type { Contract, VerifyFailure } from '../contract.ts';
import { joined } from '../envelope.ts';
import type { ReceivedHeaders } from '../received-headers.ts';
import { verify } from '../verify.ts';

export interface WebhookOptions {
  readonly contract: Contract;
  /** One secret, or during a rotation both: a signature by any of them is enough. */
  readonly secret: string | readonly string[];
  /** 1 MiB unless given. A larger body is answered with 413. */
  readonly maxBodyBytes?: number;
  /** Defaults to the present. */
  readonly now?: () => Date;
}

/** A request whose signature is right. */
export interface Webhook {
  /** Exactly the bytes that were signed. */
  readonly body: Uint8Array;
  /** Seconds since 1970 that the signature covers; `null` where the contract signs no time. */
  readonly timestamp: number | null;
  /** The same in every attempt at one delivery: handle each once. `null` where the contract has no such header. */
  readonly deliveryId: string | null;
  /** @throws SyntaxError or TypeError where the body is not JSON in UTF-8. */
  json(): unknown;
}

/** Why a request is answered without calling the handler. */
export interface Refusal {
  readonly status: 401 | 413;
  readonly error: VerifyFailure | 'body_too_large';
  readonly detail: string;
}

/** `body` is JSON: the error and the detail of the refusal. */
export type Received =
  | { readonly webhook: Webhook }
  | { readonly status: Refusal['status']; readonly body: string };

/** Verifies a body that has been read. `null` stands for a body above the limit. */
export async function receive(
  options: WebhookOptions,
  headers: ReceivedHeaders,
  body: Uint8Array | null,
): Promise<Received> {
  const limit = bodyLimit(options);
  if (body === null || body.length > limit) {
    const detail = `the body is larger than ${limit} bytes`;
    return refused({ status: 413, error: 'body_too_large', detail });
  }
  const now = options.now?.() ?? new Date();
  const result = await verify(options.contract, { headers, body, secret: options.secret, now });
  if (!result.ok) return refused({ status: 401, error: result.failure, detail: result.detail });

  const { timestamp, deliveryId } = result;
  const json = (): unknown => JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  return { webhook: { body, timestamp, deliveryId, json } };
}

function refused({ status, error, detail }: Refusal): Received {
  return { status, body: JSON.stringify({ error, detail }) };
}

/** In bytes. */
export function bodyLimit(options: WebhookOptions): number {
  return options.maxBodyBytes ?? 1024 * 1024;
}

/**
 * Reads chunks to the end; `null` as soon as they exceed the limit. Then `next` is not called again, and closing the
 * source is left to the caller.
 */
export async function readBody(
  options: WebhookOptions,
  next: () => Promise<{ done?: boolean | undefined; value?: Uint8Array | undefined }>,
): Promise<Uint8Array | null> {
  const limit = bodyLimit(options);
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

export function alreadyParsed(): TypeError {
  return new TypeError(
    'The body was read before the signature could be checked: let the webhook route come before body parsers.',
  );
}
