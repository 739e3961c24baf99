import { performance } from 'node:perf_hooks';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { parseId } from '../src/base/ids.ts';
import { claim, promoteDue } from '../src/deliveries/claim.ts';
import { expireLeases } from '../src/deliveries/expire.ts';
import { moveOrphans } from '../src/deliveries/orphans.ts';
import { maxConcurrency } from '../src/endpoints/health.ts';
import { createEndpoint } from '../src/life-cycle/create.ts';
import { systemActor } from '../src/tenants/audit.ts';
import { Worker } from '../src/worker/loop.ts';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { startReceiver, type TestReceiver } from './support/receiver.ts';
import { createTenant, type Tenant } from './support/tenant.ts';

const nowhere = '00000000-0000-0000-0000-000000000000';

describeOnEachDatabase('the queue', (kind) => {
  let app: TestApp;
  let receiver: TestReceiver;
  let tenant: Tenant;

  beforeAll(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z'), random: () => 0.5 });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    receiver = await startReceiver();
    tenant = await createTenant(app);
  });
  afterEach(async () => {
    await tenant.end();
    await receiver.close();
  });

  const publishMany = (count: number, of = tenant, type = 'a') =>
    of.post('/v1/events/batch', { events: Array.from({ length: count }, () => ({ type, data: {} })) });
  const claimSome = (limit: number, room = new Map<string, number>()) =>
    claim(app.database.queries, {
      worker: 'test',
      limit,
      after: { orgId: nowhere, endpointId: nowhere },
      room,
    });

  async function concurrencyOf(endpointId: string): Promise<number> {
    const { concurrency } = await app.database.queries
      .selectFrom('endpoint_health')
      .select('concurrency')
      .where('endpoint_id', '=', parseId('endpoint', endpointId))
      .executeTakeFirstOrThrow();
    return concurrency;
  }

  it.each([1, 7, 30])(
    'never gives an endpoint more than its rate of %d in any second, and not much less',
    async (rate) => {
      await tenant.endpoint(`${receiver.url}/hook`, { rate_limit: rate });
      await publishMany(200);
      const sentAt: number[] = [];
      const start = app.parts.clock.now();
      receiver.answer = () => {
        sentAt.push(app.parts.clock.now());
        return { status: 200 };
      };
      await app.advance(5_000); // a pause must not be saved up
      for (const step of [0, 10, 40, 50, 333, 17, 50, 50, 1, 449, 500, 50, 50, 100, 800, 100, 100, 300]) {
        await app.advance(step);
        await app.worker.runOnce();
      }
      for (const from of sentAt)
        expect(sentAt.filter((at) => at >= from && at < from + 1_000).length).toBeLessThanOrEqual(rate);
      expect(sentAt.length).toBeGreaterThanOrEqual(rate === 30 ? 25 : Math.floor(rate * 1.2));
      expect(start).toBeLessThan(app.parts.clock.now());
    },
  );

  it('gives an endpoint without a rate limit all it may have under way in one claim', async () => {
    await tenant.endpoint(`${receiver.url}/hook`);
    await publishMany(100);
    expect((await claimSome(200)).deliveries).toHaveLength(maxConcurrency);
    expect((await claimSome(200)).deliveries).toHaveLength(0);
  });

  it('halves what an endpoint may have under way when it fails, down to a single probe, and opens it again with each success', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`, { retry_delays: Array(20).fill(1) });
    let status = 503;
    let underWay = 0;
    let most = 0;
    receiver.answer = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay -= 1;
      return { status };
    };
    await publishMany(12);
    const seen: number[] = [await concurrencyOf(endpoint.id)];
    for (let round = 0; round < 6; round += 1) {
      most = 0;
      const allowed = await concurrencyOf(endpoint.id);
      await app.worker.runOnce();
      expect(most).toBeLessThanOrEqual(allowed);
      seen.push(await concurrencyOf(endpoint.id));
      await app.advance(1_000);
    }
    expect(seen[0]).toBe(maxConcurrency);
    expect(seen.slice(1).every((now, index) => now < (seen[index] ?? 0) || now === 1)).toBe(true);
    expect(seen.at(-1)).toBe(1);
    status = 200;
    most = 0;
    await promoteDue(app.database.queries);
    expect((await claimSome(200)).deliveries).toHaveLength(1); // a probe first
    await app.advance(1_000);
    await app.worker.runOnce();
    expect(most).toBe(0); // the probe is still under way
    await app.advance(60_000);
    await expireLeases(app.database.queries, app.parts.clock);
    await app.worker.runOnce();
    expect(most).toBeGreaterThan(1);
    expect(await concurrencyOf(endpoint.id)).toBe(13);
  });

  it('does not narrow an endpoint that answers 4xx: it is there, it only does not want this', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`);
    receiver.answer = () => ({ status: 404 });
    await publishMany(10);
    await app.worker.runOnce();
    expect(await concurrencyOf(endpoint.id)).toBe(maxConcurrency);
  });

  it('takes turns between the endpoints of an organization, counting what each has under way', async () => {
    for (let n = 0; n < 5; n += 1) await tenant.endpoint(`${receiver.url}/${n}`);
    await publishMany(20);
    const counts = new Map<string, number>();
    for (let round = 1; round <= 4; round += 1) {
      for (const { endpointId } of (await claimSome(5)).deliveries)
        counts.set(endpointId, (counts.get(endpointId) ?? 0) + 1);
      expect([...counts.values()]).toEqual(Array(5).fill(round));
    }
  });

  it('takes turns between organizations, however many endpoints each has', async () => {
    const neighbour = await createTenant(app);
    for (let n = 0; n < 10; n += 1) await tenant.endpoint(`${receiver.url}/${n}`);
    await neighbour.endpoint(`${receiver.url}/neighbour`);
    await publishMany(10);
    await publishMany(10, neighbour);
    const { deliveries } = await claimSome(4);
    expect(deliveries.some(({ orgId }) => orgId === parseId('organization', neighbour.id))).toBe(true);
    await neighbour.end();
  });

  it('gives an organization no more than the room that it has in a worker', async () => {
    const neighbour = await createTenant(app);
    await tenant.endpoint(`${receiver.url}/a`);
    await neighbour.endpoint(`${receiver.url}/b`);
    await publishMany(10);
    await publishMany(10, neighbour);
    const orgId = parseId('organization', tenant.id) ?? '';
    const some = await claimSome(200, new Map([[orgId, 3]]));
    expect(some.deliveries.filter((delivery) => delivery.orgId === orgId)).toHaveLength(3);
    expect(some.deliveries).toHaveLength(13);
    expect((await claimSome(200, new Map([[orgId, 0]]))).deliveries).toHaveLength(0);
    await neighbour.end();
  });

  it('clears away what a publish put into it for endpoints that were disabled or deleted meanwhile', async () => {
    const off = await tenant.endpoint(`${receiver.url}/off`);
    const gone = await tenant.endpoint(`${receiver.url}/gone`);
    const on = await tenant.endpoint(`${receiver.url}/on`);
    await tenant.post(`/v1/endpoints/${off.id}/disable`);
    await tenant.remove(`/v1/endpoints/${gone.id}`);
    const [ready, paused] = [1, 3];
    const insert = (endpointId: string, phase: number) =>
      app.database.queries
        .insertInto('open_deliveries')
        .values({
          org_id: parseId('organization', tenant.id) ?? '',
          id: crypto.randomUUID(),
          event_id: crypto.randomUUID(),
          endpoint_id: parseId('endpoint', endpointId) ?? '',
          event_type: 'a',
          contract: 'standard',
          phase,
          priority: 0,
          due_at: new Date(app.parts.clock.now()),
          fence: 0,
          cancel_requested: false,
          attempts: 0,
          round_attempts: 0,
          created_at: new Date(app.parts.clock.now()),
        })
        .execute();
    for (let n = 0; n < 3; n += 1) await insert(off.id, ready);
    for (const phase of [0, ready, paused]) await insert(gone.id, phase);
    await insert(on.id, paused);
    expect(await moveOrphans(app.database)).toBe(7);
    const rows = await tenant.deliveries();
    const of = (id: string) =>
      rows
        .filter(({ endpoint_id }) => endpoint_id === id)
        .map(({ state, paused: waits }) => `${state} ${waits}`);
    expect(of(off.id)).toEqual(Array(3).fill('pending true'));
    expect(of(gone.id)).toEqual(Array(3).fill('cancelled false'));
    expect(of(on.id)).toEqual(['pending false']);
    expect(await moveOrphans(app.database)).toBe(0);
  });
});

