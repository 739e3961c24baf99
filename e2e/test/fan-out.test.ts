import { afterEach, describe, expect, it } from 'vitest';
import { type Api, makeOrganization } from '../src/api.ts';
import { startCluster } from '../src/cluster.ts';
import { countOpen } from '../src/ledger.ts';
import { makeDatabase, makeFolder, type Place, postgresUrl } from '../src/places.ts';
import { killPrograms } from '../src/program.ts';
import { startReceiver } from '../src/receiver.ts';
import type { ServiceOptions } from '../src/service.ts';
import { until } from '../src/waiting.ts';

const atOnce = 16;
const timeout = 400_000;

interface Delivery {
  readonly id: string;
  readonly endpoint_id: string;
  readonly state: string;
  readonly attempts: number;
}

const places: Place[] = [];
afterEach(async () => {
  await killPrograms();
  await Promise.all(places.splice(0).map((place) => place.remove()));
});

async function embedded(): Promise<Record<string, ServiceOptions>> {
  const place = await makeFolder();
  places.push(place);
  return { everything: { dataDir: place.dataDir } };
}

async function onPostgres(): Promise<Record<string, ServiceOptions>> {
  const place = await makeDatabase();
  places.push(place);
  const options = { dataDir: place.dataDir, databaseUrl: place.databaseUrl };
  return {
    api: { ...options, roles: 'api' },
    'worker-1': { ...options, roles: 'worker' },
    'worker-2': { ...options, roles: 'worker' },
  };
}

/** Answers the ids. */
async function makeEndpoints(api: Api, url: string, endpoints: number): Promise<string[]> {
  const ids: string[] = [];
  const paths = Array.from({ length: endpoints }, (_, n) => `/${n}`).values();
  const makeSome = async () => {
    for (const path of paths) {
      const settings = { url: url + path, events: ['*'], timeout_seconds: 5, retry_delays: [1, 1, 1, 1, 1] };
      ids.push((await api.post<{ id: string }>('/v1/endpoints', settings)).id);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, makeSome));
  return ids;
}

describe.each([
  {
    name: 'embedded',
    available: true,
    members: embedded,
    endpoints: 2_000,
    kills: ['everything', 'everything'],
  },
  {
    name: 'postgres',
    available: postgresUrl !== undefined,
    members: onPostgres,
    endpoints: 10_000,
    kills: ['worker-1', 'worker-2', 'api'],
  },
])('one event for $endpoints endpoints ($name)', ({ name, available, members, endpoints, kills }) => {
  it.skipIf(!available)('is delivered to each of them though processes are killed', { timeout }, async () => {
    const [cluster, receiver] = await Promise.all([startCluster(await members()), startReceiver()]);
    const api = await makeOrganization(cluster.address, 'fan-out');
    const since = performance.now();
    const ids = await makeEndpoints(api, receiver.url, endpoints);
    const madeMs = performance.now() - since;

    // Accepted once, whoever dies while it is.
    const event = { id: 'the-one', type: 'thing.spread', data: { sequence: 1 } };
    const unanswered = api.call('POST', '/v1/events', event).catch(() => null);
    const [first = '', ...others] = kills.toReversed();
    await cluster.crash(first);
    await unanswered;
    await until('the event is accepted', async () => {
      const answer = await api.call('POST', '/v1/events', event).catch(() => null);
      return answer?.status === 202;
    });

    for (const [index, victim] of others.entries()) {
      const share = (index + 1) / (others.length + 1);
      await until(
        `${share} of them have got it`,
        async () => (await receiver.receipts()).length > endpoints * share,
      );
      await cluster.crash(victim);
    }
    await until('every delivery has ended', async () => (await countOpen(api)) === 0, 180_000);

    const deliveries = await api.all<Delivery>('/v1/deliveries');
    expect(new Set(deliveries.map(({ state }) => state))).toEqual(new Set(['delivered']));
    expect(deliveries.map(({ endpoint_id }) => endpoint_id).sort()).toEqual([...ids].sort());
    const receipts = new Map<string, number>();
    for (const { deliveryId } of await receiver.receipts())
      receipts.set(deliveryId, (receipts.get(deliveryId) ?? 0) + 1);
    const unsound = deliveries.filter(({ id, attempts }) => {
      const count = receipts.get(id) ?? 0;
      return count < 1 || count > attempts;
    });
    expect(unsound).toEqual([]);
    expect(receipts.size).toBe(endpoints);
    const again = deliveries.filter(({ attempts }) => attempts > 1).length;
    console.log(
      `${name}: ${endpoints} endpoints made in ${(madeMs / 1000).toFixed(1)} s, ${kills.length} kills, ${again} cut off and sent again, all in ${((performance.now() - since) / 1000).toFixed(1)} s`,
    );
  });
});
