import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { type ReceivedRequest, startReceiver, type TestReceiver } from '../support/receiver.ts';
import { createClient, type FlowbeaconClient } from './client.ts';

describeOnEachDatabase('FlowBeacon subscriptions', (kind) => {
  let app: TestApp;
  let receiver: TestReceiver;
  let client: FlowbeaconClient;
  let orgId: string;
  const warning = 'Store this signing_secret securely — it will not be shown again.';

  beforeEach(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z') });
    receiver = await startReceiver();
    const organization = await app.organization('beacon', { preset: 'flowbeacon' });
    orgId = organization.id;
    client = createClient(app, organization.key);
  });
  afterEach(async () => {
    await app.close();
    await receiver.close();
  });

  async function subscribe(more: Record<string, unknown> = {}) {
    const { status, body } = await client.call('POST', '/webhooks', {
      url: `${receiver.url}/flowbeacon`,
      events: ['evaluation.complete'],
      ...more,
    });
    expect(status).toBe(200);
    return body.data;
  }

  async function publish() {
    const { status } = await app.call(
      'POST',
      '/v1/events',
      { type: 'evaluation.complete', data: { evaluation_id: 'evl_1', scenarios: [] } },
      { token: client.key },
    );
    expect(status).toBe(202);
  }

  async function listed(id: string) {
    const { body } = await client.call('GET', '/webhooks');
    return body.data.find((entry: { id: string }) => entry.id === id);
  }

  function isSignedWith(request: ReceivedRequest | undefined, secret: string): boolean {
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(request?.headers['x-fb-signature'])) ?? [];
    return createHmac('sha256', secret).update(`${t}.${request?.body}`).digest('hex') === v1;
  }

  it('are registered with the documented answer', async () => {
    const url = 'https://hooks.example.com/flowbeacon';
    const data = await subscribe({ url, description: 'Production handler' });
    expect(data).toEqual({
      id: expect.stringMatching(/^sub_[0-9a-z]{26}$/),
      url,
      events: ['evaluation.complete'],
      description: 'Production handler',
      is_active: true,
      signing_secret: expect.stringMatching(/^whsec_[0-9a-f]{64}$/),
      warning,
    });
    expect(await listed(data.id)).toEqual({
      id: data.id,
      url,
      events: ['evaluation.complete'],
      description: 'Production handler',
      is_active: true,
      last_delivery_at: null,
      last_delivery_status: null,
      delivery_failure_count: 0,
      created_at: '2026-04-06T14:30:00.000Z',
      revoked_at: null,
    });
  });

  it('refuse unknown events and plain http, but take events of the organization’s own catalogue', async () => {
    const refused = async (more: Record<string, unknown>) => {
      const { status, body } = await client.call('POST', '/webhooks', {
        url: 'https://hooks.example.com/',
        events: ['evaluation.complete'],
        ...more,
      });
      return [status, body.error.code];
    };
    expect(await refused({ events: ['evaluation.started'] })).toEqual([422, 'invalid_input']);
    expect(await refused({ events: ['*'] })).toEqual([422, 'invalid_input']);
    expect(await refused({ url: 'http://hooks.example.com/' })).toEqual([422, 'invalid_input']);
    expect(await refused({ url: 'http://127.0.0.2/' })).toEqual([422, 'invalid_input']);
    for (const host of ['localhost', '127.0.0.1', '[::1]']) await subscribe({ url: `http://${host}:9/` });
    await app.call('PUT', '/v1/event-types/building.added', { description: 'Ours' }, { token: client.key });
    await subscribe({ events: ['building.added'] });
  });

  it('have no plain http where the operator allows no loopback', async () => {
    const elsewhere = await createTestApp(kind, { environment: { SLUICE_ALLOW_TARGETS: '10.9.8.0/24' } });
    try {
      const { key } = await elsewhere.organization('strict', { preset: 'flowbeacon' });
      const strict = createClient(elsewhere, key);
      const create = async (url: string) =>
        (await strict.call('POST', '/webhooks', { url, events: ['evaluation.complete'] })).status;
      for (const host of ['localhost', '127.0.0.1', '[::1]', '10.9.8.7', 'hooks.example.com'])
        expect([host, await create(`http://${host}/`)]).toEqual([host, 422]);
      expect(await create('https://hooks.example.com/')).toBe(200);
    } finally {
      await elsewhere.close();
    }
  });

  it('send a retry after rotation as it was, signed with the new secret alone', async () => {
    const { id, signing_secret } = await subscribe();
    receiver.answer = () => ({ status: 500 });
    await publish();
    await app.worker.runOnce();
    const { body } = await client.call('POST', `/webhooks/${id}/rotate-secret`);
    for (const seconds of [5, 30]) {
      await app.advance(seconds * 1000);
      await app.worker.runOnce();
    }
    expect(receiver.requests).toHaveLength(3);
    const [first, ...later] = receiver.requests;
    const timeOf = (request: ReceivedRequest | undefined) =>
      String(request?.headers['x-fb-signature']).split(',')[0];
    for (const request of later) {
      expect(request.body).toEqual(first?.body);
      expect(timeOf(request)).toBe(timeOf(first));
      expect(isSignedWith(request, body.data.signing_secret)).toBe(true);
      expect(isSignedWith(request, signing_secret)).toBe(false);
    }
  });

  it('get three attempts with one signature, and stay active', async () => {
    const { id, signing_secret } = await subscribe();
    receiver.answer = () => ({ status: 410 });
    await publish();
    await app.worker.runOnce();
    for (const [index, seconds] of [5, 30, 3_600].entries()) {
      await app.advance(seconds * 1000 - 1);
      await app.worker.runOnce();
      expect(receiver.requests).toHaveLength(Math.min(index + 1, 3));
      await app.advance(1);
      await app.worker.runOnce();
    }
    expect(receiver.requests).toHaveLength(3);
    const [first] = receiver.requests;
    expect(isSignedWith(first, signing_secret)).toBe(true);
    expect(first?.headers).toMatchObject({
      'x-fb-event': 'evaluation.complete',
      'user-agent': 'FlowBeacon-Webhook/1.0',
    });
    for (const { headers, body } of receiver.requests) {
      expect(headers['x-fb-signature']).toBe(first?.headers['x-fb-signature']);
      expect(body).toEqual(first?.body);
    }
    expect(JSON.parse(String(first?.body))).toEqual({
      event: 'evaluation.complete',
      organization_id: orgId,
      evaluation_id: 'evl_1',
      scenarios: [],
    });
    expect(await listed(id)).toMatchObject({
      is_active: true,
      last_delivery_status: 'failed',
      delivery_failure_count: 3,
      last_delivery_at: expect.any(String),
    });
    receiver.answer = () => ({ status: 204 });
    await publish();
    await app.worker.runOnce();
    expect(await listed(id)).toMatchObject({ last_delivery_status: 'delivered', delivery_failure_count: 0 });
  });

  it('stop at once when they are revoked: what is queued, what waits, what is under way', async () => {
    const { id } = await subscribe();
    receiver.answer = () => ({ status: 500 });
    await publish();
    await app.worker.runOnce();
    await publish();
    const revoked = await client.call('DELETE', `/webhooks/${id}`);
    expect(revoked.status).toBe(200);
    expect(revoked.body.data).toMatchObject({ id, is_active: false, revoked_at: expect.any(String) });
    await publish();
    await app.advance(3_600_000);
    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(1);
    expect(await listed(id)).toMatchObject({ is_active: false, delivery_failure_count: 1 });
    expect((await client.call('DELETE', `/webhooks/${id}`)).status).toBe(200);
    expect((await client.call('POST', `/webhooks/${id}/rotate-secret`)).status).toBe(409);

    const other = await subscribe();
    receiver.answer = async () => {
      await client.call('DELETE', `/webhooks/${other.id}`);
      return { status: 500 };
    };
    await publish();
    await app.worker.runOnce();
    await app.advance(3_600_000);
    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(2);
    const { body } = await app.call('GET', '/v1/deliveries', undefined, { token: client.key });
    expect(new Set(body.data.map((delivery: { state: string }) => delivery.state))).toEqual(
      new Set(['cancelled']),
    );
  });

  it('sign with the new secret only after rotation, and count failures anew', async () => {
    const { id, signing_secret } = await subscribe();
    receiver.answer = () => ({ status: 500 });
    await publish();
    await app.worker.runOnce();
    expect(await listed(id)).toMatchObject({ delivery_failure_count: 1 });
    const rotated = await client.call('POST', `/webhooks/${id}/rotate-secret`);
    expect(rotated.status).toBe(200);
    expect(rotated.body.data).toMatchObject({ id, warning });
    expect(rotated.body.data.signing_secret).not.toBe(signing_secret);
    expect(await listed(id)).toMatchObject({ delivery_failure_count: 0, last_delivery_status: 'failed' });
    await app.advance(5_000);
    await app.worker.runOnce();
    const last = receiver.requests.at(-1);
    expect(isSignedWith(last, rotated.body.data.signing_secret)).toBe(true);
    expect(isSignedWith(last, signing_secret)).toBe(false);
  });

  it('are the organization’s own: others find nothing', async () => {
    const { id } = await subscribe();
    const stranger = createClient(app, (await app.organization('other', { preset: 'flowbeacon' })).key);
    expect((await stranger.call('DELETE', `/webhooks/${id}`)).status).toBe(404);
    expect((await stranger.call('POST', `/webhooks/${id}/rotate-secret`)).status).toBe(404);
    expect((await stranger.call('GET', '/webhooks')).body.data).toEqual([]);
    expect(await listed(id)).toMatchObject({ is_active: true });
  });
});
