import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { startReceiver, type TestReceiver } from './support/receiver.ts';

describeOnEachDatabase('the life of a delivery', (kind) => {
  let app: TestApp;
  let receiver: TestReceiver;
  let key: string;

  beforeEach(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z'), random: () => 0.5 });
    receiver = await startReceiver();
    key = (await app.organization()).key;
  });
  afterEach(async () => {
    await app.close();
    await receiver.close();
  });

  async function makeEndpoint(more: Record<string, unknown> = {}) {
    const { status, body } = await app.call(
      'POST',
      '/v1/endpoints',
      { url: `${receiver.url}/hook`, events: ['*'], ...more },
      { token: key },
    );
    expect(status).toBe(201);
    return body;
  }

  async function publish(data = '{"b":1,"a":1e131072,"b":"\\u0000"}') {
    const answer = await app.call('POST', '/v1/events', `{"type":"invoice.paid","data":${data}}`, {
      token: key,
    });
    expect(answer.status).toBe(202);
    return answer.body;
  }

  it('goes from publish to the ledger, byte for byte', async () => {
    const endpoint = await makeEndpoint();
    const data = '{ "b": 1, "a": 1e131072, "b": "\\u0000", "c": [ ] }';
    const event = await publish(data);
    expect(event.deliveries).toBe(1);
    expect(await app.worker.runOnce()).toBe(1);

    const [request] = receiver.requests;
    expect(request?.body.toString()).toContain(data);
    const deliveries = await app.call('GET', `/v1/deliveries?event_id=${event.id}`, undefined, {
      token: key,
    });
    const [delivery] = deliveries.body.data;
    expect(delivery).toMatchObject({
      state: 'delivered',
      attempts: 1,
      endpoint_id: endpoint.id,
      event_type: 'invoice.paid',
    });
    expect(request?.headers['webhook-id']).toBe(delivery.id);

    const attempts = await app.call('GET', `/v1/deliveries/${delivery.id}/attempts`, undefined, {
      token: key,
    });
    expect(attempts.body.data).toHaveLength(1);
    expect(attempts.body.data[0].request.body).toBe(request?.body.toString());
    expect(attempts.body.data[0]).toMatchObject({
      outcome: 'delivered',
      number: 1,
      response: { status: 200 },
    });
    expect(attempts.body.data[0].request.headers['webhook-signature']).toBe(
      request?.headers['webhook-signature'],
    );
  });

  it('retries by the schedule of the contract, exactly, and then fails', async () => {
    await makeEndpoint();
    receiver.answer = () => ({ status: 500, body: 'broken' });
    const event = await publish();
    await app.worker.runOnce();
    for (const [index, seconds] of [5, 300, 1800, 7200, 18_000, 36_000, 50_400].entries()) {
      await app.advance(seconds * 1000 - 1);
      await app.worker.runOnce();
      expect(receiver.requests).toHaveLength(index + 1);
      await app.advance(1);
      await app.worker.runOnce();
      expect(receiver.requests).toHaveLength(index + 2);
    }
    const { body } = await app.call('GET', `/v1/deliveries?event_id=${event.id}`, undefined, { token: key });
    expect(body.data[0]).toMatchObject({ state: 'failed', attempts: 8, next_attempt_at: null });
    expect(new Set(receiver.requests.map((request) => request.headers['webhook-id'])).size).toBe(1);
    expect(new Set(receiver.requests.map((request) => request.body.toString())).size).toBe(1);
  });

  it('is verified by an independent implementation of the standard, during rotation too', async () => {
    await app.close();
    app = await createTestApp(kind);
    key = (await app.organization()).key;
    const endpoint = await makeEndpoint();
    const rotated = await app.call('POST', `/v1/endpoints/${endpoint.id}/rotate-secret`, undefined, {
      token: key,
    });
    await publish('{"a":1}');
    await app.worker.runOnce();
    const [request] = receiver.requests;
    for (const secret of [endpoint.secret, rotated.body.secret]) {
      const headers = Object.fromEntries(
        Object.entries(request?.headers ?? {}).map(([name, value]) => [name, String(value)]),
      );
      expect(new Webhook(secret).verify(request?.body.toString() ?? '', headers)).toMatchObject({
        type: 'invoice.paid',
        data: { a: 1 },
      });
    }
  });
});
