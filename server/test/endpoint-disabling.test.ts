import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { startReceiver, type TestReceiver } from './support/receiver.ts';
import { createTenant, type Tenant } from './support/tenant.ts';

const dayMs = 86_400_000;

describeOnEachDatabase('an endpoint', (kind) => {
  let app: TestApp;
  let receiver: TestReceiver;
  let tenant: Tenant;
  let status: number;

  beforeAll(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z'), random: () => 0.5 });
    receiver = await startReceiver();
  });
  afterAll(async () => {
    await app.close();
    await receiver.close();
  });
  beforeEach(async () => {
    status = 200;
    receiver.requests.length = 0;
    receiver.answer = ({ path }) => ({ status: path === '/watch' ? 200 : status });
    tenant = await createTenant(app);
  });
  afterEach(() => tenant.end());

  const read = async (id: string) => (await tenant.get(`/v1/endpoints/${id}`)).body;
  const audit = async () => (await tenant.get('/v1/audit-log?action=endpoint.disabled')).body.data;
  const watched = () =>
    receiver.requests.filter(({ path }) => path === '/watch').map(({ body }) => JSON.parse(body.toString()));

  async function attemptNow(data: Record<string, unknown> = {}) {
    const { id } = await tenant.publish({ type: 'thing.happened', data });
    await app.worker.runOnce();
    return id;
  }

  it('that answers 410 is disabled at once; its owner and the audit log are told', async () => {
    await tenant.endpoint(`${receiver.url}/watch`, { events: ['endpoint.*'] });
    const gone = await tenant.endpoint(`${receiver.url}/hook`, { name: 'Gone' });
    status = 410;
    const id = await attemptNow();
    expect(await read(gone.id)).toMatchObject({
      enabled: false,
      disabled_reason: 'the receiver answered 410',
    });
    expect((await tenant.deliveries(id))[0]).toMatchObject({ state: 'failed', attempts: 1 });
    await app.worker.runOnce();
    expect(watched()).toMatchObject([
      {
        type: 'endpoint.disabled',
        data: { endpoint_id: gone.id, name: 'Gone', reason: 'the receiver answered 410' },
      },
    ]);
    expect(await audit()).toMatchObject([
      { actor: 'system', target: gone.id, details: { reason: 'the receiver answered 410' } },
    ]);
    expect((await tenant.publish()).deliveries).toBe(0);
  });

  it('that answers 410 to a test event is disabled like after any other', async () => {
    await tenant.endpoint(`${receiver.url}/watch`, { events: ['endpoint.*'] });
    const gone = await tenant.endpoint(`${receiver.url}/hook`);
    status = 410;
    const sent = await tenant.post(`/v1/endpoints/${gone.id}/test`);
    expect(sent.body).toMatchObject({ outcome: 'http_error', response: { status: 410 } });
    const disabled = { enabled: false, disabled_reason: 'the receiver answered 410' };
    expect(await read(gone.id)).toMatchObject(disabled);
    await app.worker.runOnce();
    expect(watched()).toMatchObject([{ type: 'endpoint.disabled', data: { endpoint_id: gone.id } }]);
    // It can be tested on, and is told of once.
    await tenant.post(`/v1/endpoints/${gone.id}/test`);
    expect(await audit()).toMatchObject([{ actor: 'system', target: gone.id }]);
  });

  it('whose test fails is disabled by that where it is one failure too many', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`, { contract: 'fluxdesk' });
    status = 404;
    for (let n = 0; n < 10; n += 1) {
      expect(await read(endpoint.id)).toMatchObject({ enabled: true });
      await tenant.post(`/v1/endpoints/${endpoint.id}/test`);
    }
    expect(await read(endpoint.id)).toMatchObject({
      enabled: false,
      disabled_reason: '10 consecutive failures',
    });
  });

  it('of a contract that never disables outlives a test that answers 410', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`, { contract: 'flowbeacon' });
    status = 410;
    await tenant.post(`/v1/endpoints/${endpoint.id}/test`);
    expect(await read(endpoint.id)).toMatchObject({ enabled: true });
  });

  it('is told of by an event though the organization has a schema that the event breaks', async () => {
    await app.call('PUT', '/v1/event-types/endpoint.disabled', { schema: false }, { token: tenant.key });
    await tenant.endpoint(`${receiver.url}/watch`, { events: ['endpoint.*'] });
    const gone = await tenant.endpoint(`${receiver.url}/hook`);
    status = 410;
    await attemptNow();
    expect(await read(gone.id)).toMatchObject({ enabled: false });
    expect(watched()).toHaveLength(1);
  });

  it('of a contract that never disables goes on after 410', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`, { contract: 'flowbeacon' });
    status = 410;
    const id = await attemptNow();
    expect(await read(endpoint.id)).toMatchObject({ enabled: true });
    expect((await tenant.deliveries(id))[0].state).toBe('pending');
  });

  it('is disabled after five days of nothing but failures, and not before', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`, { retry_delays: [] });
    status = 500;
    await attemptNow();
    await app.advance(5 * dayMs - 1);
    await attemptNow();
    expect(await read(endpoint.id)).toMatchObject({ enabled: true });
    await app.advance(1);
    await attemptNow();
    expect(await read(endpoint.id)).toMatchObject({ enabled: false });
    expect((await read(endpoint.id)).disabled_reason).toContain('nothing but failures since');
  });

  it('is not disabled when one success was among the failures of five days', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`, { retry_delays: [] });
    for (const answer of [500, 500, 200, 500]) {
      status = answer;
      await attemptNow();
      await app.advance(2 * dayMs);
    }
    await attemptNow();
    expect(await read(endpoint.id)).toMatchObject({ enabled: true });
  });

  it('is disabled at the tenth consecutive 4xx or 5xx where the contract says so', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`, {
      contract: 'fluxdesk',
      retry_delays: [],
    });
    for (let n = 0; n < 9; n += 1) {
      status = n % 2 === 0 ? 404 : 503;
      await attemptNow();
    }
    expect(await read(endpoint.id)).toMatchObject({ enabled: true });
    await attemptNow();
    expect(await read(endpoint.id)).toMatchObject({
      enabled: false,
      disabled_reason: '10 consecutive failures',
    });
  });

  it('begins the count anew after a success', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`, {
      contract: 'fluxdesk',
      retry_delays: [],
    });
    for (let n = 0; n < 19; n += 1) {
      status = n === 9 ? 200 : 500;
      await attemptNow();
    }
    expect(await read(endpoint.id)).toMatchObject({ enabled: true });
    expect((await tenant.get(`/v1/endpoints/${endpoint.id}/stats`)).body.consecutive_failures).toBe(9);
  });

  it('is not disabled by attempts that got no answer where only answers count', async () => {
    const away = await startReceiver();
    await away.close();
    const endpoint = await tenant.endpoint(`${away.url}/hook`, { contract: 'fluxdesk', retry_delays: [] });
    for (let n = 0; n < 12; n += 1) await attemptNow();
    expect(await read(endpoint.id)).toMatchObject({ enabled: true });
  });

  it('is disabled by failures that arrive in one batch', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`, {
      contract: 'fluxdesk',
      retry_delays: [],
    });
    status = 500;
    await tenant.post('/v1/events/batch', {
      events: Array.from({ length: 10 }, () => ({ type: 'a', data: {} })),
    });
    await app.worker.runOnce();
    expect(await read(endpoint.id)).toMatchObject({ enabled: false });
    expect(await audit()).toHaveLength(1);
  });

  it('keeps what is queued while it is disabled, and gets it when it is enabled', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`);
    const now = await tenant.publish();
    await tenant.post(`/v1/endpoints/${endpoint.id}/disable`);
    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(0);
    expect((await tenant.deliveries(now.id))[0]).toMatchObject({
      state: 'pending',
      paused: true,
      next_attempt_at: null,
    });
    await tenant.post(`/v1/endpoints/${endpoint.id}/enable`);
    await app.worker.runOnce();
    expect((await tenant.deliveries(now.id))[0]).toMatchObject({ state: 'delivered', paused: false });
  });

  it('that is enabled again has a clean record', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`, {
      contract: 'fluxdesk',
      retry_delays: [],
    });
    status = 500;
    for (let n = 0; n < 10; n += 1) await attemptNow();
    const enabled = await tenant.post(`/v1/endpoints/${endpoint.id}/enable`);
    expect(enabled.body).toMatchObject({ enabled: true, disabled_reason: null, disabled_at: null });
    await attemptNow();
    expect(await read(endpoint.id)).toMatchObject({ enabled: true });
  });

  it('that is disabled while a request is under way gets no retry until it is enabled', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`);
    receiver.answer = async () => {
      await tenant.post(`/v1/endpoints/${endpoint.id}/disable`);
      return { status: 500 };
    };
    const id = await attemptNow();
    await app.advance(10_000);
    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(1);
    expect((await tenant.deliveries(id))[0]).toMatchObject({ state: 'pending', paused: true, attempts: 1 });
  });

  it('that is deleted gets nothing more: what is queued is cancelled, and what is under way is the last', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`);
    receiver.answer = async () => {
      await tenant.publish({ id: 'queued' });
      await tenant.publish({
        id: 'scheduled',
        deliver_at: new Date(app.parts.clock.now() + dayMs).toISOString(),
      });
      expect((await tenant.remove(`/v1/endpoints/${endpoint.id}`)).status).toBe(204);
      return { status: 500 };
    };
    await tenant.publish({ id: 'under-way' });
    await app.worker.runOnce();
    await app.advance(2 * dayMs);
    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(1);
    for (const id of ['under-way', 'queued', 'scheduled'])
      expect((await tenant.deliveries(id))[0].state).toBe('cancelled');
    expect((await tenant.get(`/v1/endpoints/${endpoint.id}`)).status).toBe(404);
  });

  it('that is deleted while the attempt succeeds has got it', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`);
    receiver.answer = async () => {
      await tenant.remove(`/v1/endpoints/${endpoint.id}`);
      return { status: 200 };
    };
    const id = await attemptNow();
    expect((await tenant.deliveries(id))[0].state).toBe('delivered');
  });

  it('that answers 410 while somebody deletes it is only deleted', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`);
    receiver.answer = async () => {
      await tenant.remove(`/v1/endpoints/${endpoint.id}`);
      return { status: 410 };
    };
    const id = await attemptNow();
    expect((await tenant.deliveries(id))[0].attempts).toBe(1);
    expect(await audit()).toHaveLength(0);
  });
});
