import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { webhook } from '../../src/adapters/fastify.ts';
import { flowxtra } from '../../src/index.ts';

/** A Fastify application that receives Flowxtra's events beside routes with parsed JSON. */
export function createApp(secret: string, received: (data: unknown) => void) {
  const app = Fastify();

  app.register(
    webhook(
      { path: '/webhooks', contract: flowxtra, secret },
      async (event, _request: FastifyRequest, reply: FastifyReply) => {
        received(event.json());
        await reply.code(202).send({ delivery: event.deliveryId });
      },
    ),
  );

  app.post('/echo', async (request) => request.body);
  return app;
}
