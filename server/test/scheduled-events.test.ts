import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { startReceiver, type TestReceiver } from './support/receiver.ts';
import { createTenant, type Tenant } from './support/tenant.ts';

const minute = 60_000;

describeOnEachDatabase('an event with deliver_at', (kind) => {
  let app: TestApp;
  let receiver: TestReceiver;
  let tenant: Tenant;

  beforeAll(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z') });
    receiver = await startReceiver();
  });
  afterAll(async () => {
    await app.close();
    await receiver.close();
  });

  async function open() {
    tenant = await createTenant(app);
    receiver.requests.length = 0;
    receiver.answer = () => ({ status: 200 });
    await tenant.endpoint(`${receiver.url}/one`);
    await tenant.endpoint(`${receiver.url}/two`);
  }
  const inAMinute = () => new Date(app.parts.clock.now() + minute).toISOString();

  it('is seen while it waits, goes out at its time, and not before', async () => {
    await open();
    const at = inAMinute();
    const { id } = await tenant.publish({ deliver_at: at });
    await tenant.publish();
    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(2);
    const listed = async (query: string) =>
      (await tenant.get(`/v1/events?${query}`)).body.data.map((event: { id: string }) => event.id);
    expect(await listed('scheduled=true')).toEqual([id]);
    expect(await listed('scheduled=false')).not.toContain(id);
    expect(await listed('')).toHaveLength(2);
    expect((await tenant.get(`/v1/events/${id}`)).body.deliver_at).toBe(at);
    for (const delivery of await tenant.deliveries(id))
      expect(delivery).toMatchObject({ state: 'pending', next_attempt_at: at, attempts: 0 });

    await app.advance(minute - 1);
    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(2);
    await app.advance(1);
    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(4);
    expect(await listed('scheduled=true')).toEqual([]);
    expect(await listed('scheduled=false')).toContain(id);
    await tenant.end();
  });

  it('is cancelled as a whole or for one endpoint, and then is never sent', async () => {
    await open();
    const whole = await tenant.publish({ deliver_at: inAMinute(), id: 'own.id:1' });
    const partly = await tenant.publish({ deliver_at: inAMinute() });
    const cancelled = await tenant.post(`/v1/events/${whole.id}/cancel`);
    expect([cancelled.status, cancelled.body]).toEqual([
      200,
      { id: 'own.id:1', type: 'thing.happened', cancelled: 2 },
    ]);
    expect((await tenant.post(`/v1/events/${whole.id}/cancel`)).body.cancelled).toBe(0);
    const [first] = await tenant.deliveries(partly.id);
    expect((await tenant.post(`/v1/deliveries/${first.id}/cancel`)).status).toBeLessThan(300);
    await app.advance(minute);
    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(1);
    const states = async (id: string) => (await tenant.deliveries(id)).map(({ state }) => state).sort();
    expect(await states(whole.id)).toEqual(['cancelled', 'cancelled']);
    expect(await states(partly.id)).toEqual(['cancelled', 'delivered']);
    const { trace } = (await tenant.get(`/v1/events/${whole.id}`)).body;
    expect(trace.map(({ state }: { state: string }) => state)).toEqual(['cancelled', 'cancelled']);
    const audit = await tenant.get('/v1/audit-log?action=event.cancelled');
    expect(audit.body.data).toMatchObject([{ target: 'own.id:1' }]);
    await tenant.end();
  });

  it('is cancelled between two attempts, too', async () => {
    await open();
    receiver.answer = () => ({ status: 500 });
    const { id } = await tenant.publish();
    await app.worker.runOnce();
    expect((await tenant.post(`/v1/events/${id}/cancel`)).body.cancelled).toBe(2);
    await app.advance(60 * minute);
    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(2);
    await tenant.end();
  });

  it('is nobody else’s to cancel', async () => {
    await open();
    const { id } = await tenant.publish({ deliver_at: inAMinute() });
    const stranger = await createTenant(app);
    expect((await stranger.post(`/v1/events/${id}/cancel`)).status).toBe(404);
    expect((await tenant.deliveries(id)).map(({ state }) => state)).toEqual(['pending', 'pending']);
    await stranger.end();
    await tenant.end();
  });
});
