import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { startReceiver, type TestReceiver } from './support/receiver.ts';
import { createTenant, type Tenant } from './support/tenant.ts';

describeOnEachDatabase('a delivery', (kind) => {
  let app: TestApp;
  let receiver: TestReceiver;
  let tenant: Tenant;
  let endpoint: { id: string; secret: string };

  beforeAll(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z'), random: () => 0.5 });
    receiver = await startReceiver();
  });
  afterAll(async () => {
    await app.close();
    await receiver.close();
  });
  beforeEach(async () => {
    receiver.requests.length = 0;
    receiver.answer = () => ({ status: 200 });
    tenant = await createTenant(app);
    endpoint = await tenant.endpoint(`${receiver.url}/hook`);
  });
  afterEach(() => tenant.end());

  async function onlyDelivery(eventId?: string) {
    const deliveries = await tenant.deliveries(eventId);
    expect(deliveries).toHaveLength(1);
    return deliveries[0];
  }

  it('that is pending is cancelled at once and never sent', async () => {
    await tenant.publish();
    const { id } = await onlyDelivery();
    const answer = await tenant.post(`/v1/deliveries/${id}/cancel`);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ state: 'cancelled', attempts: 0 });
    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(0);
  });

  it('that is being sent is cancelled after a failure', async () => {
    await tenant.publish();
    const { id } = await onlyDelivery();
    receiver.answer = async () => {
      expect((await tenant.post(`/v1/deliveries/${id}/cancel`)).body).toMatchObject({ state: 'sending' });
      return { status: 500 };
    };
    await app.worker.runOnce();
    expect(await onlyDelivery()).toMatchObject({
      state: 'cancelled',
      attempts: 1,
      last_attempt: { status: 500 },
    });
  });

  it('that is being sent is delivered for all its cancelling when the receiver takes it', async () => {
    await tenant.publish();
    const { id } = await onlyDelivery();
    receiver.answer = async () => {
      await tenant.post(`/v1/deliveries/${id}/cancel`);
      return { status: 200 };
    };
    await app.worker.runOnce();
    expect(await onlyDelivery()).toMatchObject({ state: 'delivered' });
  });

  it('that has ended cannot be cancelled', async () => {
    await tenant.publish();
    await app.worker.runOnce();
    const { id } = await onlyDelivery();
    expect((await tenant.post(`/v1/deliveries/${id}/cancel`)).body.code).toBe('delivery_not_cancellable');
  });

  it('that waits for its next attempt is attempted now on a retry, and keeps its place in the schedule', async () => {
    receiver.answer = () => ({ status: 500 });
    await tenant.publish();
    await app.worker.runOnce();
    const { id } = await onlyDelivery();
    expect((await tenant.post(`/v1/deliveries/${id}/retry`)).status).toBe(202);
    await app.worker.runOnce();
    const after = await onlyDelivery();
    expect(after).toMatchObject({ state: 'pending', attempts: 2 });
    expect(Date.parse(after.next_attempt_at) - app.parts.clock.now()).toBe(300_000);
  });

  it('that has failed begins a new round on a retry, as the same delivery with the same bytes', async () => {
    receiver.answer = () => ({ status: 500 });
    await tenant.patch(`/v1/endpoints/${endpoint.id}`, { retry_delays: [5] });
    await tenant.publish({ data: { a: 1 } });
    await app.worker.runOnce();
    await app.advance(5_000);
    await app.worker.runOnce();
    const failed = await onlyDelivery();
    expect(failed).toMatchObject({ state: 'failed', attempts: 2 });
    expect((await tenant.post(`/v1/deliveries/${failed.id}/retry`)).body).toMatchObject({
      id: failed.id,
      state: 'pending',
      finished_at: null,
    });
    await app.worker.runOnce();
    expect(await onlyDelivery()).toMatchObject({ state: 'pending', attempts: 3 });
    receiver.answer = () => ({ status: 200 });
    await app.advance(5_000);
    await app.worker.runOnce();
    expect(await onlyDelivery()).toMatchObject({ id: failed.id, state: 'delivered', attempts: 4 });
    expect((await tenant.attempts(failed.id)).map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    expect(new Set(receiver.requests.map(({ body }) => body.toString())).size).toBe(1);
    expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('that has failed is taken up once by retries that come at once', async () => {
    receiver.answer = () => ({ status: 500 });
    await tenant.patch(`/v1/endpoints/${endpoint.id}`, { retry_delays: [] });
    await tenant.publish();
    await app.worker.runOnce();
    const { id } = await onlyDelivery();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => tenant.post(`/v1/deliveries/${id}/retry`)),
    );
    for (const { status } of answers) expect(status).toBeOneOf([202, 409]);
    expect(answers.some(({ status }) => status === 202)).toBe(true);
    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(2);
  });

  it.each(['delivered', 'cancelled'])('that is %s cannot be retried', async (state) => {
    await tenant.publish();
    if (state === 'cancelled') await tenant.post(`/v1/deliveries/${(await onlyDelivery()).id}/cancel`);
    await app.worker.runOnce();
    const { id } = await onlyDelivery();
    expect((await tenant.post(`/v1/deliveries/${id}/retry`)).body.code).toBe('delivery_not_retryable');
  });

  it('to a disabled endpoint is not retried', async () => {
    await tenant.publish();
    const { id } = await onlyDelivery();
    await tenant.post(`/v1/endpoints/${endpoint.id}/disable`);
    expect((await tenant.post(`/v1/deliveries/${id}/retry`)).status).toBe(409);
  });

  it('of another organization is not found, whatever is tried', async () => {
    await tenant.publish();
    const { id } = await onlyDelivery();
    const neighbour = await createTenant(app);
    for (const action of ['retry', 'cancel'])
      expect((await neighbour.post(`/v1/deliveries/${id}/${action}`)).status).toBe(404);
    expect((await neighbour.get(`/v1/deliveries/${id}/attempts`)).status).toBe(404);
    expect(await onlyDelivery()).toMatchObject({ state: 'pending' });
  });

  it('shows in the ledger what was sent and answered, though everything was changed since', async () => {
    await tenant.patch(`/v1/endpoints/${endpoint.id}`, { headers: { 'X-Own': 'credential' } });
    receiver.answer = () => ({
      status: 201,
      headers: { 'x-answer': 'yes', 'set-cookie': 'a=b' },
      body: Buffer.from([0xff, 0x00, 0x01]),
    });
    await tenant.publish({ data: { a: 1 } });
    await app.worker.runOnce();
    await tenant.patch(`/v1/endpoints/${endpoint.id}`, {
      url: 'https://example.com/elsewhere',
      contract: 'fluxo',
      headers: {},
    });
    await tenant.post(`/v1/endpoints/${endpoint.id}/rotate-secret`);
    const { id } = await onlyDelivery();
    const [attempt] = await tenant.attempts(id);
    const [request] = receiver.requests;
    expect(attempt.request.url).toBe(`${receiver.url}/hook`);
    expect(attempt.request.body).toBe(request?.body.toString());
    expect(attempt.request.headers['webhook-signature']).toBe(request?.headers['webhook-signature']);
    expect(attempt.request.headers['X-Own']).not.toContain('credential');
    expect(request?.headers['x-own']).toBe('credential');
    expect(attempt.response).toMatchObject({
      status: 201,
      body: '/wAB',
      body_encoding: 'base64',
      truncated: false,
    });
    expect(attempt.response.headers).toMatchObject({ 'x-answer': 'yes' });
    expect(attempt.timings_ms.total).toBeGreaterThanOrEqual(0);
  });

  it('keeps the first 16 KiB of an answer', async () => {
    receiver.answer = () => ({ status: 200, body: 'x'.repeat(20_000) });
    await tenant.publish();
    await app.worker.runOnce();
    const [attempt] = await tenant.attempts((await onlyDelivery()).id);
    expect(attempt.response).toMatchObject({ body: 'x'.repeat(16_384), truncated: true });
  });

  it('of a test event is sent once, now, whatever the endpoint selects, and does not show an event to others', async () => {
    await tenant.endpoint(`${receiver.url}/other`);
    await tenant.patch(`/v1/endpoints/${endpoint.id}`, { events: ['nothing'] });
    const { status, body } = await tenant.post(`/v1/endpoints/${endpoint.id}/test`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ outcome: 'delivered', number: 1, response: { status: 200 } });
    expect(receiver.requests.map(({ path }) => path)).toEqual(['/hook']);
    expect(JSON.parse(receiver.requests[0]?.body.toString() ?? '')).toMatchObject({ type: 'webhook.test' });
  });

  it('of a test event that fails is not tried again', async () => {
    receiver.answer = () => ({ status: 500, body: 'broken' });
    const { body } = await tenant.post(`/v1/endpoints/${endpoint.id}/test`);
    expect(body).toMatchObject({ outcome: 'http_error', response: { status: 500, body: 'broken' } });
    await app.advance(86_400_000);
    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(1);
    expect(await onlyDelivery()).toMatchObject({ state: 'failed' });
  });

  it('of a test event reaches a disabled endpoint, so that a repair can be tried', async () => {
    await tenant.post(`/v1/endpoints/${endpoint.id}/disable`);
    expect((await tenant.post(`/v1/endpoints/${endpoint.id}/test`)).body.outcome).toBe('delivered');
  });

  it('counts in the statistics of its endpoint', async () => {
    const statuses = [200, 200, 200, 500];
    receiver.answer = () => ({ status: statuses.shift() ?? 200 });
    await tenant.patch(`/v1/endpoints/${endpoint.id}`, { retry_delays: [] });
    for (let n = 0; n < 4; n += 1) {
      await tenant.publish();
      await app.worker.runOnce();
    }
    await tenant.publish({ deliver_at: new Date(app.parts.clock.now() + 60_000).toISOString() });
    const { body } = await tenant.get(`/v1/endpoints/${endpoint.id}/stats`);
    expect(body).toMatchObject({
      delivered: 3,
      failed: 1,
      cancelled: 0,
      pending: 1,
      success_rate: 0.75,
      consecutive_failures: 1,
    });
    expect(body.latency_ms.p50).toBeLessThanOrEqual(body.latency_ms.p99);
    expect(body.last_failure_at).toBe(new Date(app.parts.clock.now()).toISOString());
  });

  it('is signed by old and new secret until the overlap ends, and by the new one alone from then on', async () => {
    await tenant.post(`/v1/endpoints/${endpoint.id}/rotate-secret`, { overlap_seconds: 60 });
    const signatures = async () => {
      await tenant.publish();
      await app.worker.runOnce();
      return String(receiver.requests.at(-1)?.headers['webhook-signature']).split(' ').length;
    };
    expect(await signatures()).toBe(2);
    await app.advance(59_999);
    expect(await signatures()).toBe(2);
    await app.advance(1);
    expect(await signatures()).toBe(1);
  });

  it('is signed by one new secret though rotations come at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        tenant.post(`/v1/endpoints/${endpoint.id}/rotate-secret`, { overlap_seconds: 60 }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const secrets = await app.database.queries.selectFrom('endpoint_secrets').select('expires_at').execute();
    await app.advance(60_000);
    await tenant.publish();
    await app.worker.runOnce();
    expect(String(receiver.requests.at(-1)?.headers['webhook-signature']).split(' ')).toHaveLength(1);
    expect(secrets.length).toBeGreaterThan(0);
  });
});
