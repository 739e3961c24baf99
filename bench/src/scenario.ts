import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchSize, type InsertLimits, measureInserts } from './limits.ts';
import { load, type Quantiles, quantiles } from './load.ts';
import { type Server, startServer } from './processes.ts';
import { countFinished, makeDatabase, makeTenant, post, readReport } from './service.ts';

export interface Options {
  readonly seconds: number;
  readonly steadySeconds: number;
  /** Endpoints of the one event that goes to many. */
  readonly fanOut: number;
  /** Folder for CPU profiles of the server; `null` for none. */
  readonly profile: string | null;
}

export interface Throughput {
  readonly count: number;
  readonly perSecond: number;
  /** Processor time of the service itself, without the database server's: steadier than the clock on a busy machine. */
  readonly cpuMsEach: number | null;
}

export interface Latency {
  readonly publishAnsweredMs: Quantiles;
  readonly acceptedToReceivedMs: Quantiles;
  readonly sentToReceivedMs: Quantiles;
}

export interface DatabaseFigures {
  readonly inserts: InsertLimits;
  /** Events that nobody has subscribed to, so that nothing but accepting is measured. */
  readonly acceptSingle: Throughput;
  readonly acceptBatch: Throughput;
  /** From the publish to the settled delivery: every event goes to one of ten endpoints, or to all ten. */
  readonly deliverOne: Throughput;
  readonly deliverTen: Throughput;
  /** One event for many endpoints. */
  readonly fanOut: Throughput;
  readonly steady: Latency;
}

const endpoints = 10;
/** Clients that publish at once, and that publish batches. */
export const publishers = 64;
const batchPublishers = 4;
export const steadyRate = 100;

/** Measures the service on one database. */
export async function measure(
  sink: string,
  postgresUrl: string | null,
  options: Options,
): Promise<DatabaseFigures> {
  const inserts = await measureInserts(postgresUrl, Math.min(options.seconds, 3));
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  const database = postgresUrl === null ? null : await makeDatabase(postgresUrl);
  try {
    const server = await startServer(folder, database?.url ?? null, options.profile);
    const { seconds } = options;
    try {
      await deliver(server, sink, { slug: 'warm-up', seconds: 2, types: endpoints });
      return {
        inserts,
        acceptSingle: await accept(server, { slug: 'single', seconds, batch: 1, clients: publishers }),
        acceptBatch: await accept(server, {
          slug: 'batch',
          seconds,
          batch: batchSize,
          clients: batchPublishers,
        }),
        deliverOne: await deliver(server, sink, { slug: 'one', seconds, types: endpoints }),
        deliverTen: await deliver(server, sink, { slug: 'ten', seconds, types: 1 }),
        fanOut: await fanOut(server, sink, options.fanOut),
        steady: await steady(server, sink, options.steadySeconds),
      };
    } finally {
      await server.stop();
    }
  } finally {
    await database?.drop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Counts what a piece of work does to the clock and to the service's processor time. */
async function timed(server: Server, work: () => Promise<number>): Promise<Throughput> {
  const cpuBefore = await server.cpuMs();
  const since = performance.now();
  const count = await work();
  const perSecond = (count / (performance.now() - since)) * 1000;
  const cpuMs = (await server.cpuMs()) - cpuBefore;
  return { count, perSecond, cpuMsEach: Number.isNaN(cpuMs) ? null : cpuMs / count };
}

async function accept(
  server: Server,
  { slug, ...options }: { slug: string; seconds: number; batch: number; clients: number },
): Promise<Throughput> {
  const { key } = await makeTenant(server, `accept-${slug}`, { url: '', endpoints: 0, types: 1 });
  const path = options.batch === 1 ? '/v1/events' : '/v1/events/batch';
  return timed(server, async () => {
    const { published } = await load({ address: server.address, key, path, ...options });
    return published;
  });
}

/** @param options.types how many event types there are: each endpoint takes one of them, by turns */
async function deliver(
  server: Server,
  sink: string,
  { slug, seconds, types }: { slug: string; seconds: number; types: number },
): Promise<Throughput> {
  const { key } = await makeTenant(server, `deliver-${slug}`, { url: `${sink}/${slug}`, endpoints, types });
  return allDelivered(server, sink, async () => {
    const flood = await load({ address: server.address, key, seconds, clients: publishers, types });
    return (flood.published * endpoints) / types;
  });
}

async function fanOut(server: Server, sink: string, count: number): Promise<Throughput> {
  const { key } = await makeTenant(server, 'fan-out', { url: `${sink}/many`, endpoints: count, types: 1 });
  return allDelivered(server, sink, async () => {
    await post(server, '/v1/events', { type: 'bench.type_0', data: { sequence: 0 } }, key);
    return count;
  });
}

/** Waits until what has been published is delivered, each delivery once. */
async function allDelivered(
  server: Server,
  sink: string,
  publish: () => Promise<number>,
): Promise<Throughput> {
  await readReport(sink);
  const before = await countFinished(server);
  const figures = await timed(server, async () => {
    const deliveries = await publish();
    while ((await countFinished(server)) - before < deliveries)
      await new Promise((resolve) => setTimeout(resolve, 50));
    return deliveries;
  });
  const { count } = await readReport(sink);
  if (count !== figures.count)
    throw new Error(`${figures.count} deliveries ended, and ${count} requests arrived.`);
  return figures;
}

async function steady(server: Server, sink: string, seconds: number): Promise<Latency> {
  const { key } = await makeTenant(server, 'steady', { url: `${sink}/timed`, endpoints: 1, types: 1 });
  await readReport(sink);
  const {
    published,
    sentAt = [],
    answeredAt = [],
  } = await load({
    address: server.address,
    key,
    seconds,
    rate: steadyRate,
  });
  const receivedAt = new Map<number, number>();
  while (receivedAt.size < published) {
    for (const [sequence, at] of (await readReport(sink)).receipts) receivedAt.set(sequence, at);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const measured = [...receivedAt].map(([sequence, at]) => ({
    at,
    sent: sentAt[sequence] ?? Number.NaN,
    answered: answeredAt[sequence] ?? Number.NaN,
  }));
  return {
    publishAnsweredMs: quantiles(measured.map(({ sent, answered }) => answered - sent)),
    // The receiver can have it before the publisher's own answer is read.
    acceptedToReceivedMs: quantiles(measured.map(({ at, answered }) => Math.max(0, at - answered))),
    sentToReceivedMs: quantiles(measured.map(({ at, sent }) => at - sent)),
  };
}
