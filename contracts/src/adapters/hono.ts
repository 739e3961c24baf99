import { webhook as route } from './next.ts';
import type { Webhook, WebhookOptions } from './receive.ts';

export type { Refusal, Webhook, WebhookOptions } from './receive.ts';

/** The part of Hono's context that is needed here. */
interface Context {
  readonly req: { readonly raw: Request };
}

/**
 * A Hono handler. It answers 204 unless `handler` returns a response of its own; what that throws goes to
 * `app.onError`.
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
