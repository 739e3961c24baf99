import { pairs } from './node.ts';
import { bodyLimit, receive, type Webhook, type WebhookOptions } from './receive.ts';

export type { Refusal, Webhook, WebhookOptions } from './receive.ts';

export interface FastifyWebhookOptions extends WebhookOptions {
  /** Path of the route, such as `/webhooks`. */
  readonly path: string;
}

/** The parts of Fastify that the adapter uses. */
interface IncomingRequest {
  readonly body: unknown;
  readonly raw: { readonly rawHeaders: readonly string[] };
}
interface Reply {
  readonly sent: boolean;
  code(status: number): Reply;
  type(contentType: string): Reply;
  send(body?: string): Reply;
}
interface App<Request, Response> {
  removeAllContentTypeParsers(): void;
  addContentTypeParser(
    contentType: '*',
    options: { parseAs: 'buffer'; bodyLimit: number },
    parse: (request: Request, body: Uint8Array) => Promise<Uint8Array>,
  ): unknown;
  post(
    path: string,
    options: { bodyLimit: number },
    handler: (request: Request, reply: Response) => Promise<unknown>,
  ): unknown;
}

/**
 * A Fastify plugin with one POST route. Its body parser keeps the raw bytes, and applies to this plugin only. Answers
 * 204 unless the handler has sent a reply. Errors of the handler go to Fastify's error handling, and so does a body
 * above the limit (413).
 *
 * @example
 * await app.register(webhook({ path: '/webhooks', contract: standard, secret }, async (received) => {
 *   await enqueue(received.deliveryId, received.json());
 * }));
 */
export function webhook<Request extends IncomingRequest, Response extends Reply>(
  options: FastifyWebhookOptions,
  handler: (webhook: Webhook, request: Request, reply: Response) => void | Promise<void>,
): (app: App<Request, Response>) => Promise<void> {
  const limit = { bodyLimit: bodyLimit(options) };
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', ...limit }, async (_request, body) => body);

    app.post(options.path, limit, async (request, reply) => {
      const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
      const received = await receive(options, pairs(request.raw.rawHeaders), body);
      if (!('webhook' in received)) {
        return reply.code(received.status).type('application/json').send(received.body);
      }
      await handler(received.webhook, request, reply);
      return reply.sent ? reply : reply.code(204).send();
    });
  };
}
