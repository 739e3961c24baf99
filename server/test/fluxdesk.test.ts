import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sendDigests, sendReminders } from '../src/worker/notifications.ts';
import { adminToken, createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { type ReceivedRequest, startReceiver, type TestReceiver } from './support/receiver.ts';

const minute = 60_000;
const day = 86_400_000;

describeOnEachDatabase('notifications', (kind) => {
  let app: TestApp;
  let receiver: TestReceiver;
  let organization: { id: string; key: string };

  async function open(time: string) {
    app = await createTestApp(kind, { time: new Date(time) });
    organization = await app.organization('desk', { preset: 'fluxdesk', time_zone: 'Europe/Berlin' });
  }
  beforeEach(async () => {
    receiver = await startReceiver();
    await open('2026-03-25T12:00:00Z');
  });
  afterEach(async () => {
    await app.close();
    await receiver.close();
  });

  const asKey = () => ({ token: organization.key });

  async function member(name: string, role = 'member') {
    const made = await app.call('POST', '/v1/members', { name, email: `${name}@example.com`, role }, asKey());
    const token = await app.call('POST', `/v1/members/${made.body.id}/tokens`, { name: 'own' }, asKey());
    expect(token.status).toBe(201);
    return { id: made.body.id as string, token: token.body.secret as string };
  }

  async function webhook(token: string, path: string) {
    const { status, body } = await app.call(
      'POST',
      '/v1/me/webhooks',
      { url: `${receiver.url}${path}` },
      { token },
    );
    expect(status).toBe(201);
    return body as { id: string; secret: string };
  }

  function send(to: unknown, more: Record<string, unknown> = {}) {
    return app.call(
      'POST',
      '/v1/notifications',
      { to, type: 'task_assigned', title: 'Renew it', ...more },
      asKey(),
    );
  }

  const at = (path: string) => receiver.requests.filter((request) => request.path === path);
  const typeOf = (request: ReceivedRequest) => request.headers['x-fluxdesk-event-type'];

  it('reach the addressee’s own webhook, signed as the contract says, and nobody else’s', async () => {
    const ann = await member('ann');
    const bob = await member('bob');
    const { secret } = await webhook(ann.token, '/ann');
    await webhook(bob.token, '/bob');
    const answer = await app.call(
      'POST',
      '/v1/notifications',
      `{"to":{"members":["${ann.id}"]},"type":"task_assigned","title":"Renew it","url":"https://desk.example.com/12","data":{"n": 1e400}}`,
      asKey(),
    );
    expect([answer.status, answer.body.recipients]).toEqual([202, 1]);
    await app.worker.runOnce();

    const [request, ...others] = receiver.requests;
    expect([request?.path, others.length]).toEqual(['/ann', 0]);
    expect(request?.body.toString()).toBe(
      '{"version":1,"type":"task_assigned","title":"Renew it","url":"https://desk.example.com/12","data":{"n": 1e400}}',
    );
    expect(request?.headers['x-fluxdesk-signature']).toBe(
      `v1=${createHmac('sha256', secret)
        .update(request?.body ?? '')
        .digest('hex')}`,
    );
    expect(request?.headers['x-fluxdesk-delivery-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  it('go by role and to everyone, and to the organization’s own endpoints always', async () => {
    const boss = await member('boss', 'hr_admin');
    const ann = await member('ann');
    await webhook(boss.token, '/boss');
    await webhook(ann.token, '/ann');
    await app.call('POST', '/v1/endpoints', { url: `${receiver.url}/all`, events: ['*'] }, asKey());
    await send({ roles: ['admin', 'hr_admin'] }, { type: 'team_support.approved', title: 'Granted' });
    await send({ everyone: true }, { type: 'system', title: 'Hello' });
    await app.worker.runOnce();
    expect(at('/boss').map(typeOf).sort()).toEqual(['system', 'team_support.approved']);
    expect(at('/ann').map(typeOf)).toEqual(['system']);
    expect(at('/all')).toHaveLength(2);
  });

  it('lie in the inbox until they are read, and scheduled ones appear on time', async () => {
    const ann = await member('ann');
    const bob = await member('bob');
    await send({ members: [ann.id] }, { data: { request_id: 12 } });
    await send({ members: [ann.id] }, { title: 'Later', deliver_at: '2026-03-25T13:00:00Z' });
    const inbox = async (query = '') =>
      (await app.call('GET', `/v1/me/notifications${query}`, undefined, { token: ann.token })).body.data;
    const [first, ...rest] = await inbox();
    expect(rest).toEqual([]);
    expect(first).toMatchObject({
      type: 'task_assigned',
      title: 'Renew it',
      data: { request_id: 12 },
      read_at: null,
    });
    expect(
      (await app.call('POST', `/v1/me/notifications/${first.id}/read`, undefined, { token: bob.token }))
        .status,
    ).toBe(404);
    expect(
      (await app.call('POST', `/v1/me/notifications/${first.id}/read`, undefined, { token: ann.token })).body,
    ).toEqual({ marked: 1 });
    expect(await inbox('?unread=true')).toEqual([]);
    await app.advance(60 * minute);
    expect((await inbox('?unread=true')).map((entry: { title: string }) => entry.title)).toEqual(['Later']);
    expect(
      (await app.call('POST', '/v1/me/notifications/read', undefined, { token: ann.token })).body,
    ).toEqual({ marked: 1 });
  });

  it('are refused for somebody who is no member, and then change nothing', async () => {
    const other = await app.organization('other');
    const stranger = await app.call(
      'POST',
      '/v1/members',
      { name: 'X', email: 'x@example.com' },
      { token: other.key },
    );
    const ann = await member('ann');
    const { status, body } = await send({ members: [ann.id, stranger.body.id] });
    expect([status, body.errors[0].pointer]).toEqual([422, '/to/members/1']);
    expect(
      (await app.call('GET', '/v1/me/notifications', undefined, { token: ann.token })).body.data,
    ).toEqual([]);
    expect((await app.call('GET', '/v1/events', undefined, asKey())).body.data).toEqual([]);
  });

  it('keep members’ webhooks to their owners', async () => {
    const ann = await member('ann');
    const bob = await member('bob');
    const { id, secret } = await webhook(ann.token, '/ann');
    for (const [method, path] of [
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/rotate-secret'],
    ] as const) {
      expect(
        (
          await app.call(
            method,
            `/v1/me/webhooks/${id}${path}`,
            method === 'PATCH' ? { name: 'x' } : undefined,
            { token: bob.token },
          )
        ).status,
      ).toBe(404);
    }
    expect((await app.call('GET', '/v1/me/webhooks', undefined, { token: bob.token })).body.data).toEqual([]);
    expect((await app.call('GET', '/v1/me/webhooks', undefined, asKey())).status).toBe(403);
    const listed = await app.call('GET', '/v1/me/webhooks', undefined, { token: ann.token });
    expect(listed.body.data).toMatchObject([{ id, contract: 'fluxdesk', enabled: true }]);
    expect(listed.text).not.toContain(secret);
    const rotated = await app.call('POST', `/v1/me/webhooks/${id}/rotate-secret`, undefined, {
      token: ann.token,
    });
    expect(rotated.body.secret).not.toBe(secret);
  });

  it('stop with a member who leaves', async () => {
    const ann = await member('ann');
    const bob = await member('bob');
    await webhook(ann.token, '/ann');
    await app.call('DELETE', `/v1/members/${ann.id}`, undefined, asKey());
    await send({ everyone: true });
    await app.worker.runOnce();
    expect(receiver.requests).toEqual([]);
    expect((await app.call('GET', '/v1/me/notifications', undefined, { token: ann.token })).status).toBe(401);
    expect(
      (await app.call('GET', '/v1/me/notifications', undefined, { token: bob.token })).body.data,
    ).toHaveLength(1);
  });

  it('disable a webhook after ten refusals in a row, tell its member, and count anew after a success', async () => {
    const ann = await member('ann');
    const { id } = await webhook(ann.token, '/ann');
    let refusing = true;
    receiver.answer = () => ({ status: refusing ? 500 : 200 });
    const row = async () =>
      (await app.call('GET', '/v1/me/webhooks', undefined, { token: ann.token })).body.data[0];
    const fail = async (times: number) => {
      for (let index = 0; index < times; index += 1) {
        await send({ members: [ann.id] }, { title: `Number ${index}` });
        await app.worker.runOnce();
      }
    };
    await fail(9);
    refusing = false;
    await fail(1);
    refusing = true;
    await fail(9);
    expect((await row()).enabled).toBe(true);
    await fail(1);
    expect(await row()).toMatchObject({ id, enabled: false, disabled_reason: '10 consecutive failures' });
    const { body } = await app.call('GET', '/v1/me/notifications?limit=1', undefined, { token: ann.token });
    expect(body.data[0]).toMatchObject({ type: 'system', data: { endpoint_id: id } });
    const resumed = await app.call('PATCH', `/v1/me/webhooks/${id}`, { enabled: true }, { token: ann.token });
    expect(resumed.body.enabled).toBe(true);
  });

  it('remind of a meeting ten minutes before it, once, and again when it is moved', async () => {
    const ann = await member('ann');
    const { body: meeting } = await app.call(
      'POST',
      '/v1/meetings',
      { title: 'Stand-up', starts_at: '2026-03-25T13:00:00Z', members: [ann.id] },
      asKey(),
    );
    const titles = async () =>
      (await app.call('GET', '/v1/me/notifications', undefined, { token: ann.token })).body.data.map(
        (entry: { type: string }) => entry.type,
      );
    await app.advance(50 * minute - 1);
    await sendReminders(app.services);
    expect(await titles()).toEqual([]);
    await app.advance(1);
    await Promise.all([
      sendReminders(app.services),
      sendReminders(app.services),
      sendReminders(app.services),
    ]);
    expect(await titles()).toEqual(['meeting']);
    await app.call('PATCH', `/v1/meetings/${meeting.id}`, { starts_at: '2026-03-25T14:00:00Z' }, asKey());
    await app.advance(60 * minute);
    await sendReminders(app.services);
    expect(await titles()).toEqual(['meeting', 'meeting']);
  });

  it('do not remind of a meeting that was cancelled', async () => {
    const ann = await member('ann');
    const { body: meeting } = await app.call(
      'POST',
      '/v1/meetings',
      { title: 'Stand-up', starts_at: '2026-03-25T13:00:00Z', members: [ann.id] },
      asKey(),
    );
    expect((await app.call('DELETE', `/v1/meetings/${meeting.id}`, undefined, asKey())).status).toBe(204);
    await app.advance(55 * minute);
    await sendReminders(app.services);
    expect(
      (await app.call('GET', '/v1/me/notifications', undefined, { token: ann.token })).body.data,
    ).toEqual([]);
  });

  it('sum up the week on Monday at nine in the organization’s time zone, across the change of the clocks, once', async () => {
    const ann = await member('ann');
    await webhook(ann.token, '/ann');
    await send({ members: [ann.id] });
    await send({ members: [ann.id] }, { type: 'blocker', title: 'Blocked' });
    await app.worker.runOnce();
    await app.advance(Date.parse('2026-03-30T07:00:00Z') - Date.parse('2026-03-25T12:00:00Z') - 1);
    await sendDigests(app.services);
    await app.worker.runOnce();
    expect(at('/ann')).toHaveLength(2);
    await app.advance(1);
    await Promise.all([sendDigests(app.services), sendDigests(app.services)]);
    await sendDigests(app.services);
    await app.worker.runOnce();
    expect(at('/ann')).toHaveLength(3);
    const digest = JSON.parse(at('/ann').at(-1)?.body.toString() ?? '');
    expect(digest).toMatchObject({
      type: 'weekly_digest',
      title: 'Your week: 2 notifications, 2 unread',
      data: { counts: { blocker: 1, task_assigned: 1 } },
    });
    await app.advance(7 * day);
    await sendDigests(app.services);
    await app.worker.runOnce();
    expect(at('/ann')).toHaveLength(4);
  });

  it('follow the organization to another time zone', async () => {
    const ann = await member('ann');
    await send({ members: [ann.id] });
    await app.call(
      'PATCH',
      `/v1/organizations/${organization.id}`,
      { time_zone: 'America/New_York' },
      { token: adminToken },
    );
    await app.advance(Date.parse('2026-03-30T12:59:59Z') - Date.parse('2026-03-25T12:00:00Z'));
    await sendDigests(app.services);
    const types = async () =>
      (await app.call('GET', '/v1/me/notifications', undefined, { token: ann.token })).body.data.map(
        (entry: { type: string }) => entry.type,
      );
    expect(await types()).toEqual(['task_assigned']);
    await app.advance(1_000);
    await sendDigests(app.services);
    expect(await types()).toEqual(['weekly_digest', 'task_assigned']);
  });
});
