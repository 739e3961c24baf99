import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import { type Desk, openDesk, type Person } from './setting.ts';

describeOnEachDatabase('tenant-wide integrations', (kind) => {
  let desk: Desk;
  let hr: Person;
  let admin: Person;
  let ann: Person;
  beforeEach(async () => {
    desk = await openDesk(kind, '2026-03-25T12:00:00Z');
    admin = await desk.member('ada', 'admin');
    hr = await desk.member('hal', 'hr_admin');
    ann = await desk.member('ann');
  });
  afterEach(() => desk.close());

  const add = (as: Person, path: string, more: object = {}) =>
    desk.call('POST', '/v1/integrations', { url: `${desk.receiver.url}${path}`, ...more }, as);
  const ids = async (as: Person) =>
    (await desk.call('GET', '/v1/integrations', undefined, as)).body.data.map(({ id }: { id: string }) => id);

  it('get the notifications of everybody, of the types that they name, and nothing else', async () => {
    const all = await add(hr, '/all');
    const some = await add(hr, '/some', { events: ['team_support.approved'], name: 'Support' });
    expect([all.status, some.status]).toEqual([201, 201]);
    const send = (to: object, type: string) =>
      desk.call('POST', '/v1/notifications', { to, type, title: 'Something' });
    await send({ members: [ann.id] }, 'task_assigned');
    await send({ roles: ['hr_admin'] }, 'team_support.approved');
    await desk.call('POST', '/v1/events', { type: 'salary.changed', data: { title: 'Not for everybody' } });
    await desk.app.worker.runOnce();
    expect(
      desk
        .arrived('/all')
        .map(({ type }) => type)
        .sort(),
    ).toEqual(['task_assigned', 'team_support.approved']);
    expect(desk.arrived('/some').map(({ type }) => type)).toEqual(['team_support.approved']);
    const [request] = desk.receiver.requests.filter(({ path }) => path === '/some');
    expect(request?.headers['x-fluxdesk-signature']).toBe(
      `v1=${createHmac('sha256', some.body.secret)
        .update(request?.body ?? '')
        .digest('hex')}`,
    );
  });

  it('are moved by HR admins only where nothing goes along that is not for them', async () => {
    const { body: made } = await desk.call('POST', '/v1/endpoints', {
      url: `${desk.receiver.url}/ours`,
      events: ['system'],
      headers: { 'x-api-key': 'of-the-admin' },
    });
    const move = (as: Person, id: string) =>
      desk.call('PATCH', `/v1/integrations/${id}`, { url: `${desk.receiver.url}/theirs` }, as);
    expect((await move(hr, made.id)).body).toMatchObject({ code: 'missing_scope', status: 403 });
    expect((await desk.call('PATCH', `/v1/integrations/${made.id}`, { name: 'Ours' }, hr)).status).toBe(200);
    const { body: wide } = await desk.call('POST', '/v1/endpoints', {
      url: `${desk.receiver.url}/wide`,
      events: ['*'],
    });
    await desk.call('POST', '/v1/events', { type: 'salary.changed', data: { title: 'Not for everybody' } });
    await desk.call('PATCH', `/v1/endpoints/${wide.id}`, { events: ['system'] });
    expect((await move(hr, wide.id)).body.code).toBe('missing_scope');
    await desk.app.worker.runOnce();
    expect((await move(hr, wide.id)).status).toBe(200);
    expect((await move(admin, made.id)).status).toBe(200);
  });

  it('are managed by owners, admins and HR admins alike, and by nobody else', async () => {
    const owner = await desk.member('olga', 'owner');
    const made = [await add(owner, '/o'), await add(admin, '/a'), await add(hr, '/h')];
    const newestFirst = made.map(({ body }) => body.id).reverse();
    for (const person of [owner, admin, hr]) expect(await ids(person)).toEqual(newestFirst);
    for (const [method, path] of [
      ['GET', '/v1/integrations'],
      ['POST', '/v1/integrations'],
      ['GET', `/v1/integrations/${newestFirst[0]}/deliveries`],
    ] as const) {
      const body = method === 'POST' ? { url: 'https://example.com/' } : undefined;
      expect((await desk.call(method, path, body, ann)).body.code).toBe('missing_scope');
    }
    const path = `/v1/integrations/${newestFirst[2]}`;
    expect((await desk.call('PATCH', path, { events: ['system'] }, hr)).body.events).toEqual(['system']);
    const rotated = await desk.call('POST', `${path}/rotate-secret`, undefined, hr);
    expect(rotated.body.secret).toMatch(/^fdsec_/);
    expect((await desk.call('GET', path, undefined, hr)).text).not.toContain(rotated.body.secret);
    expect((await desk.call('POST', `${path}/test`, undefined, hr)).body.outcome).toBe('delivered');
    expect((await desk.call('POST', `${path}/disable`, undefined, hr)).body.enabled).toBe(false);
    expect((await desk.call('POST', `${path}/enable`, undefined, hr)).body.enabled).toBe(true);
    expect((await desk.call('DELETE', path, undefined, hr)).status).toBe(204);
    expect(await ids(hr)).toEqual(newestFirst.slice(0, 2));
  });

  it('let an HR admin see and touch no other endpoint, and no other delivery', async () => {
    const url = `${desk.receiver.url}/other`;
    const own = await desk.webhook(ann, '/ann');
    const everything = await desk.call('POST', '/v1/endpoints', { url, events: ['*'] });
    const prefixed = await desk.call('POST', '/v1/endpoints', { url, events: ['system', 'crm.*'] });
    const listed = await add(hr, '/listed');
    expect(await ids(hr)).toEqual([listed.body.id]);
    for (const { id } of [own, everything.body, prefixed.body]) {
      for (const [method, suffix, body] of [
        ['GET', '', undefined],
        ['PATCH', '', { name: 'x' }],
        ['DELETE', '', undefined],
        ['POST', '/rotate-secret', undefined],
        ['POST', '/test', undefined],
        ['POST', '/enable', undefined],
        ['POST', '/disable', undefined],
        ['GET', '/stats', undefined],
        ['GET', '/deliveries', undefined],
      ] as const) {
        const { status } = await desk.call(method, `/v1/integrations/${id}${suffix}`, body, hr);
        expect(`${method} ${suffix} ${status}`).toBe(`${method} ${suffix} 404`);
      }
    }
    for (const [method, path] of [
      ['GET', '/v1/endpoints'],
      ['GET', `/v1/endpoints/${listed.body.id}`],
      ['GET', '/v1/deliveries'],
      ['GET', '/v1/events'],
      ['GET', '/v1/notifications'],
      ['GET', '/v1/audit-log'],
    ] as const)
      expect((await desk.call(method, path, undefined, hr)).body.code).toBe('missing_scope');
    for (const events of [['*'], ['salary.changed'], ['system', 'team_support.*'], []])
      expect((await add(hr, '/x', { events })).status).toBe(422);
  });

  it('show of a log what belongs to integrations, whatever went there before', async () => {
    const url = `${desk.receiver.url}/log`;
    const { body } = await desk.call('POST', '/v1/endpoints', { url, events: ['*'] });
    await desk.call('POST', '/v1/events', { type: 'salary.changed', data: { title: 'Secret' } });
    await desk.call('PATCH', `/v1/endpoints/${body.id}`, { events: ['system', 'review'] }, admin);
    await desk.call('POST', '/v1/notifications', { to: { everyone: true }, type: 'system', title: 'All' });
    await desk.app.worker.runOnce();
    const log = await desk.call('GET', `/v1/integrations/${body.id}/deliveries`, undefined, hr);
    expect(log.body.data).toMatchObject([{ event_type: 'system', state: 'delivered', attempts: 1 }]);
    const attempts = (id: string) =>
      desk.call('GET', `/v1/integrations/${body.id}/deliveries/${id}/attempts`, undefined, hr);
    expect((await attempts(log.body.data[0].id)).body.data).toMatchObject([
      { outcome: 'delivered', request: { body: '{"version":1,"type":"system","title":"All"}' } },
    ]);
    const { body: all } = await desk.call('GET', '/v1/deliveries?type=salary.changed');
    expect((await attempts(all.data[0].id)).status).toBe(404);
  });
});
