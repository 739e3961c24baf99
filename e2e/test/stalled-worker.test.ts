import { afterEach, describe, expect, it } from 'vitest';
import { makeOrganization } from '../src/api.ts';
import { check, describeProblems } from '../src/checker.ts';
import { startCluster } from '../src/cluster.ts';
import { countOpen, readLedger } from '../src/ledger.ts';
import { readMetric } from '../src/metrics.ts';
import { makeDatabase, type Place, postgresUrl } from '../src/places.ts';
import { killPrograms } from '../src/program.ts';
import { startPublisher } from '../src/publisher.ts';
import { startReceiver } from '../src/receiver.ts';
import { startService } from '../src/service.ts';
import { until } from '../src/waiting.ts';

const takeOverLimitMs = 75_000;
const timeoutSeconds = 3;
/** What the stalled worker holds at least. */
const atLeast = 20;

const places: Place[] = [];
afterEach(async () => {
  await killPrograms();
  await Promise.all(places.splice(0).map((place) => place.remove()));
});

describe.skipIf(postgresUrl === undefined)('a worker that stops for longer than its leases last', () => {
  it('is replaced by another one, and changes nothing when it goes on', { timeout: 180_000 }, async () => {
    const place = await makeDatabase();
    places.push(place);
    const { dataDir, databaseUrl } = place;
    const [cluster, receiver] = await Promise.all([
      startCluster({
        api: { dataDir, databaseUrl, roles: 'api' },
        stalled: { dataDir, databaseUrl, roles: 'worker' },
      }),
      startReceiver(),
    ]);
    const api = await makeOrganization(cluster.address, 'stalled');
    const endpoint = await api.post<{ id: string }>('/v1/endpoints', {
      url: receiver.url,
      events: ['*'],
      timeout_seconds: timeoutSeconds,
      retry_delays: Array<number>(20).fill(1),
    });
    await receiver.behave({ delayMs: [0, 0], failing: 0, hold: true });
    const publisher = startPublisher({ addresses: cluster.addresses, key: api.key, perSecond: 100 });
    await until('the receiver holds requests', async () => (await receiver.receipts()).length >= atLeast);
    const { program, address } = cluster.service('stalled');
    program.signal('SIGSTOP');
    const stoppedAt = Date.now();
    await publisher.stop();
    const held = (await receiver.receipts()).map(({ deliveryId }) => deliveryId);
    // It will find that its requests have succeeded, long after its leases.
    await receiver.behave({ delayMs: [1_000, 1_000], failing: 0 });

    // The other one comes now: so everything that was held belonged to the one that stands still.
    await startService({ dataDir, databaseUrl, roles: 'worker' });
    const takenOver = await until(
      'somebody else sends what the stalled worker held',
      async () => {
        const again = (await receiver.receipts(held.length)).filter((at) => held.includes(at.deliveryId));
        return new Set(again.map(({ deliveryId }) => deliveryId)).size === held.length && again;
      },
      takeOverLimitMs + 15_000,
    );
    const tookMs = Math.max(...takenOver.map(({ at }) => at)) - stoppedAt;
    expect(tookMs).toBeLessThanOrEqual(takeOverLimitMs);

    // It wakes while the other one's last requests are under way, and tries to write its own results down.
    program.signal('SIGCONT');
    await until(
      'the stale worker has results of its own',
      async () => (await readMetric(address, 'sluice_attempts_total')) >= held.length,
    );
    expect(await cluster.service('stalled').terminate()).toMatchObject({ code: 0 });
    await until('every delivery has ended', async () => (await countOpen(api)) === 0);

    const ledger = await readLedger(api);
    const findings = check({
      sent: publisher.log,
      receipts: await receiver.receipts(),
      ledger,
      endpointIds: [endpoint.id],
      kills: [{ at: stoppedAt, name: 'stalled' }],
      leaseMs: (timeoutSeconds + 10) * 1000,
    });
    expect(describeProblems(findings)).toBe('');
    const begun = ledger.deliveries.flatMap(({ attempts }) =>
      attempts
        .filter(({ startedAt }) => startedAt <= stoppedAt)
        .map(({ number, outcome }) => ({ number, outcome })),
    );
    expect(begun.length).toBeGreaterThanOrEqual(held.length);
    expect(begun).toEqual(begun.map(() => ({ number: 1, outcome: 'unknown' })));
    console.log(`stalled: ${held.length} held, taken over after ${tookMs / 1000} s`, findings.figures);
  });
});
