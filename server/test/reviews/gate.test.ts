import { afterEach, beforeEach, expect, it } from 'vitest';
import { expireTasks } from '../../src/features/reviews/expire.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { startReceiver, type TestReceiver } from '../support/receiver.ts';
import { startSecondProcess } from '../support/second-process.ts';
import { createKit, type Kit } from './kit.ts';

describeOnEachDatabase('the review gate', (kind) => {
  let app: TestApp;
  let receiver: TestReceiver;
  let kit: Kit;
  let workflow: { id: string };

  beforeEach(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z'), random: () => 0.5 });
    receiver = await startReceiver();
    kit = createKit(app, (await app.organization()).key);
    workflow = await kit.workflow({ expiry: { after_seconds: 600, action: 'expire' } });
  });
  afterEach(async () => {
    await app.close();
    await receiver.close();
  });

  const endpoint = (path: string, more: Record<string, unknown> = {}) =>
    kit.expecting(201, 'POST', '/v1/endpoints', {
      url: `${receiver.url}/${path}`,
      events: ['invoice.*'],
      ...more,
    });
  const gate = (more: Record<string, unknown> = {}) =>
    kit.expecting(201, 'POST', '/v1/review-gates', {
      types: ['invoice.*'],
      workflow_id: workflow.id,
      ...more,
    });
  const publish = (data = '{"amount":1}', more = '') =>
    kit.expecting(202, 'POST', '/v1/events', `{"type":"invoice.paid","data":${data}${more}}`);
  const deliveries = async (event: string) =>
    (await kit.expecting(200, 'GET', `/v1/deliveries?event_id=${event}`)).data;
  const delivery = (id: string) => kit.expecting(200, 'GET', `/v1/deliveries/${id}`);
  const pending = async () => (await kit.expecting(200, 'GET', '/v1/reviews?status=pending')).data;
  const sent = async () => {
    await app.worker.runOnce();
    return receiver.requests.map((request) => `${request.path} ${request.body}`);
  };
  const act = (id: string, action: string, body?: unknown) =>
    kit.expecting(200, 'POST', `/v1/reviews/${id}/${action}`, body);

  it('holds every delivery of an event for one review, and lets them go as they are', async () => {
    await endpoint('a');
    await endpoint('b', { contract: 'fluxo' });
    const made = await gate({ name: 'Large sums' });
    const data = '{ "amount": 1e400, "amount": 2, "x": "\\u0000" }';
    const event = await publish(data);
    expect(event.deliveries).toBe(2);
    expect(await sent()).toEqual([]);
    const held = await deliveries(event.id);
    expect(held.map((one: { state: string }) => one.state)).toEqual(['held', 'held']);
    const [task, ...others] = await pending();
    expect(others).toEqual([]);
    expect(task).toMatchObject({
      title: 'Large sums: invoice.paid',
      gate_id: made.id,
      event_id: event.id,
      event_type: 'invoice.paid',
      expires_at: '2026-04-06T14:40:00.000Z',
      created_by: `gate:${made.id}`,
    });
    expect((await kit.call('GET', `/v1/reviews/${task.id}`)).text).toContain(`"content":${data},`);
    expect((await kit.get(task.id)).deliveries.sort()).toEqual(
      held.map((one: { id: string }) => one.id).sort(),
    );

    await act(task.id, 'approve', { comment: 'ok' });
    const bodies = await sent();
    expect(bodies).toHaveLength(2);
    for (const body of bodies) expect(body).toContain(data);
    expect(await delivery(held[0].id)).toMatchObject({
      state: 'delivered',
      review: {
        id: task.id,
        gate_id: made.id,
        status: 'approved',
        decision: { comment: 'ok', by: { kind: 'key' } },
      },
    });
  });

  it('sends what a reviewer made of it, and keeps both versions', async () => {
    await endpoint('a');
    await endpoint('b', { contract: 'fluxo' });
    await gate();
    const schema = { type: 'object', properties: { amount: { type: 'integer' } }, required: ['amount'] };
    await kit.expecting(201, 'PUT', '/v1/event-types/invoice.paid', { description: '', schema });
    const event = await publish('{"amount":1000}', ',"id":"inv-7"');
    const [task] = await pending();
    expect(task.event_id).toBe('inv-7');
    for (const content of [{ amount: 'many' }, [1], {}]) {
      const refused = await kit.call('POST', `/v1/reviews/${task.id}/revise`, { content });
      expect([refused.status, refused.body.code]).toEqual([422, 'invalid_event_data']);
      expect(refused.body.errors[0].pointer).toMatch(/^\/content/);
    }
    expect((await act(task.id, 'revise', '{"content":{ "amount" : 10 }}')).status).toBe('revised');
    receiver.answer = () => ({ status: 500 });
    await sent();
    await app.advance(60_000_000);
    receiver.answer = () => ({ status: 200 });
    const bodies = await sent();
    expect(bodies.length).toBeGreaterThanOrEqual(4);
    for (const body of bodies) expect(body).toContain('{ "amount" : 10 }');
    const [one] = await deliveries('inv-7');
    expect(one.state).toBe('delivered');
    const attempts = await kit.expecting(200, 'GET', `/v1/deliveries/${one.id}/attempts`);
    expect(attempts.data.at(-1).request.body).toContain('{ "amount" : 10 }');
    expect((await kit.expecting(200, 'GET', `/v1/events/${event.id}`)).data).toEqual({ amount: 1000 });
    expect(await kit.get(task.id)).toMatchObject({ content: { amount: 1000 }, revision: { amount: 10 } });
  });

  it('cancels what is rejected or not decided in time', async () => {
    await endpoint('a');
    await gate();
    const [rejected, forgotten] = [await publish(), await publish()];
    const task = (await pending()).find((one: { event_id: string }) => one.event_id === rejected.id);
    await act(task.id, 'reject', { reason: 'no' });
    await app.advance(600_000);
    expect(await expireTasks(app.parts)).toBe(1);
    for (const event of [rejected, forgotten])
      expect((await deliveries(event.id))[0].state).toBe('cancelled');
    expect(await sent()).toEqual([]);
    const [gone] = await deliveries(rejected.id);
    expect((await kit.call('POST', `/v1/deliveries/${gone.id}/retry`)).status).toBe(409);
  });

  it('lets go by itself where the workflow says so', async () => {
    await endpoint('a');
    await kit.expecting(200, 'PATCH', `/v1/workflows/${workflow.id}`, {
      expiry: { after_seconds: 5, action: 'approve' },
    });
    await gate();
    await publish();
    await app.advance(5_000);
    expect(await sent()).toEqual([]);
    await expireTasks(app.parts);
    expect(await sent()).toHaveLength(1);
  });

  it('cannot be got round by retry, replay, cancel, disable or delete', async () => {
    const a = await endpoint('a');
    await gate();
    const event = await publish();
    const [held] = await deliveries(event.id);
    expect((await kit.call('POST', `/v1/deliveries/${held.id}/retry`)).body.code).toBe(
      'delivery_not_retryable',
    );
    await kit.expecting(202, 'POST', `/v1/events/${event.id}/replay`);
    await kit.expecting(202, 'POST', `/v1/events/${event.id}/replay`, { endpoint_id: a.id });
    await kit.expecting(200, 'POST', `/v1/endpoints/${a.id}/disable`);
    await kit.expecting(200, 'POST', `/v1/endpoints/${a.id}/enable`);
    await app.advance(100_000);
    expect(await sent()).toEqual([]);
    const tasks = await pending();
    expect(tasks).toHaveLength(3);

    const first = tasks.at(-1);
    const [cancelledId] = (await kit.get(first.id)).deliveries;
    await kit.expecting(200, 'POST', `/v1/deliveries/${cancelledId}/cancel`);
    await act(first.id, 'approve');
    expect(await sent()).toEqual([]);

    await kit.expecting(200, 'POST', `/v1/endpoints/${a.id}/disable`);
    await act(tasks[0].id, 'approve');
    expect(await sent()).toEqual([]);
    await kit.expecting(200, 'POST', `/v1/endpoints/${a.id}/enable`);
    await app.worker.runOnce();
    expect(await sent()).toHaveLength(1);

    await kit.expecting(204, 'DELETE', `/v1/endpoints/${a.id}`);
    await act(tasks[1].id, 'approve');
    expect(await sent()).toHaveLength(1);
  });

  it('holds by type, endpoint and condition, and in doubt', async () => {
    const [a, b] = [await endpoint('a'), await endpoint('b')];
    await gate({
      endpoints: [a.id],
      condition: { properties: { amount: { minimum: 100 } }, required: ['amount'] },
    });
    const states = async (data: string) => {
      const event = await publish(data);
      const found = await deliveries(event.id);
      return [a, b].map(
        (one) => found.find((candidate: { endpoint_id: string }) => candidate.endpoint_id === one.id).state,
      );
    };
    expect(await states('{"amount":99}')).toEqual(['pending', 'pending']);
    expect(await states('{"amount":100}')).toEqual(['held', 'pending']);
    expect(await states('{"amount":1000,"amount":1}')).toEqual(['held', 'pending']);
    expect(await states('{"amount":1,"note":"\\"amount\\": 1000 {"}')).toEqual(['pending', 'pending']);
    expect(
      (
        await kit.call('POST', '/v1/review-gates', {
          types: ['*'],
          workflow_id: workflow.id,
          condition: { type: 7 },
        })
      ).body.errors[0].pointer,
    ).toBe('/condition');
  });

  it('holds nothing of ours, and nothing once it is gone, but keeps what it holds', async () => {
    await endpoint('all', { events: ['*'] });
    const made = await gate({ types: ['*'] });
    expect((await kit.call('DELETE', `/v1/workflows/${workflow.id}`)).status).toBe(409);
    const before = await publish('{"n":1}');
    expect((await sent()).map((request) => JSON.parse(request.slice(5)).type)).toEqual(['review.created']);
    await kit.expecting(204, 'DELETE', `/v1/review-gates/${made.id}`);
    await publish('{"n":2}');
    expect((await sent()).map((request) => JSON.parse(request.slice(5)).type)).toEqual([
      'review.created',
      'invoice.paid',
    ]);
    expect((await deliveries(before.id))[0].state).toBe('held');
    await act((await pending())[0].id, 'approve');
    expect((await sent()).filter((request) => request.includes('"n":1'))).toHaveLength(1);
  });

  it('is there for every publish that begins after it, on every process', async () => {
    const second = await startSecondProcess(app);
    await endpoint('a');
    const other = async () => {
      const answer = await second.parts.publisher.publish({
        orgId: (await app.database.queries.selectFrom('organizations').select('id').executeTakeFirstOrThrow())
          .id,
        events: Array.from({ length: 20 }, () => ({
          type: 'invoice.paid',
          data: '{}',
          source: 'api' as const,
        })),
        idempotency: null,
        answer: () => ({ status: 202, body: '' }),
        reauthenticate: async () => {},
      });
      expect(answer.status).toBe(202);
    };
    await other();
    expect(await sent()).toHaveLength(20);
    await gate();
    await Promise.all([other(), publish(), other()]);
    expect(await sent()).toHaveLength(20);
    expect(await pending()).toHaveLength(41);
    await second.close();
  });

  it('respects the time that the publisher asked for', async () => {
    await endpoint('a');
    await gate();
    await publish('{}', ',"deliver_at":"2026-04-06T16:00:00Z"');
    await act((await pending())[0].id, 'approve');
    expect(await sent()).toEqual([]);
    await app.advance(5_400_000);
    expect(await sent()).toHaveLength(1);
  });
});
