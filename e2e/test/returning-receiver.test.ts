import { afterEach, describe, expect, it } from 'vitest';
import { makeOrganization } from '../src/api.ts';
import { startCluster } from '../src/cluster.ts';
import { countOpen } from '../src/ledger.ts';
import { makeDatabase, type Place, postgresUrl } from '../src/places.ts';
import { killPrograms } from '../src/program.ts';
import { startReceiver } from '../src/receiver.ts';
import { until } from '../src/waiting.ts';

const backlog = 400;
/** What one endpoint may have under way, over all workers. */
const mostUnderWay = 64;

const places: Place[] = [];
afterEach(async () => {
  await killPrograms();
  await Promise.all(places.splice(0).map((place) => place.remove()));
});

describe.skipIf(postgresUrl === undefined)('a receiver that comes back to a backlog', () => {
  it('gets a probe first, and more only as it answers, from several workers', {
    timeout: 180_000,
  }, async () => {
    const place = await makeDatabase();
    places.push(place);
    const { dataDir, databaseUrl } = place;
    const [cluster, receiver] = await Promise.all([
      startCluster({
        api: { dataDir, databaseUrl, roles: 'api' },
        'worker-1': { dataDir, databaseUrl, roles: 'worker' },
        'worker-2': { dataDir, databaseUrl, roles: 'worker' },
      }),
      startReceiver(),
    ]);
    await receiver.behave({ delayMs: [10, 30], failing: 1 });
    const api = await makeOrganization(cluster.address, 'returning');
    await api.post('/v1/endpoints', {
      url: receiver.url,
      events: ['*'],
      retry_delays: Array<number>(20).fill(1),
    });
    const events = Array.from({ length: backlog }, () => ({ type: 'thing.waited', data: {} }));
    await api.post('/v1/events/batch', { events });
    await until('only probes are sent', async () => {
      const last = (await receiver.receipts()).slice(-10);
      return last.length === 10 && last.every(({ underWay }) => underWay === 1);
    });
    await receiver.behave({ delayMs: [10, 30], failing: 0 });
    await until('every delivery has ended', async () => (await countOpen(api)) === 0);

    const receipts = await receiver.receipts();
    expect(Math.max(...receipts.map(({ underWay }) => underWay))).toBeLessThanOrEqual(mostUnderWay);
    const returned = receipts.filter(({ status }) => status === 200);
    expect(returned).toHaveLength(backlog);
    expect(returned[0]?.underWay).toBe(1);
    // Whoever is under way has not answered; each answer before opened the endpoint for one more.
    const early = returned.filter(({ underWay }, index) => underWay > 1 + (index + 1 - underWay));
    expect(early).toEqual([]);
    console.log(`returning: most under way ${Math.max(...returned.map(({ underWay }) => underWay))}`);
  });
});
