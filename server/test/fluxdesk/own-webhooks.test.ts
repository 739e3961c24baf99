import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { adminToken } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { type Desk, openDesk, type Person } from './setting.ts';

describeOnEachDatabase("members' own webhooks", (kind) => {
  let desk: Desk;
  let ann: Person;
  let bob: Person;
  beforeEach(async () => {
    desk = await openDesk(kind, '2026-03-25T12:00:00Z');
    ann = await desk.member('ann');
    bob = await desk.member('bob');
  });
  afterEach(() => desk.close());

  const publish = (audience: object | null, type = 'task_assigned') =>
    desk.call('POST', '/v1/events', { type, data: { title: 'Renew it' }, audience });

  it('are for members alone', async () => {
    await desk.call('PUT', '/v1/record-types/crm/account', { schema: { type: 'object' } });
    const { body: app } = await desk.call('POST', '/v1/apps', { name: 'Sync' });
    const scopes = [{ module: 'crm', model: 'account', access: 'read' }];
    await desk.call('POST', `/v1/apps/${app.id}/versions`, { version: '1.0.0', scopes });
    const request = { version: '1.0.0', consent: true, member_id: ann.id };
    const installed = await desk.call('POST', `/v1/apps/${app.id}/installations`, request);
    const embed = await desk.call('POST', '/v1/embed-tokens', {
      label: 'x',
      capabilities: { approve: true },
      allowed_origins: ['https://example.com'],
      expires_at: '2026-03-26T12:00:00Z',
    });
    const others = [desk.organization.key, installed.body.token.secret, embed.body.secret, adminToken];
    for (const credential of others) {
      const { status, body } = await desk.call('GET', '/v1/me/webhooks', undefined, credential);
      expect([status, body.code]).toEqual([403, 'forbidden']);
    }
    expect((await desk.app.call('GET', '/v1/me/webhooks')).status).toBe(401);
    expect((await desk.call('GET', '/v1/me/webhooks', undefined, ann)).body).toEqual({
      data: [],
      next_cursor: null,
    });
  });

  it('show their secret once, on creation and on rotation, and sign with it', async () => {
    const { id, secret } = await desk.webhook(ann, '/ann');
    await publish({ members: [ann.id] });
    await desk.app.worker.runOnce();
    const path = `/v1/me/webhooks/${id}`;
    const rotated = await desk.call('POST', `${path}/rotate-secret`, undefined, ann);
    await publish({ members: [ann.id] });
    await desk.app.worker.runOnce();

    const signed = desk.receiver.requests.map(({ headers, body }) => [
      headers['x-fluxdesk-signature'],
      body.toString(),
    ]);
    expect(signed).toEqual(
      [secret, rotated.body.secret].map((key) => {
        const body = '{"version":1,"type":"task_assigned","title":"Renew it"}';
        return [`v1=${createHmac('sha256', key).update(body).digest('hex')}`, body];
      }),
    );
    expect(rotated.body.secret).not.toBe(secret);
    const shown = [
      await desk.call('GET', '/v1/me/webhooks', undefined, ann),
      await desk.call('GET', path, undefined, ann),
      await desk.call('PATCH', path, { name: 'Mine' }, ann),
      await desk.call('GET', '/v1/audit-log'),
    ];
    for (const { text } of shown) {
      expect(text).toContain(id);
      expect(text).not.toContain(secret);
      expect(text).not.toContain(rotated.body.secret);
    }
  });

  it('are nothing to other members, whatever their role', async () => {
    const owner = await desk.member('olga', 'owner');
    const { id } = await desk.webhook(ann, '/ann');
    const path = `/v1/me/webhooks/${id}`;
    for (const person of [bob, owner]) {
      for (const [method, suffix, body] of [
        ['GET', '', undefined],
        ['PATCH', '', { name: 'x' }],
        ['DELETE', '', undefined],
        ['POST', '/rotate-secret', undefined],
        ['POST', '/test', undefined],
        ['POST', '/enable', undefined],
        ['POST', '/disable', undefined],
        ['GET', '/stats', undefined],
      ] as const) {
        const { status } = await desk.call(method, `${path}${suffix}`, body, person);
        expect(`${method} ${suffix} ${status}`).toBe(`${method} ${suffix} 404`);
      }
      expect((await desk.call('GET', '/v1/me/webhooks', undefined, person)).body.data).toEqual([]);
    }
    expect((await desk.call('GET', path, undefined, ann)).body).toMatchObject({
      id,
      contract: 'fluxdesk',
      enabled: true,
      name: null,
      events: ['*'],
      owner: { kind: 'member', id: ann.id },
    });
  });

  it('can be tested, stopped, resumed and deleted', async () => {
    const { id } = await desk.webhook(ann, '/ann');
    const path = `/v1/me/webhooks/${id}`;
    const tested = await desk.call('POST', `${path}/test`, undefined, ann);
    expect(tested.body).toMatchObject({ outcome: 'delivered', response: { status: 200 } });
    expect((await desk.call('POST', `${path}/disable`, undefined, ann)).body.enabled).toBe(false);
    await publish({ members: [ann.id] });
    expect((await desk.call('POST', `${path}/enable`, undefined, ann)).body.enabled).toBe(true);
    await publish({ members: [ann.id] });
    await desk.app.worker.runOnce();
    expect(desk.arrived('/ann').map(({ type }) => type)).toEqual(['webhook.test', 'task_assigned']);
    expect((await desk.call('GET', `${path}/stats`, undefined, ann)).body).toMatchObject({ delivered: 2 });
    expect((await desk.call('DELETE', path, undefined, ann)).status).toBe(204);
    expect((await desk.call('GET', path, undefined, ann)).status).toBe(404);
  });

  it('go when their member goes, with what is queued for them', async () => {
    await desk.webhook(ann, '/ann');
    await desk.webhook(ann, '/ann2');
    await desk.webhook(bob, '/bob');
    await publish({ members: [ann.id, bob.id] });
    expect((await desk.call('DELETE', `/v1/members/${ann.id}`)).status).toBe(204);
    await desk.app.worker.runOnce();
    expect(desk.receiver.requests.map(({ path }) => path)).toEqual(['/bob']);
    expect((await desk.call('GET', '/v1/me/webhooks', undefined, ann)).status).toBe(401);
    const states = (await desk.call('GET', '/v1/deliveries')).body.data.map(
      ({ state }: { state: string }) => state,
    );
    expect(states.sort()).toEqual(['cancelled', 'cancelled', 'delivered']);
  });

  it('are fifty for each member at most, however many are asked for at once', async () => {
    const ask = () => desk.call('POST', '/v1/me/webhooks', { url: `${desk.receiver.url}/ann` }, ann);
    const answers = await Promise.all(Array.from({ length: 54 }, ask));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(50);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(4);
    await desk.webhook(bob, '/bob');
  });
});