describeOnEachDatabase('a busy worker', (kind) => {
  let app: TestApp;
  let hanging: TestReceiver;

  beforeAll(async () => {
    app = await createTestApp(kind);
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    hanging = await startReceiver();
    hanging.answer = () => new Promise(() => {});
  });

  it('gets the events of others through while the receivers of one organization hang', async () => {
    const receiver = await startReceiver();
    const noisy = await createTenant(app);
    const quiet = await createTenant(app);
    for (let n = 0; n < 30; n += 1) await noisy.endpoint(`${hanging.url}/${n}`);
    await quiet.endpoint(`${receiver.url}/quiet`);
    for (let n = 0; n < 4; n += 1) {
      await noisy.post('/v1/events/batch', {
        events: Array.from({ length: 20 }, () => ({ type: 'a', data: {} })),
      });
    }
    const worker = new Worker(app.parts, { capacity: 60, batch: 20 });
    worker.start();
    try {
      await expect.poll(() => hanging.requests.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(30);
      const latencies: number[] = [];
      for (let n = 1; n <= 10; n += 1) {
        const startedAt = performance.now();
        await quiet.publish();
        await receiver.received(n);
        latencies.push(performance.now() - startedAt);
      }
      // Had one of the ten waited for a receiver that hangs to time out, the next would have been asked by now.
      expect(hanging.requests.length).toBeLessThanOrEqual(40);
      // The middle one: on a busy machine some take longer.
      expect(latencies.sort((a, b) => a - b)[5]).toBeLessThan(2_000);
    } finally {
      const stopped = worker.stop();
      await hanging.close();
      await stopped;
      await noisy.end();
      await receiver.close();
    }
  });

  it('waits quietly when it is full, however many endpoints there are to visit', async () => {
    const tenant = await createTenant(app);
    await app.database.queries.transaction().execute(async (tx) => {
      const orgId = parseId('organization', tenant.id) ?? '';
      for (let n = 0; n < 210; n += 1) {
        await createEndpoint(
          tx,
          { ...app.parts, ...app.parts.endpointRules, actor: systemActor },
          { orgId, owner: { kind: 'organization', id: orgId } },
          { url: `${hanging.url}/${n}`, events: ['*'], contract: 'standard' },
        );
      }
    });
    await tenant.publish();
    const worker = new Worker(app.parts, { capacity: 1, batch: 1 });
    worker.start();
    try {
      await hanging.received(1);
      const busyShare = async () => {
        const before = performance.eventLoopUtilization();
        await new Promise((resolve) => setTimeout(resolve, 700));
        return performance.eventLoopUtilization(before).utilization;
      };
      // A worker that looks again and again is never quiet; a busy machine is, now and then.
      await expect.poll(busyShare, { timeout: 15_000 }).toBeLessThan(0.7);
      expect(hanging.requests).toHaveLength(1);
    } finally {
      const stopped = worker.stop();
      await hanging.close();
      await stopped;
      await tenant.end();
    }
  });
});
