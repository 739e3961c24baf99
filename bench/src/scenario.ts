import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { request } from 'undici';
import { runToEnd, type Server, startServer } from './processes.ts';

export interface Options {
  readonly seconds: number;
  readonly steadySeconds: number;
  /** Folder for CPU profiles of the server; `null` for none. */
  readonly profile: string | null;
}

export interface Throughput {
  readonly events: number;
  readonly deliveries: number;
  readonly seconds: number;
  readonly deliveriesPerSecond: number;
  /** Processor time of the service itself, without the database server's: steadier than the clock on a busy machine. */
  readonly cpuMsPerDelivery: number | null;
}

export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

export interface Latency {
  readonly events: number;
  readonly acceptMs: Quantiles;
  readonly acceptToReceiptMs: Quantiles;
  readonly sendToReceiptMs: Quantiles;
}

export interface DatabaseFigures {
  /** Every event goes to one of ten endpoints. */
  readonly one: Throughput;
  /** Every event goes to all ten. */
  readonly ten: Throughput;
  readonly steady: Latency;
}

const endpoints = 10;
/** Clients that publish at once. */
export const publishers = 64;
export const steadyRate = 200;

/** Measures the service on one database: from the publish over HTTP to the settled delivery. */
export async function measure(
  sink: string,
  postgresUrl: string | null,
  options: Options,
): Promise<DatabaseFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  const database = postgresUrl === null ? null : await makeDatabase(postgresUrl);
  try {
    const server = await startServer(folder, database?.url ?? null, options.profile);
    try {
      await flood(server, sink, 'warm-up', 2, endpoints);
      return {
        one: await flood(server, sink, 'one', options.seconds, endpoints),
        ten: await flood(server, sink, 'ten', options.seconds, 1),
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

/** @param types how many event types there are: each endpoint takes one of them, by turns */
async function flood(
  server: Server,
  sink: string,
  slug: string,
  seconds: number,
  types: number,
): Promise<Throughput> {
  const key = await makeOrganization(server, `flood-${slug}`, `${sink}/${slug}`, endpoints, types);
  await report(sink);
  const before = await finished(server);
  const cpuBefore = await server.cpuMs();
  const since = performance.now();
  const load = await runToEnd<{ published: number; failures: number }>('load-main.ts', [
    'flood',
    server.address,
    key,
    seconds,
    publishers,
    types,
  ]);
  if (load.failures > 0) throw new Error(`${load.failures} publishes failed.`);
  const deliveries = (load.published * endpoints) / types;
  while ((await finished(server)) - before < deliveries)
    await new Promise((resolve) => setTimeout(resolve, 50));
  const took = (performance.now() - since) / 1000;
  const cpuMs = (await server.cpuMs()) - cpuBefore;
  const { count } = await report(sink);
  if (count !== deliveries) throw new Error(`${deliveries} deliveries ended, and ${count} requests arrived.`);
  return {
    events: load.published,
    deliveries,
    seconds: took,
    deliveriesPerSecond: deliveries / took,
    cpuMsPerDelivery: Number.isNaN(cpuMs) ? null : cpuMs / deliveries,
  };
}

async function steady(server: Server, sink: string, seconds: number): Promise<Latency> {
  const key = await makeOrganization(server, 'steady', `${sink}/timed`, 1, 1);
  await report(sink);
  const load = await runToEnd<{
    published: number;
    failures: number;
    sentAt: number[];
    acceptedAt: number[];
  }>('load-main.ts', ['steady', server.address, key, seconds, steadyRate, 1]);
  if (load.failures > 0) throw new Error(`${load.failures} publishes failed.`);
  const receivedAt = new Map<number, number>();
  while (receivedAt.size < load.published)
    for (const [sequence, at] of (await report(sink)).receipts) receivedAt.set(sequence, at);
  const measured = [...receivedAt].map(([sequence, at]) => ({
    at,
    sent: load.sentAt[sequence] ?? 0,
    accepted: load.acceptedAt[sequence] ?? 0,
  }));
  return {
    events: load.published,
    acceptMs: quantiles(measured.map(({ sent, accepted }) => accepted - sent)),
    // The receiver can have it before the publisher's own answer is read.
    acceptToReceiptMs: quantiles(measured.map(({ at, accepted }) => Math.max(0, at - accepted))),
    sendToReceiptMs: quantiles(measured.map(({ at, sent }) => at - sent)),
  };
}

function quantiles(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

async function report(sink: string): Promise<{ count: number; receipts: [number, number][] }> {
  const { body } = await request(`${sink}/_report`);
  return JSON.parse(await body.text());
}

/** Deliveries that have ended since the server started. */
async function finished(server: Server): Promise<number> {
  const { body } = await request(`${server.address}/metrics`);
  const lines = (await body.text()).matchAll(/^sluice_deliveries_finished_total\{[^}]*\} (\d+)/gm);
  return [...lines].reduce((sum, [, value]) => sum + Number(value), 0);
}

async function makeOrganization(
  server: Server,
  slug: string,
  url: string,
  count: number,
  types: number,
): Promise<string> {
  const post = async (path: string, body: unknown, token: string): Promise<Record<string, string>> => {
    const answer = await request(`${server.address}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`POST ${path} answered ${answer.statusCode}: ${text}`);
    return JSON.parse(text);
  };
  const { id } = await post('/v1/organizations', { name: slug, slug }, server.adminToken);
  const { secret = '' } = await post(
    `/v1/organizations/${id}/keys`,
    { name: 'Bench', scopes: ['*'] },
    server.adminToken,
  );
  for (let index = 0; index < count; index += 1) {
    await post('/v1/endpoints', { url, events: [`bench.type_${index % types}`] }, secret);
  }
  return secret;
}

async function makeDatabase(postgresUrl: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `sluice_bench_${randomBytes(6).toString('hex')}`;
  const run = async (statement: string) => {
    const client = new pg.Client({ connectionString: postgresUrl });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  await run(`create database ${name} encoding 'UTF8' template template0`);
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(`drop database ${name} with (force)`) };
}
