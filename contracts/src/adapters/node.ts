import {
  DEFAULT_MAX_BODY_BYTES,
  PARSED_ALREADY,
  readUpTo,
  receive,
  refusalBody,
  type Webhook,
  type WebhookOptions,
} from './receive.ts';

export type { Refusal, Webhook, WebhookOptions } from './receive.ts';

/** The part of `http.IncomingMessage` that is needed here; `body` is what a body parser may have left. */
export interface IncomingRequest {
  /** Names and values in turn. Unlike `headers`, it shows a header that was sent twice. */
  readonly rawHeaders: readonly string[];
  readonly body?: unknown;
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array>;
}

/** The part of `http.ServerResponse` that is needed here. */
export interface OutgoingResponse {
  statusCode: number;
  readonly headersSent: boolean;
  setHeader(name: string, value: string): unknown;
  end(body?: string): unknown;
}

/** May answer by itself; 204 is sent where it has not. */
export type NodeHandler<Request, Response> = (
  webhook: Webhook,
  request: Request,
  response: Response,
) => void | Promise<void>;

export interface NodeWebhookOptions extends WebhookOptions {
  /** Told what the handler threw; the sender gets 500 and tries again. Defaults to `console.error`. */
  readonly onError?: (error: unknown) => void;
}

/**
 * A listener for `http.createServer`.
 *
 * @example
 * createServer(webhook({ contract: standard, secret }, async (received) => {
 *   await enqueue(received.deliveryId, received.json());
 * })).listen(8080);
 */
export function webhook<Request extends IncomingRequest, Response extends OutgoingResponse>(
  options: NodeWebhookOptions,
  handler: NodeHandler<Request, Response>,
): (request: Request, response: Response) => Promise<void> {
  const { onError = console.error } = options;
  return async (request, response) => {
    try {
      await respond(options, handler, request, response);
    } catch (error) {
      onError(error);
      if (response.headersSent) return;
      response.statusCode = 500;
      response.end();
    }
  };
}

/** Reads, verifies and answers one request. Throws what the handler throws. */
export async function respond<Request extends IncomingRequest, Response extends OutgoingResponse>(
  options: WebhookOptions,
  handler: NodeHandler<Request, Response>,
  request: Request,
  response: Response,
): Promise<void> {
  const headers = pairs(request.rawHeaders);
  const body = await rawBody(request, options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES);
  const received = await receive(options, headers, body);
  if ('refusal' in received) {
    response.statusCode = received.refusal.status;
    response.setHeader('Content-Type', 'application/json');
    // The rest of a body that is too large is not worth reading for the sake of the connection.
    if (body === null) response.setHeader('Connection', 'close');
    response.end(refusalBody(received.refusal));
    return;
  }
  await handler(received.webhook, request, response);
  if (response.headersSent) return;
  response.statusCode = 204;
  response.end();
}

async function rawBody(request: IncomingRequest, limit: number): Promise<Uint8Array | null> {
  if (request.body instanceof Uint8Array) return request.body;
  if (request.body !== undefined) throw new TypeError(PARSED_ALREADY);
  // Not `for await`: leaving that loop early destroys the request, and its response with it.
  const chunks = request[Symbol.asyncIterator]();
  return readUpTo(limit, () => chunks.next());
}

/** Node's flat list as name and value pairs. */
export function pairs(rawHeaders: readonly string[]): [string, string][] {
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    headers.push([rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '']);
  return headers;
}
