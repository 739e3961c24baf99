import { AsyncLocalStorage } from 'node:async_hooks';
import type { LookupFunction } from 'node:net';
import { Agent, buildConnector, type Dispatcher, errors } from 'undici';
import type { AddressGuard } from './address-guard.ts';
import type { Resolve } from './resolve.ts';
import { ResolveError } from './resolve.ts';

/**
 * How an attempt ended when it got no complete response. Named by the phase that failed; `unknown`: the client was closed
 * before that.
 */
export type TransportFailure =
  | 'timeout'
  | 'connection_error'
  | 'tls_error'
  | 'dns_error'
  | 'blocked_address'
  | 'unknown';

/** Milliseconds; only what the attempt went through itself: on a reused connection there is no `dns` and no `connect`. */
export interface Timings {
  dns?: number;
  /** TCP, and TLS where the URL asks for it. */
  connect?: number;
  first_byte?: number;
  total: number;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** At most `keptBodyBytes`, as they came: nothing is decompressed. */
  readonly body: Buffer;
  readonly truncated: boolean;
}

export type HttpResult = { readonly timings: Timings; readonly response: HttpResponse | null } & (
  | { readonly failure: null }
  | { readonly failure: TransportFailure; readonly error: string }
);

export interface HttpRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** One deadline for everything: DNS, connecting, TLS, headers and body. */
  readonly timeoutMs: number;
}

export interface HttpClient {
  /** From then on nothing is sent: a `post` ends as `unknown` at once. */
  readonly closed: boolean;
  post(request: HttpRequest): Promise<HttpResult>;
  /** Ends everything under way at once, as `unknown`. */
  close(): Promise<void>;
}

export const keptBodyBytes = 16_384;
/** Read on to here so that the connection can be used again; a longer answer costs its connection instead. */
const readBodyBytes = 262_144;
const connectTimeoutMs = 10_000;
const neverSent: HttpResult = {
  timings: { total: 0 },
  response: null,
  failure: 'unknown',
  error: 'this process stopped before anything was sent',
};

class BlockedAddressError extends Error {}

/** The attempt that the connector and DNS are working for. */
interface Attempt {
  readonly timings: Timings;
  readonly startedAt: number;
  readonly timeoutMs: number;
}

/**
 * The one way out of this service. Every address is checked when the connection is made, after DNS, so a name that
 * resolves to another address the second time is checked again. Redirects are not followed. Failures are answers: `post`
 * never rejects.
 */
export function createHttpClient(guard: AddressGuard, resolve: Resolve): HttpClient {
  const current = new AsyncLocalStorage<Attempt>();
  const underWay = new Set<Limit>();
  const dispatcher = new Agent({
    connect: guardedConnector(guard, resolve, current),
    connections: null,
    pipelining: 1,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 16_384,
  });
  let closed = false;
  return {
    get closed() {
      return closed;
    },
    async post(request) {
      if (closed) return neverSent;
      const attempt = { timings: { total: 0 }, startedAt: performance.now(), timeoutMs: request.timeoutMs };
      const limit = new Limit(request.timeoutMs);
      underWay.add(limit);
      return current.run(attempt, () =>
        post(dispatcher, request, attempt, limit).finally(() => {
          limit.lift();
          underWay.delete(limit);
        }),
      );
    },
    close() {
      closed = true;
      for (const limit of underWay) limit.reach('unknown', 'this process stopped before there was an answer');
      return dispatcher.destroy();
    },
  };
}

async function post(
  dispatcher: Dispatcher,
  request: HttpRequest,
  attempt: Attempt,
  limit: Limit,
): Promise<HttpResult> {
  const elapsed = () => Math.round((performance.now() - attempt.startedAt) * 10) / 10;
  let partial: Omit<HttpResponse, 'body' | 'truncated'> | null = null;
  const kept = new KeptBody();
  try {
    const url = new URL(request.url);
    const sent = dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'POST',
      headers: request.headers,
      body: request.body,
      signal: limit.signal,
    });
    // undici obeys the signal only once it is connected.
    const answer = await Promise.race([sent, limit.reached]);
    attempt.timings.first_byte = elapsed();
    partial = { status: answer.statusCode, headers: plainHeaders(answer.headers) };
    const truncated = await readBody(answer.body, kept);
    attempt.timings.total = elapsed();
    return {
      timings: attempt.timings,
      failure: null,
      response: { ...partial, body: kept.bytes(), truncated },
    };
  } catch (error) {
    attempt.timings.total = elapsed();
    const { failure, message } = limit.failure ?? describe(error);
    const response = partial === null ? null : { ...partial, body: kept.bytes(), truncated: true };
    return { timings: attempt.timings, failure, error: message, response };
  }
}

