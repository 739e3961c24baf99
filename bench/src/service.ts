import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { request } from 'undici';
import type { Server } from './processes.ts';

/** Makes an organization with so many endpoints; each takes one of the event types, by turns. */
export async function makeTenant(
  server: Server,
  slug: string,
  { url, endpoints, types }: { readonly url: string; readonly endpoints: number; readonly types: number },
): Promise<{ readonly key: string }> {
  const { id } = await post(server, '/v1/organizations', { name: slug, slug }, server.adminToken);
  const keyPath = `/v1/organizations/${id}/keys`;
  const { secret = '' } = await post(server, keyPath, { name: 'Bench', scopes: ['*'] }, server.adminToken);
  const numbers = Array.from({ length: endpoints }, (_, index) => index).values();
  const maker = async () => {
    for (const index of numbers)
      await post(server, '/v1/endpoints', { url, events: [`bench.type_${index % types}`] }, secret);
  };
  await Promise.all(Array.from({ length: 8 }, maker));
  return { key: secret };
}

/** @throws when it is refused */
export async function post(
  server: Server,
  path: string,
  body: unknown,
  token: string,
): Promise<Record<string, string>> {
  const answer = await request(`${server.address}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`POST ${path} answered ${answer.statusCode}: ${text}`);
  return JSON.parse(text);
}

/** Deliveries that have ended since the server started. */
export async function countFinished(server: Server): Promise<number> {
  const { body } = await request(`${server.address}/metrics`);
  const lines = (await body.text()).matchAll(/^sluice_deliveries_finished_total\{[^}]*\} (\d+)/gm);
  return [...lines].reduce((sum, [, value]) => sum + Number(value), 0);
}

/** What the sink has got since the last report. */
export async function readReport(sink: string): Promise<{ count: number; receipts: [number, number][] }> {
  const { body } = await request(`${sink}/_report`);
  return JSON.parse(await body.text());
}

/** A database of its own on a server. */
export async function makeDatabase(
  postgresUrl: string,
): Promise<{ readonly url: string; drop(): Promise<void> }> {
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
