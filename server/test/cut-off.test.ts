import { afterEach, beforeEach, expect, it } from 'vitest';
import { Worker } from '../src/worker/loop.ts';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { startReceiver, type TestReceiver } from './support/receiver.ts';
import { createTenant, type Tenant } from './support/tenant.ts';

describeOnEachDatabase('an attempt that a stop cuts off', (kind) => {
  let app: TestApp;
  let other: TestApp;
  let receiver: TestReceiver;
  let tenant: Tenant;

  beforeEach(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z'), random: () => 0.5 });
    other = await createTestApp(kind, { beside: app });
    receiver = await startReceiver();
    receiver.answer = () => new Promise(() => {});
    tenant = await createTenant(app);
  });
  afterEach(async () => {
    await other.close();
    await app.close();
    await receiver.close();
  });

  async function cutOff() {
    const working = app.worker.runOnce();
    await receiver.received(1);
    await app.parts.http.close();
    await working;
  }

  it('is in the ledger with what was sent, and the next worker tries again at once', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`);
    const { id } = await tenant.publish();
    await cutOff();
    const [delivery] = await tenant.deliveries(id);
    expect(delivery).toMatchObject({ state: 'pending', attempts: 1, last_attempt: { outcome: 'unknown' } });
    expect(await tenant.attempts(delivery.id)).toMatchObject([
      {
        outcome: 'unknown',
        error: 'this process stopped before there was an answer',
        request: {
          headers: { 'webhook-id': delivery.id },
          body: receiver.requests[0]?.body.toString(),
        },
        response: null,
      },
    ]);
    receiver.answer = () => ({ status: 200 });
    await other.worker.runOnce();
    expect((await tenant.deliveries(id))[0]).toMatchObject({ state: 'delivered', attempts: 2 });
    const { body: stats } = await tenant.get(`/v1/endpoints/${endpoint.id}/stats`);
    expect(stats).toMatchObject({ consecutive_failures: 0 });
  });

  it('makes the delivery fail when it was the last of the schedule', async () => {
    await tenant.endpoint(`${receiver.url}/hook`, { retry_delays: [] });
    const { id } = await tenant.publish();
    await cutOff();
    expect((await tenant.deliveries(id))[0]).toMatchObject({
      state: 'failed',
      last_attempt: { outcome: 'unknown' },
    });
  });

  /** A worker that has claimed what is due, and reads it only after its client was closed. */
  async function closeBeforeSending() {
    const { parts } = app;
    const reading = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    const hotPath = parts.database.hotPath.withPlugin({
      transformQuery: ({ node }) => node,
      async transformResult({ result }) {
        if (result.rows.some((row) => 'occurred_at' in row)) {
          reading.resolve();
          await closed.promise;
        }
        return result;
      },
    });
    const worker = new Worker({ ...parts, database: { ...parts.database, hotPath } });
    worker.start();
    await reading.promise;
    const stopping = worker.stop();
    await parts.http.close();
    closed.resolve();
    await stopping;
  }

  it('before anything was sent is none: the delivery is as if nobody had claimed it', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`, { retry_delays: [] });
    const { id } = await tenant.publish();
    await closeBeforeSending();
    const [delivery] = await tenant.deliveries(id);
    expect(delivery).toMatchObject({ state: 'pending', attempts: 0, last_attempt: null });
    expect(await tenant.attempts(delivery.id)).toEqual([]);
    expect(receiver.requests).toEqual([]);
    receiver.answer = () => ({ status: 200 });
    await other.worker.runOnce();
    expect((await tenant.deliveries(id))[0]).toMatchObject({ state: 'delivered', attempts: 1 });
    const { body: stats } = await tenant.get(`/v1/endpoints/${endpoint.id}/stats`);
    expect(stats).toMatchObject({ consecutive_failures: 0 });
  });

  it('of a test event that comes after it is unknown, and nobody’s failure', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`);
    await app.parts.http.close();
    const { body } = await tenant.post(`/v1/endpoints/${endpoint.id}/test`);
    expect(body).toMatchObject({ outcome: 'unknown', response: null });
    expect(receiver.requests).toEqual([]);
    const { body: stats } = await tenant.get(`/v1/endpoints/${endpoint.id}/stats`);
    expect(stats).toMatchObject({ consecutive_failures: 0 });
  });

  it('of a test event is answered as what it is', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`);
    const answered = tenant.post(`/v1/endpoints/${endpoint.id}/test`);
    await receiver.received(1);
    await app.parts.http.close();
    expect((await answered).body).toMatchObject({ outcome: 'unknown', response: null });
  });

  it('ends a diagnosis, which says so', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`);
    const answered = tenant.post(`/v1/endpoints/${endpoint.id}/diagnose`);
    await receiver.received(1);
    await app.parts.http.close();
    expect((await answered).body).toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining('stopping'),
    });
  });
});
