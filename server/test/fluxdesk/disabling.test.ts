import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import { type Desk, openDesk, type Person } from './setting.ts';

describeOnEachDatabase("a member's webhook that fails", (kind) => {
  let desk: Desk;
  let ann: Person;
  beforeEach(async () => {
    desk = await openDesk(kind, '2026-03-25T12:00:00Z');
    ann = await desk.member('ann');
  });
  afterEach(() => desk.close());

  const send = (title: string) =>
    desk.call('POST', '/v1/notifications', { to: { members: [ann.id] }, type: 'task_status', title });
  const own = async (path: string) => (await desk.call('GET', path, undefined, ann)).body;

  it('is tried three times more, after 10 s, 1 min and 5 min', async () => {
    const { id } = await desk.webhook(ann, '/ann');
    desk.receiver.answer = () => ({ status: 500 });
    await send('Failing');
    await desk.app.worker.runOnce();
    for (const [delay, attempts] of [
      [10_000, 2],
      [60_000, 3],
      [300_000, 4],
    ] as const) {
      await desk.app.advance(delay - 1);
      await desk.app.worker.runOnce();
      expect(desk.receiver.requests).toHaveLength(attempts - 1);
      await desk.app.advance(1);
      await desk.app.worker.runOnce();
      expect(desk.receiver.requests).toHaveLength(attempts);
    }
    expect((await own(`/v1/me/webhooks/${id}/deliveries`)).data).toMatchObject([
      { state: 'failed', attempts: 4, event_type: 'task_status', endpoint_id: id },
    ]);
    const ids = desk.receiver.requests.map(({ headers }) => headers['x-fluxdesk-delivery-id']);
    expect(new Set(ids).size).toBe(1);
  });

  it('is disabled by the tenth answer of refusal in a row, and its member is told', async () => {
    const failing = await desk.webhook(ann, '/failing');
    await desk.webhook(ann, '/sound');
    let status = 500;
    desk.receiver.answer = ({ path }) => ({ status: path === '/failing' ? status : 200 });
    const row = () => own(`/v1/me/webhooks/${failing.id}`);
    const deliver = async (times: number) => {
      for (let index = 0; index < times; index += 1) {
        await send(`Number ${index}`);
        await desk.app.worker.runOnce();
      }
    };
    await deliver(9);
    status = 204;
    await deliver(1);
    status = 404;
    await deliver(9);
    expect((await row()).enabled).toBe(true);
    await deliver(1);
    await desk.app.worker.runOnce();
    expect(await row()).toMatchObject({ enabled: false, disabled_reason: '10 consecutive failures' });
    const [notice] = (await own('/v1/me/notifications?limit=1')).data;
    expect(notice).toMatchObject({
      type: 'system',
      title: `Your webhook ${desk.receiver.url}/failing was disabled`,
      data: { kind: 'webhook_disabled', endpoint_id: failing.id, reason: '10 consecutive failures' },
    });
    expect(desk.arrived('/sound').map(({ type }) => type)).toContain('system');
    status = 200;
    await desk.call('POST', `/v1/me/webhooks/${failing.id}/enable`, undefined, ann);
    await deliver(1);
    expect((await row()).enabled).toBe(true);
  });

  it('shows its member what was sent and answered, of that webhook and no other', async () => {
    const bob = await desk.member('bob');
    const mine = await desk.webhook(ann, '/ann');
    const his = await desk.webhook(bob, '/bob');
    desk.receiver.answer = () => ({ status: 503, body: 'busy' });
    await desk.call('POST', '/v1/notifications', { to: { everyone: true }, type: 'system', title: 'All' });
    await desk.app.worker.runOnce();
    const [delivery] = (await own(`/v1/me/webhooks/${mine.id}/deliveries?state=pending`)).data;
    const attempts = (webhook: string, id: string) =>
      desk.call('GET', `/v1/me/webhooks/${webhook}/deliveries/${id}/attempts`, undefined, ann);
    expect((await attempts(mine.id, delivery.id)).body.data).toMatchObject([
      {
        number: 1,
        outcome: 'http_error',
        request: { body: '{"version":1,"type":"system","title":"All"}' },
        response: { status: 503, body: 'busy' },
      },
    ]);
    const [foreign] = (await desk.call('GET', `/v1/me/webhooks/${his.id}/deliveries`, undefined, bob)).body
      .data;
    expect((await attempts(mine.id, foreign.id)).status).toBe(404);
    expect((await attempts(his.id, foreign.id)).status).toBe(404);
    expect((await desk.call('GET', `/v1/me/webhooks/${his.id}/deliveries`, undefined, ann)).status).toBe(404);
  });
});
