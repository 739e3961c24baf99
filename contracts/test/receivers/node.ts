import { createServer, type IncomingMessage } from 'node:http';
import { webhook } from '../../src/adapters/node.ts';
import { standard } from '../../src/index.ts';

/** A server of Node's own that receives Standard Webhooks. */
export function createReceiver(secret: string, received: (data: unknown, path: string | undefined) => void) {
  return createServer(
    webhook({ contract: standard, secret }, (event, request: IncomingMessage) => {
      received(event.json(), request.url);
    }),
  );
}