interface Failure {
  readonly failure: TransportFailure;
  readonly message: string;
}

/** How far one attempt may go: to its deadline, or to the end of its client. */
class Limit {
  readonly #controller = new AbortController();
  readonly #reached = Promise.withResolvers<never>();
  readonly #timer: NodeJS.Timeout;
  /** What reaching it meant. */
  failure: Failure | null = null;

  constructor(ms: number) {
    this.#timer = setTimeout(() => this.reach('timeout', `no complete answer within ${ms} ms`), ms);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Rejects when it is reached. */
  get reached(): Promise<never> {
    return this.#reached.promise;
  }

  reach(failure: TransportFailure, message: string): void {
    if (this.failure !== null) return;
    this.failure = { failure, message };
    this.#controller.abort();
    this.#reached.reject(new Error(message));
  }

  lift(): void {
    clearTimeout(this.#timer);
  }
}

/** Whether there was more than is kept. */
async function readBody(body: Dispatcher.ResponseData['body'], kept: KeptBody): Promise<boolean> {
  let size = 0;
  for await (const chunk of body) {
    kept.add(chunk);
    size += chunk.length;
    if (size > readBodyBytes) break; // leaving the loop destroys the body and its connection
  }
  return size > keptBodyBytes;
}

/**
 * The beginning of a body. A receiver that sends it in thousands of tiny chunks must not cost a buffer for each, so
 * they are joined as they come.
 */
class KeptBody {
  #chunks: Buffer[] = [];
  #size = 0;

  add(chunk: Uint8Array): void {
    const wanted = chunk.subarray(0, keptBodyBytes - this.#size);
    if (wanted.length === 0) return;
    this.#chunks.push(Buffer.from(wanted));
    this.#size += wanted.length;
    if (this.#chunks.length >= 64) this.#chunks = [Buffer.concat(this.#chunks)];
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

function plainHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function guardedConnector(
  guard: AddressGuard,
  resolve: Resolve,
  current: AsyncLocalStorage<Attempt>,
): buildConnector.connector {
  return (options, callback) => {
    const attempt = current.getStore();
    const timings = attempt?.timings;
    const port = Number(options.port) || (options.protocol === 'https:' ? 443 : 80);
    const host = options.hostname.replace(/^\[|\]$/g, '');
    // A literal address never reaches `lookup`.
    if (/^[\d.]+$|:/.test(host) && !guard.permits(host, port)) {
      callback(new BlockedAddressError(`${host} is not a public address`), null);
      return;
    }
    const lookup: LookupFunction = (name, lookupOptions, answered) => {
      const started = performance.now();
      resolve(name).then(
        (addresses) => {
          if (timings) timings.dns = Math.round((performance.now() - started) * 10) / 10;
          const permitted = addresses.filter((address) => guard.permits(address, port));
          const first = permitted[0];
          if (first === undefined)
            answered(
              new BlockedAddressError(`${name} leads to ${addresses.join(', ')}, which is not public`),
              '',
              4,
            );
          else if (lookupOptions.all)
            answered(
              null,
              permitted.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
            );
          else answered(null, first, first.includes(':') ? 6 : 4);
        },
        (error: Error) => answered(error, '', 4),
      );
    };
    const started = performance.now();
    const connector = buildConnector({
      timeout: attempt
        ? Math.max(1, Math.min(connectTimeoutMs, attempt.timeoutMs + attempt.startedAt - started))
        : connectTimeoutMs,
      allowH2: false,
      lookup,
      autoSelectFamily: true,
    });
    connector(options, (...result) => {
      if (timings && result[0] === null) {
        const total = Math.round((performance.now() - started) * 10) / 10 - (timings.dns ?? 0);
        timings.connect = Math.max(0, Math.round(total * 10) / 10);
      }
      callback(...result);
    });
  };
}

function describe(error: unknown): Failure {
  const cause = deepestCause(error);
  const message = cause instanceof Error ? cause.message || cause.name : String(cause);
  if (cause instanceof BlockedAddressError) return { failure: 'blocked_address', message };
  if (cause instanceof ResolveError) return { failure: 'dns_error', message };
  if (cause instanceof errors.ConnectTimeoutError)
    return { failure: 'timeout', message: `not connected within ${connectTimeoutMs} ms` };
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (
    /^(?:ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|EPROTO|ERR_OSSL|INVALID_CA|HOSTNAME_MISMATCH)/.test(
      code,
    )
  )
    return { failure: 'tls_error', message };
  return { failure: 'connection_error', message };
}

/** With several addresses Node reports an AggregateError; the last of its errors says most. */
function deepestCause(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return deepestCause(error.errors.at(-1));
  if (error instanceof Error && error.cause instanceof Error && !(error instanceof ResolveError))
    return deepestCause(error.cause);
  return error;
}
