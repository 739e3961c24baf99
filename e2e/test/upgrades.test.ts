import { connect } from 'node:net';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { createApi, makeOrganization } from '../src/api.ts';
import { startCluster } from '../src/cluster.ts';
import { countOpen, readLedger } from '../src/ledger.ts';
import { makeDatabase, type Place, postgresUrl } from '../src/places.ts';
import { killPrograms } from '../src/program.ts';
import { type Publisher, startPublisher } from '../src/publisher.ts';
import { startReceiver } from '../src/receiver.ts';
import { until } from '../src/waiting.ts';

const perSecond = Number(process.env.E2E_UPGRADE_RATE ?? 200);
const drainLimitMs = 30_000;
/** Accepted before each restart and while it lasts. */
const eventsBetween = 100;

interface Delivery {
  readonly id: string;
  readonly event_id: string;
  readonly state: string;
  readonly attempts: number;
}

const places: Place[] = [];
const clients: pg.Client[] = [];
afterEach(async () => {
  await killPrograms();
  await Promise.all(clients.splice(0).map((client) => client.end()));
  await Promise.all(places.splice(0).map((place) => place.remove()));
});

const accepted = ({ log }: Publisher) => log.filter(({ outcome }) => outcome === 'accepted').length;

async function moreAccepted(publisher: Publisher): Promise<void> {
  const target = accepted(publisher) + eventsBetween;
  await until(`${eventsBetween} more events are accepted`, () => accepted(publisher) >= target);
}

