import { afterEach, beforeEach, expect, it } from 'vitest';
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
    await app.services.http.close();
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

  it('of a test event is answered as what it is', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`);
    const answered = tenant.post(`/v1/endpoints/${endpoint.id}/test`);
    await receiver.received(1);
    await app.services.http.close();
    expect((await answered).body).toMatchObject({ outcome: 'unknown', response: null });
  });

  it('ends a diagnosis, which says so', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`);
    const answered = tenant.post(`/v1/endpoints/${endpoint.id}/diagnose`);
    await receiver.received(1);
    await app.services.http.close();
    expect((await answered).body).toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining('stopping'),
    });
  });
});
