import { standard, verify } from '@sluice/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi, makeOrganization } from '../src/api.ts';
import { type Cluster, startCluster } from '../src/cluster.ts';
import { makeCredentials } from '../src/credentials.ts';
import { type Inbox, openInbox } from '../src/inbox.ts';
import { countOpen, readLedger } from '../src/ledger.ts';
import { makeDatabase, type Place, postgresUrl } from '../src/places.ts';
import { killPrograms, root } from '../src/program.ts';
import { operatorToken } from '../src/service.ts';
import { until } from '../src/waiting.ts';

const hourMs = 3_600_000;
const revokedWithinMs = 5_000;
const timeout = 120_000;

/** What Node is told so that a process has another idea of the time. */
const clockOff = (ms: number) => ({
  nodeArgs: ['--import', `${root}e2e/src/clock-off-main.ts`],
  environment: { CLOCK_OFF_MS: String(ms) },
});

describe.skipIf(postgresUrl === undefined)('several processes on one database', () => {
  let place: Place & { readonly databaseUrl: string };
  let cluster: Cluster;
  let inbox: Inbox;

  beforeAll(async () => {
    place = await makeDatabase();
    const { dataDir, databaseUrl } = place;
    cluster = await startCluster({
      'api-1': { dataDir, databaseUrl, roles: 'api' },
      'api-2': { dataDir, databaseUrl, roles: 'api', ...clockOff(hourMs) },
      'worker-1': { dataDir, databaseUrl, roles: 'worker', ...clockOff(hourMs) },
      'worker-2': { dataDir, databaseUrl, roles: 'worker', ...clockOff(-hourMs) },
    });
    inbox = await openInbox();
  });
  afterAll(async () => {
    await killPrograms();
    await inbox.close();
    await place.remove();
  });

  const at = (name: string) => cluster.service(name).address;

  it('make one event of two hundred publishes with one key', { timeout }, async () => {
    const [mine, other] = await Promise.all(
      ['mine', 'other'].map((slug) => makeOrganization(cluster.address, slug)),
    );
    if (!mine || !other) throw new Error('There are two organizations.');
    const publish = async (key: string, name: string, n: number) => {
      const answer = await fetch(`${at(name)}/v1/events`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'idempotency-key': 'the-one',
        },
        body: JSON.stringify({ type: 'thing.happened', data: { n } }),
      });
      return { status: answer.status, text: await answer.text() };
    };
    const names = ['api-1', 'api-2'];
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, index) => publish(mine.key, names[index % 2] ?? '', 1)),
    );
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(all.map(({ text }) => text)).size).toBe(1);
    for (const name of names) expect((await publish(mine.key, name, 2)).status, name).toBe(409);
    for (const name of names) expect((await publish(other.key, name, 2)).status, name).toBe(202);
    const idsOf = async (api: typeof mine) =>
      (await api.all<{ id: string }>('/v1/events')).map(({ id }) => id);
    const [ofMine, ofOther] = [await idsOf(mine), await idsOf(other)];
    expect([ofMine.length, ofOther.length]).toEqual([1, 1]);
    expect(ofMine).not.toEqual(ofOther);
  });

  it('all refuse what one of them has revoked', { timeout }, async () => {
    const operator = createApi(() => at('api-1'), operatorToken);
    const { id } = await operator.post<{ id: string }>('/v1/organizations', {
      name: 'Revoked',
      slug: 'revoked',
      preset: 'flowlu',
    });
    const { secret } = await operator.post<{ secret: string }>(`/v1/organizations/${id}/keys`, {
      name: 'Everything',
      scopes: ['*'],
    });
    const api = createApi(() => at('api-1'), secret);
    const everywhere = ['api-1', 'api-2'].map(at);
    for (const credential of await makeCredentials(api, () => at('api-2'))) {
      for (const address of everywhere) expect(await credential.tryAt(address), credential.kind).toBe(200);
      await credential.revoke();
      const revokedAt = performance.now();
      await until(
        `the ${credential.kind} is refused everywhere`,
        async () => {
          const statuses = await Promise.all(everywhere.map((address) => credential.tryAt(address)));
          return statuses.every((status) => status === 401);
        },
        revokedWithinMs,
      );
      expect(performance.now() - revokedAt, credential.kind).toBeLessThan(revokedWithinMs);
    }
  });

  it('keep to the schedule though their clocks are off by an hour', { timeout }, async () => {
    const api = await makeOrganization(() => at('api-2'), 'clocks');
    inbox.answer = ({ path }) =>
      path === '/retried' && inbox.requests.filter((request) => request.path === '/retried').length < 4
        ? 503
        : 200;
    const make = (path: string, events: string[]) =>
      api.post<{ id: string; secret: string }>('/v1/endpoints', {
        url: inbox.url + path,
        events,
        retry_delays: [1, 2, 3],
        timeout_seconds: 5,
      });
    const retried = await make('/retried', ['thing.retried']);
    await make('/scheduled', ['thing.scheduled']);
    const dueAt = Date.now() + 4_000;
    await api.post('/v1/events', {
      type: 'thing.scheduled',
      data: {},
      deliver_at: new Date(dueAt).toISOString(),
    });
    await api.post('/v1/events', { type: 'thing.retried', data: {} });
    const scheduled = await inbox.arrival(1, '/scheduled');
    const last = await inbox.arrival(4, '/retried');
    expect(scheduled.at).toBeGreaterThanOrEqual(dueAt);
    // Late by what a busy machine takes, not by an hour.
    expect(scheduled.at - dueAt).toBeLessThan(30_000);
    const arrivals = inbox.requests.filter(({ path }) => path === '/retried').map((request) => request.at);
    for (const [index, delay] of [1_000, 2_000, 3_000].entries()) {
      const waited = (arrivals[index + 1] ?? 0) - (arrivals[index] ?? 0);
      expect(waited).toBeGreaterThanOrEqual(delay * 0.8);
      expect(waited).toBeLessThan(delay * 1.2 + 30_000);
    }
    expect(
      await verify(standard, { ...last, secret: retried.secret, now: new Date(last.at) }),
      'signed with the right time',
    ).toMatchObject({ ok: true });
    await until('every delivery has ended', async () => (await countOpen(api)) === 0);
    const outcomes = (await readLedger(api)).deliveries.flatMap(({ attempts }) =>
      attempts.map(({ outcome }) => outcome),
    );
    expect(outcomes.sort()).toEqual(['delivered', 'delivered', 'http_error', 'http_error', 'http_error']);
  });
});
