import { alreadyParsed, readBody, receive, type Webhook, type WebhookOptions } from './receive.ts';

export type { Refusal, Webhook, WebhookOptions } from './receive.ts';

/** The part of `http.IncomingMessage` that the adapter reads; `body` is set where a body parser came before. */
export interface IncomingRequest {
  /** Names and values in turn. Unlike `headers`, it keeps a header that was sent twice. */
  readonly rawHeaders: readonly string[];
  readonly body?: unknown;
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array>;
}

/** The part of `http.ServerResponse` that the adapter uses. */
export interface OutgoingResponse {
  statusCode: number;
  readonly headersSent: boolean;
  setHeader(name: string, value: string): unknown;
  end(body?: string): unknown;
}

/** May send the response; otherwise 204 is sent. */
export type NodeHandler<Request, Response> = (
  webhook: Webhook,
  request: Request,
  response: Response,
) => void | Promise<void>;

export interface NodeWebhookOptions extends WebhookOptions {
  /** Called with the error of a handler, which is answered with 500. Defaults to `console.error`. */
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

/** Reads, verifies and answers one request. Rejects with the error of the handler. */
export async function respond<Request extends IncomingRequest, Response extends OutgoingResponse>(
  options: WebhookOptions,
  handler: NodeHandler<Request, Response>,
  request: Request,
  response: Response,
): Promise<void> {
  const headers = pairs(request.rawHeaders);
  const body = await bodyOf(request, options);
  const received = await receive(options, headers, body);
  if (!('webhook' in received)) {
    response.statusCode = received.status;
    response.setHeader('Content-Type', 'application/json');
    // Keeping the connection would mean reading the rest of a body that is too large.
    if (body === null) response.setHeader('Connection', 'close');
    response.end(received.body);
    return;
  }
  await handler(received.webhook, request, response);
  if (response.headersSent) return;
  response.statusCode = 204;
  response.end();
}

async function bodyOf(request: IncomingRequest, options: WebhookOptions): Promise<Uint8Array | null> {
  if (request.body instanceof Uint8Array) return request.body;
  if (request.body !== undefined) throw alreadyParsed();
  // Not `for await`: leaving that loop early destroys the request, and its response with it.
  const chunks = request[Symbol.asyncIterator]();
  return readBody(options, () => chunks.next());
}

/** Node's `rawHeaders`, names and values in turn, as pairs. */
export function pairs(rawHeaders: readonly string[]): [string, string][] {
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    headers.push([rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '']);
  return headers;
}