describe.skipIf(postgresUrl === undefined)('a rolling restart', () => {
  it('is not noticed by publishers and receivers', { timeout: 240_000 }, async () => {
    const place = await makeDatabase();
    places.push(place);
    const { dataDir, databaseUrl } = place;
    const [cluster, receiver] = await Promise.all([
      startCluster({
        'api-1': { dataDir, databaseUrl, roles: 'api' },
        'api-2': { dataDir, databaseUrl, roles: 'api' },
        'worker-1': { dataDir, databaseUrl, roles: 'worker' },
        'worker-2': { dataDir, databaseUrl, roles: 'worker' },
      }),
      startReceiver(),
    ]);
    const api = await makeOrganization(cluster.address, 'upgraded');
    await api.post('/v1/endpoints', { url: receiver.url, events: ['*'] });
    await receiver.behave({ delayMs: [20, 400], failing: 0 });
    const publisher = startPublisher({ addresses: cluster.addresses, key: api.key, perSecond });
    const since = performance.now();
    const emptied = (address: string) =>
      until(`${address} has answered everything`, () => (publisher.underWay.get(address) ?? 0) === 0);
    for (const name of ['api-1', 'worker-1', 'api-2', 'worker-2']) {
      await moreAccepted(publisher);
      const { code, ms } = await cluster.renew(name, { emptied });
      expect(code, name).toBe(0);
      expect(ms, name).toBeLessThan(drainLimitMs);
    }
    await moreAccepted(publisher);
    await publisher.stop();
    const rate = accepted(publisher) / ((performance.now() - since) / 1000);
    await until('every delivery has ended', async () => (await countOpen(api)) === 0);
    expect(publisher.log.flatMap(({ troubles }) => troubles)).toEqual([]);
    expect(publisher.log.filter(({ outcome }) => outcome !== 'accepted')).toEqual([]);
    const deliveries = await api.all<Delivery>('/v1/deliveries');
    const sentOnce = deliveries.filter(({ state, attempts }) => state === 'delivered' && attempts === 1);
    expect(sentOnce).toHaveLength(deliveries.length);
    const sorted = (ids: readonly (string | null)[]) => [...ids].sort();
    expect(sorted(deliveries.map(({ event_id }) => event_id))).toEqual(
      sorted(publisher.log.map(({ eventId }) => eventId)),
    );
    const receipts = await receiver.receipts();
    expect(sorted(receipts.map(({ deliveryId }) => deliveryId))).toEqual(
      sorted(deliveries.map(({ id }) => id)),
    );
    console.log(`upgraded: ${deliveries.length} events, ${rate.toFixed(0)} of ${perSecond} a second`);
  });

  it('finishes what is under way in each process', { timeout: 120_000 }, async () => {
    const place = await makeDatabase();
    places.push(place);
    const { dataDir, databaseUrl } = place;
    const [cluster, receiver] = await Promise.all([
      startCluster({
        api: { dataDir, databaseUrl, roles: 'api' },
        worker: { dataDir, databaseUrl, roles: 'worker' },
      }),
      startReceiver(),
    ]);
    const administrator = new pg.Client({ connectionString: databaseUrl });
    clients.push(administrator);
    await administrator.connect();
    const api = await makeOrganization(cluster.address, 'draining');
    await api.post('/v1/endpoints', { url: receiver.url, events: ['*'] });

    // A worker whose requests the receiver has not answered yet.
    await receiver.behave({ delayMs: [0, 0], failing: 0, hold: true });
    for (let n = 0; n < 10; n += 1) await api.post('/v1/events', { type: 'thing.held', data: { n } });
    await until('the receiver holds them', async () => (await receiver.receipts()).length === 10);
    const worker = cluster.renew('worker');
    const fresh = await api.post<{ id: string }>('/v1/events', { type: 'thing.came', data: {} });
    await receiver.behave({ delayMs: [0, 0], failing: 0 });
    expect(await worker).toMatchObject({ code: 0 });
    await until('every delivery has ended', async () => (await countOpen(api)) === 0);
    expect(await receiver.receipts()).toHaveLength(11);
    for (const delivery of (await readLedger(api)).deliveries)
      expect(delivery).toMatchObject({ state: 'delivered', attemptCount: 1 });

    // An API process with a publish that waits for the database, and one that has come halfway.
    const { address } = cluster.service('api');
    await administrator.query('begin; lock table events in exclusive mode');
    const direct = createApi(() => address, api.key);
    const waiting = direct.call<{ id: string }>('POST', '/v1/events', { type: 'thing.waited', data: {} });
    await until('the publish waits for the lock', async () => {
      const { rows } = await administrator.query(
        `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rows.length > 0;
    });
    const halfway = sendHalf(address, api.key, JSON.stringify({ type: 'thing.halved', data: {} }));
    await halfway.begun;
    const ending = cluster.service('api').terminate();
    await until('it takes nothing new', async () => {
      const answer = await fetch(`${address}/healthz`, { headers: { connection: 'close' } }).catch(
        () => null,
      );
      return answer === null;
    });
    const rest = halfway.finish();
    await administrator.query('commit');
    expect((await waiting).status).toBe(202);
    expect(await rest).toMatch(/^HTTP\/1\.1 202 /);
    expect(await ending).toMatchObject({ code: 0 });
    expect(fresh.id).toMatch(/^evt_/);
    const { rows } = await administrator.query('select type from events order by id');
    expect(rows.map(({ type }) => type).sort()).toEqual(
      [...Array<string>(10).fill('thing.held'), 'thing.came', 'thing.waited', 'thing.halved'].sort(),
    );
  });
});

/** A publish whose body arrives in two halves, by hand. */
function sendHalf(address: string, key: string, body: string) {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  const middle = body.length / 2;
  const head = [
    'POST /v1/events HTTP/1.1',
    `host: ${hostname}`,
    `authorization: Bearer ${key}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    'expect: 100-continue',
  ];
  let said = '';
  socket.on('data', (chunk) => {
    said += chunk;
  });
  const closed = new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('close', () => resolve());
  });
  socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, middle)}`);
  return {
    /** The server has read the head, and says so. */
    begun: until('the server asks for the body', () => said.startsWith('HTTP/1.1 100 ')),
    async finish() {
      socket.write(body.slice(middle));
      await closed;
      return said.split('\r\n\r\n')[1];
    },
  };
}
