import { webhook as route } from './next.ts';
import type { Webhook, WebhookOptions } from './receive.ts';

export type { Refusal, Webhook, WebhookOptions } from './receive.ts';

/** The part of Hono's context that the adapter uses. */
interface Context {
  readonly req: { readonly raw: Request };
}

/**
 * A Hono handler. Answers 204 unless `handler` returns a `Response`. Errors of `handler` go to `app.onError`.
 *
 * @example
 * app.post('/webhooks', webhook({ contract: standard, secret }, async (received, c) => {
 *   await enqueue(received.deliveryId, received.json());
 *   return c.text('thanks');
 * }));
 */
export function webhook<C extends Context>(
  options: WebhookOptions,
  handler: (webhook: Webhook, context: C) => unknown,
): (context: C) => Promise<Response> {
  return (context) => route(options, (received) => handler(received, context))(context.req.raw);
}
