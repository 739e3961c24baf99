import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { forgetNotifications } from '../../src/features/notifications/notifications.ts';
import { sendDueNotifications } from '../../src/features/notifications/send-due.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { type Desk, openDesk, type Person } from './setting.ts';

const minute = 60_000;

describeOnEachDatabase('notifications', (kind) => {
  let desk: Desk;
  let ann: Person;
  let bob: Person;
  beforeEach(async () => {
    desk = await openDesk(kind, '2026-03-25T12:00:00Z');
    ann = await desk.member('ann');
    bob = await desk.member('bob');
  });
  afterEach(() => desk.close());

  const send = (to: object, more: object = {}) =>
    desk.call('POST', '/v1/notifications', { to, type: 'task_assigned', title: 'Renew it', ...more });
  const inbox = async (person: Person, query = '') =>
    (await desk.call('GET', `/v1/me/notifications${query}`, undefined, person)).body.data;
  const titles = async (person: Person) => (await inbox(person)).map(({ title }: { title: string }) => title);
  const unread = async (person: Person) =>
    (await desk.call('GET', '/v1/me/notifications/unread', undefined, person)).body.unread;

  it('reach the addressee’s inbox and webhook as they were written, and nobody else’s', async () => {
    const { secret } = await desk.webhook(ann, '/ann');
    await desk.webhook(bob, '/bob');
    const request = `{"to":{"members":["${ann.id}"]},"type":"task_assigned","title":"Renew it","url":"https://desk.example.com/12","data":{"n": 1e400}}`;
    const answer = await desk.call('POST', '/v1/notifications', request);
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ type: 'task_assigned', state: 'sent', recipients: 1 });
    await desk.app.worker.runOnce();

    const [received, ...others] = desk.receiver.requests;
    expect([received?.path, others.length]).toEqual(['/ann', 0]);
    const body =
      '{"version":1,"type":"task_assigned","title":"Renew it","url":"https://desk.example.com/12","data":{"n": 1e400}}';
    expect(received?.body.toString()).toBe(body);
    expect(received?.headers).toMatchObject({
      'x-fluxdesk-event-type': 'task_assigned',
      'x-fluxdesk-delivery-id': expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      'x-fluxdesk-signature': `v1=${createHmac('sha256', secret).update(body).digest('hex')}`,
    });
    const listed = await desk.call('GET', '/v1/me/notifications', undefined, ann);
    expect(listed.text).toContain('"data":{"n": 1e400}');
    expect(listed.body.data).toMatchObject([
      {
        notification_id: answer.body.id,
        type: 'task_assigned',
        title: 'Renew it',
        body: null,
        read_at: null,
      },
    ]);
    const read = await desk.call('GET', `/v1/notifications/${answer.body.id}`);
    expect(read.text).toContain('"data":{"n": 1e400}');
    expect(read.body).toMatchObject({ state: 'sent', recipients: 1, to: { members: [ann.id] } });
    expect(await inbox(bob)).toEqual([]);
  });

  it('go to each member once, by name, role or everyone', async () => {
    const hr = await desk.member('hr', 'hr_admin');
    const boss = await desk.member('boss', 'admin');
    await desk.webhook(hr, '/hr');
    const toSome = await send(
      { members: [hr.id, hr.id], roles: ['admin', 'hr_admin'] },
      { type: 'team_support.approved', title: 'Granted' },
    );
    expect(toSome.body.recipients).toBe(2);
    expect((await send({ everyone: true, roles: ['member'] }, { title: 'All' })).body.recipients).toBe(4);
    expect((await send({ roles: ['owner'] }, { title: 'Nobody' })).body.recipients).toBe(0);
    await desk.app.worker.runOnce();
    expect(await titles(hr)).toEqual(['All', 'Granted']);
    expect(await titles(boss)).toEqual(['All', 'Granted']);
    expect(await titles(ann)).toEqual(['All']);
    expect(
      desk
        .arrived('/hr')
        .map(({ title }) => title)
        .sort(),
    ).toEqual(['All', 'Granted']);
  });

  it('are read one by one or all at once, each by its own member', async () => {
    for (const title of ['One', 'Two', 'Three']) await send({ everyone: true }, { title });
    const [three] = await inbox(ann);
    const mark = (id: string, person: Person) =>
      desk.call('POST', `/v1/me/notifications/${id}/read`, undefined, person);
    expect((await mark(three.id, bob)).status).toBe(404);
    expect((await mark(three.id, ann)).body).toEqual({ marked: 1 });
    expect((await mark(three.id, ann)).body).toEqual({ marked: 0 });
    expect((await inbox(ann))[0].read_at).toBe('2026-03-25T12:00:00.000Z');
    expect(await inbox(ann, '?unread=true')).toMatchObject([{ title: 'Two' }, { title: 'One' }]);
    expect([await unread(ann), await unread(bob)]).toEqual([2, 3]);
    expect((await desk.call('POST', '/v1/me/notifications/read', undefined, ann)).body).toEqual({
      marked: 2,
    });
    expect([await unread(ann), await unread(bob)]).toEqual([0, 3]);
  });

  it('wait for their time, and can be taken back until then', async () => {
    await desk.webhook(ann, '/ann');
    const at = '2026-03-25T13:00:00Z';
    const later = await send({ roles: ['member'] }, { title: 'Later', deliver_at: at });
    const never = await send({ everyone: true }, { title: 'Never', deliver_at: at });
    expect(later.body).toMatchObject({ state: 'scheduled', recipients: 2 });
    const cancel = (id: string) => desk.call('POST', `/v1/notifications/${id}/cancel`);
    expect((await cancel(never.body.id)).body).toMatchObject({ state: 'cancelled', recipients: null });
    expect((await cancel(never.body.id)).status).toBe(409);
    await desk.call('DELETE', `/v1/members/${bob.id}`);
    const eve = await desk.member('eve');
    await desk.app.advance(60 * minute - 1);
    expect(await sendDueNotifications(desk.app.parts)).toBe(0);
    expect(await titles(ann)).toEqual([]);
    await desk.app.advance(1);
    const workers = [1, 2, 3].map(() => sendDueNotifications(desk.app.parts));
    expect((await Promise.all(workers)).reduce((sum, count) => sum + count, 0)).toBe(1);
    await desk.app.worker.runOnce();
    expect(await titles(ann)).toEqual(['Later']);
    expect(await titles(eve)).toEqual(['Later']);
    expect(desk.arrived('/ann').map(({ title }) => title)).toEqual(['Later']);
    expect((await cancel(later.body.id)).status).toBe(409);
    const listed = await desk.call('GET', '/v1/notifications');
    expect(listed.body.data).toMatchObject([
      { title: 'Never', state: 'cancelled' },
      { title: 'Later', state: 'sent', recipients: 2 },
    ]);
    expect((await desk.call('GET', '/v1/notifications?state=cancelled')).body.data).toHaveLength(1);
  });

  it('that break their schema by then are refused, said so, and do not hold up others', async () => {
    const at = '2026-03-25T13:00:00Z';
    const broken = await send({ members: [ann.id] }, { type: 'blocker', deliver_at: at });
    await send({ members: [ann.id] }, { title: 'Fine', deliver_at: at });
    await desk.call('PUT', '/v1/event-types/blocker', { description: '', schema: { required: ['url'] } });
    await desk.app.advance(60 * minute);
    expect(await sendDueNotifications(desk.app.parts)).toBe(1);
    expect(await titles(ann)).toEqual(['Fine']);
    expect((await desk.call('GET', `/v1/notifications/${broken.body.id}`)).body).toMatchObject({
      state: 'refused',
      refused_because: expect.stringContaining('url'),
    });
    const { body } = await desk.call('GET', '/v1/audit-log?action=notification.refused');
    expect(body.data).toMatchObject([{ target: broken.body.id }]);
    const now = await send({ members: [ann.id] }, { type: 'blocker' });
    expect([now.status, now.body.code]).toEqual([422, 'invalid_event_data']);
    expect(now.body.errors[0].pointer).not.toMatch(/^\/data/);
    expect(await titles(ann)).toEqual(['Fine']);
  });

  it('are refused for strangers and for links that are none, and then change nothing', async () => {
    const other = await desk.app.organization('other');
    const stranger = await desk.call('POST', '/v1/members', { name: 'X', email: 'x@example.com' }, other.key);
    const refusals = [
      [{ members: [ann.id, stranger.body.id] }, {}, '/to/members/1'],
      [{ members: [ann.id] }, { url: 'javascript:alert(1)' }, '/url'],
      [{ members: [ann.id] }, { url: 'JaVaScRiPt://example.com/%0aalert(1)' }, '/url'],
      [{ members: [ann.id] }, { url: 'https://bank.example.com@evil.example.com/' }, '/url'],
      [{ members: [ann.id] }, { deliver_at: '2027-03-26T12:00:00Z' }, '/deliver_at'],
    ] as const;
    for (const [to, more, pointer] of refusals) {
      const { status, body } = await send(to, more);
      expect([status, body.errors[0].pointer]).toEqual([422, pointer]);
    }
    expect(await inbox(ann)).toEqual([]);
    for (const path of ['/v1/events', '/v1/notifications'])
      expect((await desk.call('GET', path)).body.data).toEqual([]);
  });

  it('never reach a member’s webhook that they are not addressed to, however they are sent again', async () => {
    const admin = await desk.member('admin', 'admin');
    const mine = await desk.webhook(ann, '/ann');
    const his = await desk.webhook(bob, '/bob');
    const sent = await send({ members: [ann.id] });
    const toEveryone = await send({ everyone: true }, { title: 'All' });
    const open = await desk.call('POST', '/v1/events', { type: 'system', data: { title: 'For programs' } });
    const late = await desk.member('late');
    const lates = await desk.webhook(late, '/late');
    await desk.app.worker.runOnce();
    const replay = (event: string, endpoint?: string) =>
      desk.call(
        'POST',
        `/v1/events/${event}/replay`,
        endpoint === undefined ? undefined : { endpoint_id: endpoint },
        admin,
      );
    expect((await replay(sent.body.id)).body.deliveries).toBe(1);
    expect((await replay(sent.body.id, mine.id)).status).toBe(202);
    expect((await replay(sent.body.id, his.id)).body.code).toBe('conflict');
    expect((await replay(open.body.id)).body.deliveries).toBe(0);
    expect((await replay(open.body.id, his.id)).body.code).toBe('conflict');
    expect((await replay(toEveryone.body.id)).body.deliveries).toBe(2);
    expect((await replay(toEveryone.body.id, lates.id)).body.code).toBe('conflict');
    const wider = await desk.call(
      'PATCH',
      `/v1/endpoints/${his.id}`,
      { events: ['task_assigned', '*'] },
      admin,
    );
    expect(wider.status).toBe(409);
    await desk.call('POST', `/v1/endpoints/${his.id}/disable`, undefined, admin);
    await desk.call('POST', `/v1/endpoints/${his.id}/enable`, undefined, admin);
    await send({ members: [ann.id] }, { title: 'Again' });
    await desk.app.worker.runOnce();
    expect(desk.arrived('/bob').map(({ title }) => title)).toEqual(['All', 'All']);
    expect(desk.arrived('/late')).toEqual([]);
    expect(desk.arrived('/ann')).toHaveLength(6);
  });

  it('take null for whatever may be left out', async () => {
    const nothing = { body: null, url: null, data: null, deliver_at: null };
    expect((await send({ members: [ann.id] }, nothing)).status).toBe(202);
    expect(await inbox(ann)).toMatchObject([{ title: 'Renew it', body: null, url: null, data: null }]);
    for (const data of [[], 'text', 7])
      expect((await send({ members: [ann.id] }, { data })).body.errors[0].pointer).toBe('/data');
  });

  it('are held by a review gate on their way to webhooks, like every event', async () => {
    await desk.webhook(ann, '/ann');
    const workflow = await desk.call('POST', '/v1/workflows', { name: 'Check' });
    await desk.call('POST', '/v1/review-gates', { types: ['system'], workflow_id: workflow.body.id });
    await send({ members: [ann.id] }, { type: 'system' });
    await desk.app.worker.runOnce();
    expect(desk.arrived('/ann')).toEqual([]);
    const { body } = await desk.call('GET', '/v1/reviews');
    await desk.call('POST', `/v1/reviews/${body.data[0].id}/approve`, {});
    await desk.app.worker.runOnce();
    expect(desk.arrived('/ann')).toHaveLength(1);
  });

  it('are sent once for each Idempotency-Key', async () => {
    const request = { to: { members: [ann.id] }, type: 'system', title: 'Once' };
    const ask = () =>
      desk.app.call('POST', '/v1/notifications', request, {
        token: desk.organization.key,
        headers: { 'idempotency-key': 'one' },
      });
    const answers = await Promise.all(Array.from({ length: 10 }, ask));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(await titles(ann)).toEqual(['Once']);
  });

  it('are forgotten after the days that the ledger is kept, but not before they were sent', async () => {
    await send({ members: [ann.id] }, { title: 'Old' });
    await send({ members: [ann.id] }, { title: 'Far ahead', deliver_at: '2026-06-01T12:00:00Z' });
    const { queries } = desk.app.database;
    await desk.app.advance(30 * 24 * 60 * minute);
    expect(await forgetNotifications(queries, 30)).toBe(0);
    await desk.app.advance(1);
    expect(await forgetNotifications(queries, 30)).toBe(1);
    expect(await titles(ann)).toEqual([]);
    await desk.app.advance(38 * 24 * 60 * minute);
    await sendDueNotifications(desk.app.parts);
    expect(await titles(ann)).toEqual(['Far ahead']);
  });
});
