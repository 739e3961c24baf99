import { parseRetryAfter } from '@sluice/contracts';
import { problemOf, type SluiceProblem, SluiceUnreachable, unexpected } from './problem.ts';
import type { ApiRequest, Call, CallOptions, List, Listing, Page, Send } from './request.ts';
import { requestSignature } from './request-signature.ts';

export interface ClientOptions {
  /** Where Sluice listens, such as `https://sluice.example.com`. */
  readonly url: string;
  /** An organization's key, or the operator's token. */
  readonly key?: string;
  /** Tries in all, for what may pass: 429, 503 and broken connections. 4 unless given. */
  readonly attempts?: number;
  /** The longest wait before another try, in seconds. Where the API asks for more, its refusal is thrown. 60 unless given. */
  readonly maxWaitSeconds?: number;
  /** For one try. 60 s unless given. */
  readonly timeoutMs?: number;
  readonly userAgent?: string;
  /** The platform's own unless given. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  readonly wait?: (ms: number) => Promise<void>;
}

const firstWaitMs = 500;

/** @throws {SluiceProblem} for every refusal; {SluiceUnreachable} where no answer came */
export function createSend(options: ClientOptions): Send {
  const { attempts = 4, maxWaitSeconds = 60, wait = sleep } = options;
  return async (request, call = {}) => {
    const headers = headersOf(options, request, call);
    for (let attempt = 1; ; attempt++) {
      const outcome = await tryOnce(options, request, headers, call.signal);
      if (typeof outcome === 'string') return outcome;
      const waitMs =
        call.retry === false || attempt >= attempts ? null : waitBefore(outcome, request, attempt);
      if (waitMs === null || waitMs > maxWaitSeconds * 1000 || call.signal?.aborted === true) throw outcome;
      await wait(waitMs);
    }
  };
}

export function createCall(send: Send): Call {
  return async (request, options) => {
    const text = await send(request, options);
    try {
      return JSON.parse(text === '' ? 'null' : text);
    } catch {
      throw unexpected(200);
    }
  };
}

export function createList(call: Call): List {
  return <Item>(request: ApiRequest, options?: CallOptions): Listing<Item> => ({
    page: () => call<Page<Item>>(request, options),
    async *[Symbol.asyncIterator]() {
      let cursor: string | null = null;
      do {
        const query = cursor === null ? request.query : { ...request.query, cursor };
        const page: Page<Item> = await call<Page<Item>>({ ...request, query }, options);
        yield* page.data;
        cursor = page.next_cursor;
      } while (cursor !== null);
    },
  });
}

/** The text of a success, or the error that it ended with. */
async function tryOnce(
  options: ClientOptions,
  { method, path, query, body, exactBody, signed = false }: ApiRequest,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<string | SluiceProblem | SluiceUnreachable> {
  const { fetch = globalThis.fetch, timeoutMs = 60_000, key } = options;
  const target = path + search(query);
  const url = options.url.replace(/\/+$/, '') + target;
  const timeout = AbortSignal.timeout(timeoutMs);
  const content = exactBody ?? (body === undefined ? undefined : JSON.stringify(body));
  try {
    const signature =
      signed && key !== undefined
        ? await requestSignature(key, { method, path: target, content: content ?? '' }, Date.now())
        : null;
    const response = await fetch(url, {
      method,
      headers: signature === null ? headers : { ...headers, 'X-FB-Signature': signature },
      // A key goes to the address that was given, and to no other.
      redirect: 'error',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      ...(content === undefined ? {} : { body: content }),
    });
    const text = await response.text();
    if (response.ok) return text;
    return problemOf(
      response.status,
      text,
      parseRetryAfter(response.headers.get('retry-after') ?? '', new Date()),
    );
  } catch (error) {
    return new SluiceUnreachable(new URL(url).origin, error);
  }
}

function headersOf(options: ClientOptions, request: ApiRequest, call: CallOptions): Record<string, string> {
  const hasBody = request.body !== undefined || request.exactBody !== undefined;
  return {
    Accept: 'application/json',
    ...(options.key === undefined ? {} : { Authorization: `Bearer ${options.key}` }),
    ...(options.userAgent === undefined ? {} : { 'User-Agent': options.userAgent }),
    ...(hasBody ? { 'Content-Type': 'application/json' } : {}),
    ...(request.method === 'POST' ? { 'Idempotency-Key': call.idempotencyKey ?? randomKey() } : {}),
  };
}

/** Milliseconds, or `null` where another try is pointless, or could do something twice. */
function waitBefore(
  outcome: SluiceProblem | SluiceUnreachable,
  request: ApiRequest,
  attempt: number,
): number | null {
  const backOff = firstWaitMs * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
  if (outcome instanceof SluiceUnreachable) {
    return ['GET', 'PUT', 'POST'].includes(request.method) ? backOff : null;
  }
  if (outcome.status !== 429 && outcome.status !== 503) return null;
  return outcome.retryAfterSeconds === null ? backOff : outcome.retryAfterSeconds * 1000;
}

function search(query: object | undefined): string {
  const text = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null) text.set(name, String(value));
  }
  return text.size === 0 ? '' : `?${text}`;
}

/** Not `randomUUID`: browsers have that on https and localhost only. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
