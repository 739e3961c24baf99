import express from 'express';
import { webhook } from '../../src/adapters/express.ts';
import { fluxdesk } from '../../src/index.ts';

/** An Express application that receives FluxDesk's notifications beside routes with parsed JSON. */
export function createApp(secret: string, received: (data: unknown) => void) {
  const app = express();

  app.post(
    '/webhooks',
    webhook({ contract: fluxdesk, secret }, (notification) => {
      received(notification.json());
    }),
  );

  app.use(express.json());
  app.post('/echo', (request, response) => {
    response.json(request.body);
  });
  return app;
}
