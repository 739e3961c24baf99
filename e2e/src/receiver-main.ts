/** A receiver in a process of its own: it logs every request that arrives whole, and answers as it is told. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { between, seededRandom } from './random.ts';
import type { Behaviour, Receipt } from './receiver.ts';

let behaviour: Behaviour = { delayMs: [0, 0], failing: 0 };
const random = seededRandom(Number(process.argv[2] ?? 1));
const receipts: Receipt[] = [];
let underWay = 0;
/** Requests that wait for another behaviour. */
const held = new Set<() => void>();

async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = message.url ?? '/';
  const body = await text(message);
  if (path === '/_log') {
    response.end(JSON.stringify(receipts.slice(Number(message.headers['x-after'] ?? 0))));
  } else if (path === '/_behaviour') {
    behaviour = JSON.parse(body);
    if (behaviour.hold !== true) for (const release of held) release();
    response.end();
  } else {
    await receive(message, body, response);
  }
}

async function receive(message: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
  const at = Date.now();
  const { delayMs, failing, hold } = behaviour;
  underWay += 1;
  response.once('close', () => {
    underWay -= 1;
  });
  const status = random() < failing ? 503 : 200;
  const delay = between(random, ...delayMs);
  receipts.push({
    deliveryId: String(message.headers['webhook-id'] ?? ''),
    path: message.url ?? '/',
    bodyHash: createHash('sha256').update(body).digest('hex'),
    sequence: sequenceIn(body),
    at,
    status,
    underWay,
  });
  if (hold === true) await new Promise<void>((resolve) => held.add(resolve));
  if (delay >= 1) await new Promise((resolve) => setTimeout(resolve, delay));
  response.writeHead(status).end();
}

function sequenceIn(body: string): number | null {
  const found = /"sequence":(\d+)/.exec(body)?.[1];
  return found === undefined ? null : Number(found);
}

const server = createServer((message, response) => {
  handle(message, response).catch(() => response.destroy());
});
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  process.stdout.write(`receiver listens on http://127.0.0.1:${port}\n`);
});
// Whoever started it is gone.
process.stdin.resume().on('end', () => process.exit(0));
