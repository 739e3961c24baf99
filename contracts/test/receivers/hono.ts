import { type Context, Hono } from 'hono';
import { webhook } from '../../src/adapters/hono.ts';
import { flowbeacon } from '../../src/index.ts';

interface Env {
  Variables: { source: string };
}

/** A Hono application that receives FlowBeacon's events. */
export function createApp(secret: string, now: () => Date, received: (data: unknown) => void) {
  const app = new Hono<Env>();
  app.use(async (c, next) => {
    c.set('source', 'flowbeacon');
    await next();
  });
  app.post(
    '/webhooks',
    webhook({ contract: flowbeacon, secret, now }, (event, c: Context<Env>) => {
      received(event.json());
      return c.text(`thanks, ${c.get('source')}`);
    }),
  );
  return app;
}
