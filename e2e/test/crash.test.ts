import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { makeOrganization } from '../src/api.ts';
import { check, describeProblems } from '../src/checker.ts';
import { type Cluster, startCluster } from '../src/cluster.ts';
import { countOpen, readLedger } from '../src/ledger.ts';
import { makeDatabase, makeUsedFolder, type Place, postgresUrl } from '../src/places.ts';
import { killPrograms } from '../src/program.ts';
import { startPublisher } from '../src/publisher.ts';
import { seededRandom } from '../src/random.ts';
import { type Receiver, startReceiver } from '../src/receiver.ts';
import type { ServiceOptions } from '../src/service.ts';
import { until } from '../src/waiting.ts';

/** How long things go wrong, on each database. */
const seconds = Number(process.env.E2E_CRASH_SECONDS ?? 12);
const seed = Number(process.env.E2E_CRASH_SEED ?? Math.floor(Math.random() * 1_000_000));
const perSecond = 80;
/** Long enough that a busy machine does not time out what a receiver has answered; leases end 10 s later. */
const timeoutSeconds = 6;
const leaseMs = (timeoutSeconds + 10) * 1000;
/** Well within the timeout, and long enough that what was held a moment ago is held still. */
const holdMs = 4_000;
const heldAtLeast = 5;
/** Both receivers' worth of settling after the last kill, on a machine that is busy with other tests. */
const calmMs = 120_000;

const places: Place[] = [];
afterEach(async () => {
  await killPrograms();
  await Promise.all(places.splice(0).map((place) => place.remove()));
});
afterAll(killPrograms);

async function embedded(): Promise<Record<string, ServiceOptions>> {
  const place = await makeUsedFolder();
  places.push(place);
  return { everything: { dataDir: place.dataDir } };
}

async function onPostgres(): Promise<Record<string, ServiceOptions>> {
  const place = await makeDatabase();
  places.push(place);
  const options = { dataDir: place.dataDir, databaseUrl: place.databaseUrl };
  return {
    'api-1': { ...options, roles: 'api' },
    'api-2': { ...options, roles: 'api' },
    'worker-1': { ...options, roles: 'worker' },
    'worker-2': { ...options, roles: 'worker' },
  };
}

/** Publishes to two endpoints while `disturb` goes on, waits until all has settled, and lets the checker compare. */
async function run(
  members: Record<string, ServiceOptions>,
  disturb: (cluster: Cluster, receiver: Receiver) => Promise<void>,
) {
  const [cluster, receiver] = await Promise.all([startCluster(members), startReceiver(seed)]);
  const api = await makeOrganization(cluster.address, 'crash');
  const endpoints = [];
  for (const path of ['/first', '/second']) {
    const settings = {
      url: receiver.url + path,
      events: ['*'],
      timeout_seconds: timeoutSeconds,
      retry_delays: Array<number>(20).fill(1),
    };
    endpoints.push(await api.post<{ id: string }>('/v1/endpoints', settings));
  }
  const publisher = startPublisher({ addresses: cluster.addresses, key: api.key, perSecond });
  await disturb(cluster, receiver);
  await publisher.stop();
  await receiver.behave({ delayMs: [0, 0], failing: 0 });
  await until('every delivery has ended', async () => (await countOpen(api)) === 0, calmMs);
  const findings = check({
    sent: publisher.log,
    receipts: await receiver.receipts(),
    ledger: await readLedger(api),
    endpointIds: endpoints.map(({ id }) => id),
    kills: cluster.kills,
    leaseMs,
  });
  expect(describeProblems(findings), `seed ${seed}`).toBe('');
  return findings.figures;
}

/**
 * Crashes everybody in turn, and in the end all who deliver at once, while the receiver holds requests of theirs:
 * chance alone would leave runs in which nothing was in flight when a process died.
 */
async function crashWhileSending(cluster: Cluster, receiver: Receiver): Promise<number> {
  await receiver.behave({ delayMs: [0, 200], failing: 0.1 });
  const crashes = await cluster.crashForAWhile(seededRandom(seed), seconds, [300, 1_500]);
  const before = (await receiver.receipts()).length;
  await receiver.behave({ delayMs: [holdMs, holdMs], failing: 0 });
  await until('the receiver holds requests', async () => {
    const heldFrom = Date.now() - holdMs / 2;
    return (await receiver.receipts(before)).filter(({ at }) => at > heldFrom).length >= heldAtLeast;
  });
  await cluster.crashDeliverers();
  return crashes;
}

describe.each([
  { name: 'embedded', available: true, members: embedded },
  { name: 'postgres', available: postgresUrl !== undefined, members: onPostgres },
])('processes that are killed at random ($name)', ({ name, available, members }) => {
  it.skipIf(!available)(
    'lose nothing that was accepted, send twice only what was in flight, and hide no request',
    { timeout: seconds * 1000 + calmMs + 120_000 },
    async () => {
      let crashes = 0;
      const figures = await run(await members(), async (cluster, receiver) => {
        crashes = await crashWhileSending(cluster, receiver);
      });
      console.log(`${name}: seed ${seed}, ${crashes} kills`, figures);
      expect(crashes).toBeGreaterThan(2);
      expect(figures.accepted).toBeGreaterThan(seconds * 10);
      expect(figures.cutOff).toBeGreaterThanOrEqual(heldAtLeast);
    },
  );

  it.skipIf(!available)('send nothing twice when nothing is killed', { timeout: 120_000 }, async () => {
    const figures = await run(await members(), async (_cluster, receiver) => {
      await until(
        'a few hundred requests have arrived',
        async () => (await receiver.receipts()).length > 400,
      );
    });
    expect(figures).toMatchObject({ duplicates: 0, cutOff: 0, unknown: 0 });
  });
});
