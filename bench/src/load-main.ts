/**
 * Publishes over HTTP. `flood`: as fast as the answers come, from so many clients at once. `steady`: so many requests a
 * second, whatever the answers do. Prints what it published, how long that took, and when each request of a steady run
 * was sent and answered.
 */
import { parseArgs } from 'node:util';
import { Agent } from 'undici';
import { now } from './clock.ts';

const { values } = parseArgs({
  options: {
    address: { type: 'string', default: '' },
    path: { type: 'string', default: '/v1/events' },
    key: { type: 'string', default: '' },
    seconds: { type: 'string', default: '3' },
    /** Clients of a flood. */
    clients: { type: 'string', default: '64' },
    /** Requests a second of a steady run; makes it one. */
    rate: { type: 'string' },
    /** Event types: one after another. */
    types: { type: 'string', default: '1' },
    /** Events in a request; more than one go to the batch's path. */
    batch: { type: 'string', default: '1' },
  },
});
const { address, path, key } = values;
const seconds = Number(values.seconds);
const types = Number(values.types);
const batch = Number(values.batch);
const agent = new Agent({ connections: 256, pipelining: 1 });
const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
const sentAt: number[] = [];
const answeredAt: number[] = [];
let failures = 0;

function eventOf(sequence: number) {
  const data = { sequence, invoice_id: 'in_42', amount: 1999, currency: 'EUR' };
  return { type: `bench.type_${sequence % types}`, data };
}

async function publish(request: number): Promise<void> {
  const events = Array.from({ length: batch }, (_, index) => eventOf(request * batch + index));
  const body = batch === 1 ? JSON.stringify(events[0]) : JSON.stringify({ events });
  sentAt[request] = now();
  const answer = await agent.request({ origin: address, path, method: 'POST', headers, body });
  await answer.body.dump();
  answeredAt[request] = now();
  if (answer.statusCode >= 300) failures += 1;
}

async function flood(): Promise<void> {
  const end = performance.now() + seconds * 1000;
  let request = 0;
  const client = async () => {
    while (performance.now() < end) await publish(request++);
  };
  await Promise.all(Array.from({ length: Number(values.clients) }, client));
}

async function steady(rate: number): Promise<void> {
  const since = performance.now();
  const underWay: Promise<void>[] = [];
  while (underWay.length < rate * seconds) {
    const owed = Math.min(rate * seconds, ((performance.now() - since) / 1000) * rate);
    while (underWay.length < owed) underWay.push(publish(underWay.length));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(underWay);
}

const since = performance.now();
await (values.rate === undefined ? flood() : steady(Number(values.rate)));
const took = (performance.now() - since) / 1000;
await agent.close();
const times = values.rate === undefined ? {} : { sentAt, answeredAt };
process.stdout.write(
  `${JSON.stringify({ published: sentAt.length * batch, seconds: took, failures, ...times })}\n`,
);
