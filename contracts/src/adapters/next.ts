import { alreadyParsed, bodyLimit, readBody, receive, type Webhook, type WebhookOptions } from './receive.ts';

export type { Refusal, Webhook, WebhookOptions } from './receive.ts';

/** The answer is the `Response` that it returns or resolves to, otherwise 204. */
export type RouteHandler = (webhook: Webhook, request: Request) => unknown;

/**
 * A route handler for Next.js and for everything else that turns a `Request` into a `Response`: Deno, Bun, Cloudflare
 * Workers. Errors of `handler` are passed on.
 *
 * @example
 * // app/webhooks/route.ts
 * import { standard } from '@sluice/contracts';
 * import { webhook } from '@sluice/contracts/next';
 *
 * export const POST = webhook({ contract: standard, secret: process.env.WEBHOOK_SECRET }, async (received) => {
 *   await enqueue(received.deliveryId, received.json());
 * });
 */
export function webhook(
  options: WebhookOptions,
  handler: RouteHandler,
): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.bodyUsed) throw alreadyParsed();
    const body = await bodyOf(request, options);
    const received = await receive(options, request.headers, body);
    if (!('webhook' in received)) {
      const headers = { 'Content-Type': 'application/json' };
      return new Response(received.body, { status: received.status, headers });
    }
    const response = await handler(received.webhook, request);
    return response instanceof Response ? response : new Response(null, { status: 204 });
  };
}

async function bodyOf(request: Request, options: WebhookOptions): Promise<Uint8Array | null> {
  if (request.body === null) return new Uint8Array();
  if (Number(request.headers.get('Content-Length')) > bodyLimit(options)) return null;
  const reader = request.body.getReader();
  const body = await readBody(options, () => reader.read());
  // Not awaited: a source may never settle this.
  if (body === null) reader.cancel().catch(() => undefined);
  return body;
}
