import { afterEach, beforeEach, expect, it } from 'vitest';
import { createClient } from './flowbeacon/client.ts';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { startReceiver, type TestReceiver } from './support/receiver.ts';

const presets = ['flowbeacon', 'flowxtra'] as const;

describeOnEachDatabase('webhooks of members and apps beside a product’s own', (kind) => {
  let app: TestApp;
  let receiver: TestReceiver;

  beforeEach(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z') });
    receiver = await startReceiver();
  });
  afterEach(async () => {
    await app.close();
    await receiver.close();
  });

  /** An organization with a webhook of a member's, one of an app's, and one of its own. */
  async function open(preset: (typeof presets)[number]) {
    const { key } = await app.organization('acme', { preset });
    const expecting = async (status: number, method: string, path: string, body?: unknown, token = key) => {
      const answer = await app.call(method, path, body, { token });
      expect(answer.status, answer.text).toBe(status);
      return answer.body;
    };
    const member = async (role: string) => {
      const { id } = await expecting(201, 'POST', '/v1/members', {
        email: `${role}@example.com`,
        name: role,
        role,
      });
      const { secret } = await expecting(201, 'POST', `/v1/members/${id}/tokens`, { name: 'laptop' });
      return { id, token: secret };
    };
    const [ann, owner] = [await member('member'), await member('owner')];
    const own = await expecting(201, 'POST', '/v1/me/webhooks', { url: `${receiver.url}/ann` }, ann.token);
    await expecting(201, 'PUT', '/v1/record-types/crm/account', { schema: { type: 'object' } });
    const made = await expecting(201, 'POST', '/v1/apps', { name: 'Sync' });
    await expecting(201, 'POST', `/v1/apps/${made.id}/versions`, {
      version: '1.0.0',
      scopes: [{ module: 'crm', model: 'account', access: 'read' }],
      webhooks: [{ module: 'crm', model: 'account', actions: ['create'], url: `${receiver.url}/app` }],
    });
    const installed = await expecting(201, 'POST', `/v1/apps/${made.id}/installations`, {
      version: '1.0.0',
      consent: true,
      member_id: owner.id,
    });
    const { data } = await expecting(200, 'GET', '/v1/endpoints');
    const apps = data.find(({ owner: { kind: who } }: { owner: { kind: string } }) => who === 'installation');
    expect(apps.contract).toBe(preset);
    return { key, ann, owner, expecting, memberEndpoint: own.id, appEndpoint: apps.id, installed };
  }

  /** What the other owners' webhooks are like: nothing of a product's surface changes it. */
  async function othersOf({ expecting, memberEndpoint, appEndpoint }: Awaited<ReturnType<typeof open>>) {
    return Promise.all(
      [memberEndpoint, appEndpoint].map((id) => expecting(200, 'GET', `/v1/endpoints/${id}`)),
    );
  }

  it('are no subscriptions of FlowBeacon: not listed, not revoked, not rotated', async () => {
    const setting = await open('flowbeacon');
    const client = createClient(app, setting.key);
    const before = await othersOf(setting);
    expect((await client.call('GET', '/webhooks')).body.data).toEqual([]);
    const made = await client.call('POST', '/webhooks', {
      url: `${receiver.url}/own`,
      events: ['evaluation.complete'],
    });
    for (const endpoint of [setting.memberEndpoint, setting.appEndpoint]) {
      const id = endpoint.replace('ep_', 'sub_');
      const answers = [
        await client.call('DELETE', `/webhooks/${id}`),
        await client.call('POST', `/webhooks/${id}/rotate-secret`),
        await client.call('DELETE', `/webhooks/${endpoint}`),
      ];
      const unknown = await client.call('DELETE', `/webhooks/sub_${'0'.repeat(26)}`);
      for (const { status, text } of answers) expect([status, text]).toEqual([404, unknown.text]);
    }
    const listed = (await client.call('GET', '/webhooks')).body.data;
    expect(listed.map(({ id }: { id: string }) => id)).toEqual([made.body.data.id]);
    expect(await othersOf(setting)).toEqual(before);
  });

  it('say nothing about FlowBeacon’s subscriptions when they fail', async () => {
    const setting = await open('flowbeacon');
    const client = createClient(app, setting.key);
    await client.call('POST', '/webhooks', { url: `${receiver.url}/own`, events: ['evaluation.complete'] });
    receiver.answer = () => ({ status: 500 });
    await setting.expecting(202, 'POST', '/v1/events', {
      type: 'thing.happened',
      data: {},
      audience: { members: [setting.ann.id] },
    });
    await setting.expecting(201, 'POST', '/v1/records/crm/account', { name: 'Example Ltd' });
    await app.worker.runOnce();
    expect(receiver.requests.map(({ path }) => path).sort()).toEqual(['/ann', '/app']);
    expect((await client.call('GET', '/webhooks')).body.data).toMatchObject([
      { delivery_failure_count: 0, last_delivery_status: null },
    ]);
  });

  it('are no webhooks of Flowxtra’s plugin, and take none of its numbers', async () => {
    const setting = await open('flowxtra');
    const before = await othersOf(setting);
    const call = (method: string, path: string, body?: unknown) =>
      app.call(method, `/api/plugins/webhooks${path}?subdomain=acme`, body, { token: setting.key });
    expect((await call('GET', '')).body.data).toEqual([]);
    const made = await call('POST', '', { name: 'Own', url: receiver.url, events: ['job.closed'] });
    expect(made.body.data.id).toBe(1);
    for (const [method, path, body] of [
      ['GET', ''],
      ['PUT', '', { status: false }],
      ['DELETE', ''],
      ['POST', '/test'],
      ['GET', '/logs'],
      ['GET', '/logs/1'],
    ] as const)
      for (const id of ['2', '3', setting.memberEndpoint, setting.appEndpoint])
        expect([method, id, path, (await call(method, `/${id}${path}`, body)).status]).toEqual([
          method,
          id,
          path,
          404,
        ]);
    expect((await call('GET', '')).body.data).toHaveLength(1);
    expect(receiver.requests).toEqual([]);
    expect(await othersOf(setting)).toEqual(before);
  });

  it('give their owners nothing of the products’ surfaces: members and apps lack the scopes, owners have them', async () => {
    const { ann, owner, installed } = await open('flowxtra');
    const plugin = (token: string) =>
      app.call('GET', '/api/plugins/webhooks?subdomain=acme', undefined, { token });
    for (const token of [ann.token, installed.token.secret]) {
      expect((await plugin(token)).status).toBe(403);
      const beacon = await createClient(app, token).call('GET', '/webhooks');
      expect([beacon.status, beacon.body.error.code]).toEqual([403, 'missing_scope']);
    }
    expect((await plugin(owner.token)).status).toBe(200);
    const signed = createClient(app, owner.token);
    expect((await signed.call('GET', '/webhooks')).status).toBe(200);
    const unsigned = await app.call('GET', '/api/public/v1/webhooks', undefined, { token: owner.token });
    expect(unsigned.body.error.code).toBe('bad_signature');
  });
});
