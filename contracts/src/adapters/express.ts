import { type IncomingRequest, type NodeHandler, type OutgoingResponse, respond } from './node.ts';
import type { WebhookOptions } from './receive.ts';

export type { Refusal, Webhook, WebhookOptions } from './receive.ts';

/**
 * An Express handler. It reads the raw body itself, or takes the Buffer of `express.raw()`; a parser such as
 * `express.json()` must not come before it. Answers 204 unless `handler` has answered. Errors of `handler` go to
 * Express's error handling.
 *
 * @example
 * app.post('/webhooks', webhook({ contract: standard, secret }, async (received) => {
 *   await enqueue(received.deliveryId, received.json());
 * }));
 * app.use(express.json()); // for the other routes
 */
export function webhook<Request extends IncomingRequest, Response extends OutgoingResponse>(
  options: WebhookOptions,
  handler: NodeHandler<Request, Response>,
): (request: Request, response: Response, next: (error?: unknown) => void) => Promise<void> {
  return async (request, response, next) => {
    try {
      await respond(options, handler, request, response);
    } catch (error) {
      next(error);
    }
  };
}
