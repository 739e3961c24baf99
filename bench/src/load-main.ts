/**
 * Publishes over HTTP. `flood`: as fast as the answers come, from so many clients at once. `steady`: so many a second,
 * whatever the answers do. Prints what it published, and when each event was sent and accepted.
 */
import { Agent } from 'undici';
import { now } from './clock.ts';

const [mode = 'flood', address = '', key = '', seconds = '5', amount = '64', types = '1'] =
  process.argv.slice(2);
const agent = new Agent({ connections: 256, pipelining: 1 });
const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
const sentAt: number[] = [];
const acceptedAt: number[] = [];
let failures = 0;

async function publish(sequence: number): Promise<void> {
  const data = { sequence, invoice_id: 'in_42', amount: 1999, currency: 'EUR' };
  sentAt[sequence] = now();
  const answer = await agent.request({
    origin: address,
    path: '/v1/events',
    method: 'POST',
    headers,
    body: JSON.stringify({ type: `bench.type_${sequence % Number(types)}`, data }),
  });
  await answer.body.dump();
  acceptedAt[sequence] = now();
  if (answer.statusCode !== 202) failures += 1;
}

async function flood(): Promise<void> {
  const end = performance.now() + Number(seconds) * 1000;
  let sequence = 0;
  const client = async () => {
    while (performance.now() < end) await publish(sequence++);
  };
  await Promise.all(Array.from({ length: Number(amount) }, client));
}

async function steady(): Promise<void> {
  const since = performance.now();
  const total = Number(amount) * Number(seconds);
  const underWay: Promise<void>[] = [];
  while (underWay.length < total) {
    const owed = Math.min(total, ((performance.now() - since) / 1000) * Number(amount));
    while (underWay.length < owed) underWay.push(publish(underWay.length));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(underWay);
}

await (mode === 'flood' ? flood() : steady());
await agent.close();
const times = mode === 'flood' ? {} : { sentAt, acceptedAt };
process.stdout.write(`${JSON.stringify({ published: sentAt.length, failures, ...times })}\n`);
