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

/** May return, or resolve to, a `Response`; otherwise 204 is answered. */
export type RouteHandler = (webhook: Webhook, request: Request) => unknown;

/**
 * A Next.js route handler, and as well one for anything that turns a `Request` into a `Response`: Deno, Bun,
 * Cloudflare Workers. What the handler throws is passed on.
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
    if (request.bodyUsed) throw new TypeError(PARSED_ALREADY);
    const body = await readBody(request, options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES);
    const received = await receive(options, request.headers, body);
    if ('refusal' in received) {
      const { refusal } = received;
      const headers = { 'Content-Type': 'application/json' };
      return new Response(refusalBody(refusal), { status: refusal.status, headers });
    }
    const response = await handler(received.webhook, request);
    return response instanceof Response ? response : new Response(null, { status: 204 });
  };
}

async function readBody(request: Request, limit: number): Promise<Uint8Array | null> {
  if (request.body === null) return new Uint8Array();
  if (Number(request.headers.get('Content-Length')) > limit) return null;
  const reader = request.body.getReader();
  const body = await readUpTo(limit, () => reader.read());
  // Not awaited: a source may never settle this, and nothing more is wanted of it.
  if (body === null) reader.cancel().catch(() => undefined);
  return body;
}
