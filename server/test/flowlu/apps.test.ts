import { beforeEach, expect, it } from 'vitest';
import { describeFlowlu, type Scope, type Setting, type Webhook } from './setting.ts';

const account = { module: 'crm', model: 'account' } as const;
const readAccounts: Scope = { ...account, access: 'read' };

describeFlowlu('apps', (given) => {
  let setting: Setting;
  beforeEach(() => {
    setting = given();
  });

  const hook = (path: string, actions = ['create', 'update', 'delete'], name: object = account): Webhook => ({
    ...account,
    ...name,
    actions,
    url: `${setting.receiver.url}${path}`,
  });
  const endpoints = async () => (await setting.call('GET', '/v1/endpoints')).body.data;

  it('register versions that never change, with what is different in each', async () => {
    const appId = await setting.makeApp();
    const versions = `/v1/apps/${appId}/versions`;
    const first = await setting.makeVersion(appId, '1.0.0', [readAccounts], [hook('/a')]);
    expect(first).toMatchObject({
      version: '1.0.0',
      scopes: [{ ...readAccounts, fields: null, name: 'crm.account:read' }],
      webhooks: [{ ...account, actions: ['create', 'delete', 'update'] }],
      differences: { from: null, scopes: { added: ['crm.account:read'] }, consent: ['crm.account:read'] },
    });
    const wider: Scope = { ...account, access: 'write', fields: ['name', 'email', 'name'] };
    const lead = { module: 'crm', model: 'lead' };
    const second = await setting.makeVersion(
      appId,
      '1.1.0',
      [wider, { ...lead, access: 'read' }],
      [hook('/a'), hook('/b', ['create'], lead)],
    );
    expect(second.differences).toMatchObject({
      from: '1.0.0',
      scopes: { added: ['crm.account:write(email,name)', 'crm.lead:read'], removed: ['crm.account:read'] },
      webhooks: { added: [{ model: 'lead' }], removed: [], unchanged: [{ model: 'account' }] },
    });
    const back = await setting.call('GET', `${versions}/1.0.0?from=1.1.0`);
    expect(back.body.differences).toMatchObject({
      from: '1.1.0',
      webhooks: { added: [], removed: [{ model: 'lead' }] },
      consent: ['crm.account:read'],
    });
    expect((await setting.call('GET', versions)).body.data.map((v: typeof first) => v.version)).toEqual([
      '1.1.0',
      '1.0.0',
    ]);
    const again = await setting.call('POST', versions, { version: '1.0.0', scopes: [] });
    expect(again).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect((await setting.call('GET', `${versions}/2.0.0`)).status).toBe(404);
  });

  it('are refused a webhook on a model without a scope, which is named, and nothing is created', async () => {
    const appId = await setting.makeApp();
    const lead = { module: 'crm', model: 'lead' };
    const answer = await setting.call('POST', `/v1/apps/${appId}/versions`, {
      version: '1.0.0',
      scopes: [readAccounts],
      webhooks: [hook('/a'), hook('/b', ['create'], lead)],
    });
    expect(answer).toMatchObject({
      status: 403,
      body: { code: 'missing_scope', errors: [{ pointer: '/webhooks/1', detail: 'crm.lead:read' }] },
    });
    expect(answer.body.detail).toContain('crm.lead:read');
    expect((await setting.call('GET', `/v1/apps/${appId}/versions`)).body.data).toEqual([]);
    expect(await endpoints()).toEqual([]);
  });

  it.each([
    ['a plain http URL', { url: 'http://example.com/hook' }, 'invalid_input'],
    ['an address inside', { url: 'https://10.0.0.1/hook' }, 'forbidden_address'],
    ['no URL', { url: 'hook' }, 'invalid_input'],
    ['no action', { actions: [] }, 'invalid_input'],
    ['an unknown action', { actions: ['install'] }, 'invalid_input'],
    ['a model that is no word', { model: 'a.b' }, 'invalid_input'],
  ])('are refused a webhook with %s', async (_, wrong, code) => {
    const appId = await setting.makeApp();
    const webhooks = [hook('/good'), { ...hook('/wrong'), ...wrong }];
    const manifest = { version: '1.0.0', scopes: [readAccounts], webhooks };
    const answer = await setting.call('POST', `/v1/apps/${appId}/versions`, manifest);
    expect(answer).toMatchObject({ status: 422, body: { code } });
    expect(answer.body.errors[0].pointer).toMatch(/^\/webhooks\/1/);
    expect((await setting.call('GET', `/v1/apps/${appId}/versions`)).body.data).toEqual([]);
  });

  it.each([
    ['a version that is none', { version: '1.0' }],
    ['a scope twice', { scopes: [readAccounts, { ...readAccounts, access: 'write' }] }],
    ['a scope on no fields', { scopes: [{ ...readAccounts, fields: [] }] }],
    ['an unknown access', { scopes: [{ ...readAccounts, access: 'own' }] }],
  ])('are refused %s', async (_, wrong) => {
    const appId = await setting.makeApp();
    const manifest = { version: '1.0.0', scopes: [readAccounts], ...wrong };
    expect((await setting.call('POST', `/v1/apps/${appId}/versions`, manifest)).status).toBe(422);
  });

  it('are installed with an administrator’s consent only', async () => {
    const appId = await setting.makeApp();
    const lead: Scope = { module: 'crm', model: 'lead', access: 'write', fields: ['name'] };
    await setting.makeVersion(appId, '1.0.0', [readAccounts, lead], [hook('/a')]);
    const install = (consent?: unknown, token?: string) => {
      const request = { version: '1.0.0', ...(consent === undefined ? {} : { consent }) };
      return setting.call('POST', `/v1/apps/${appId}/installations`, request, token);
    };
    for (const consent of [undefined, false, []]) {
      const answer = await install(consent);
      expect(answer).toMatchObject({ status: 409, body: { code: 'consent_required' } });
      expect(answer.body.errors.map(({ detail }: { detail: string }) => detail)).toEqual([
        'crm.account:read',
        'crm.lead:write(name)',
      ]);
    }
    const partly = await install(['crm.account:read']);
    expect(partly.body.errors).toEqual([{ pointer: '/consent', detail: 'crm.lead:write(name)' }]);
    expect(await endpoints()).toEqual([]);

    const installed = await install(['crm.account:read', 'crm.lead:write(name)']);
    expect(installed).toMatchObject({ status: 201, body: { app_id: appId, version: '1.0.0' } });
    expect(installed.body.token.secret).toMatch(/^app_token_/);
    expect(installed.body.webhooks).toMatchObject([{ ...account, secret: expect.stringMatching(/^whsec_/) }]);
    expect(await endpoints()).toMatchObject([
      {
        id: installed.body.webhooks[0].endpoint_id,
        owner: { kind: 'installation', id: installed.body.id },
        contract: 'flowlu',
      },
    ]);
    expect((await install(true)).body.code).toBe('conflict');
    const { text } = await setting.call('GET', `/v1/installations/${installed.body.id}`);
    expect(text).not.toMatch(/whsec_|app_token_/);
    expect((await setting.call('GET', '/v1/installations')).body.data).toEqual([JSON.parse(text)]);
  });

  it('are installed by nobody who lacks what they ask for', async () => {
    const appId = await setting.makeApp();
    await setting.makeVersion(appId, '1.0.0', [{ ...account, access: 'write' }]);
    const key = await setting.call('POST', '/v1/keys', { name: 'k', scopes: ['apps:*', 'records:read'] });
    const request = { version: '1.0.0', consent: true };
    const answer = await setting.call('POST', `/v1/apps/${appId}/installations`, request, key.body.secret);
    expect(answer).toMatchObject({ status: 403, body: { code: 'missing_scope' } });
    expect(answer.body.detail).toContain('records:write');
    expect((await setting.call('GET', '/v1/installations')).body.data).toEqual([]);
  });

  it('are upgraded whole: unchanged webhooks stay, others go with their queue, new ones come', async () => {
    const { app_id, id, webhooks } = await setting.install(
      [readAccounts],
      [hook('/kept'), hook('/dropped'), hook('/changed', ['create'])],
    );
    const idOf = (path: string, list = webhooks) =>
      list.find(({ url }: Webhook) => url.endsWith(path))?.endpoint_id;
    const [kept, dropped] = [idOf('/kept'), idOf('/dropped')];
    setting.receiver.answer = ({ path }) => ({ status: path === '/kept' ? 200 : 500 });
    await setting.call('POST', '/v1/records/crm/account', { name: 'Example Ltd' });
    await setting.deliver();
    const ofTask = { module: 'task', model: 'task' };
    const task: Scope = { ...ofTask, access: 'read' };
    const next = [
      hook('/kept', ['delete', 'update', 'create']),
      hook('/changed'),
      hook('/new', ['create'], ofTask),
    ];
    await setting.makeVersion(app_id, '2.0.0', [readAccounts, task], next);
    const path = `/v1/installations/${id}/upgrade`;

    const refused = await setting.call('POST', path, { version: '2.0.0' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'consent_required' } });
    expect(refused.body.errors).toEqual([{ pointer: '/consent', detail: 'task.task:read' }]);
    expect((await setting.call('GET', `/v1/installations/${id}`)).body.version).toBe('1.0.0');
    expect(await endpoints()).toHaveLength(3);

    const upgraded = await setting.call('POST', path, { version: '2.0.0', consent: ['task.task:read'] });
    expect(upgraded.status).toBe(200);
    expect(idOf('/kept', upgraded.body.webhooks)).toBe(kept);
    const secrets = upgraded.body.webhooks.map(({ url, secret }: Webhook & { secret?: string }) => [
      new URL(url).pathname,
      secret !== undefined,
    ]);
    expect(Object.fromEntries(secrets)).toEqual({ '/kept': false, '/changed': true, '/new': true });
    expect(idOf('/changed', upgraded.body.webhooks)).not.toBe(idOf('/changed'));
    expect((await endpoints()).map((endpoint: { id: string }) => endpoint.id).sort()).toEqual(
      upgraded.body.webhooks.map((webhook: { endpoint_id: string }) => webhook.endpoint_id).sort(),
    );

    const history = await setting.call('GET', `/v1/deliveries?endpoint_id=${kept}`);
    expect(history.body.data).toMatchObject([{ state: 'delivered' }]);
    const queued = await setting.call('GET', `/v1/deliveries?endpoint_id=${dropped}`);
    expect(queued.body.data).toMatchObject([{ state: 'cancelled' }]);
    expect((await setting.call('GET', `/v1/endpoints/${dropped}`)).status).toBe(404);

    const again = await setting.call('POST', path, { version: '2.0.0' });
    expect(again).toMatchObject({ status: 200, body: { version: '2.0.0' } });
    expect(again.text).not.toContain('secret');
    expect((await setting.call('POST', path, { version: '9.9.9' })).status).toBe(404);
  });

  it('keep signing unchanged webhooks with the same secret after an upgrade', async () => {
    const { app_id, id } = await setting.install([readAccounts], [hook('/kept')]);
    await setting.call('POST', '/v1/records/crm/account', { name: 'Before' });
    await setting.deliver();
    await setting.makeVersion(app_id, '1.0.1', [readAccounts], [hook('/kept'), hook('/other')]);
    await setting.call('POST', `/v1/installations/${id}/upgrade`, { version: '1.0.1' });
    const delivery = (await setting.call('GET', '/v1/deliveries')).body.data[0];
    await setting.call('POST', `/v1/events/${delivery.event_id}/replay`, {
      endpoint_id: delivery.endpoint_id,
    });
    await setting.deliver();
    const [first, second] = setting.receiver.requests;
    expect(second?.body).toEqual(first?.body);
    // The time stands still: with the same secret, body and delivery id alone make the signature differ.
    expect(second?.headers['webhook-id']).not.toBe(first?.headers['webhook-id']);
    expect(second?.headers['webhook-timestamp']).toBe(first?.headers['webhook-timestamp']);
  });

  it('need consent again for what an upgrade widens, and for nothing else', async () => {
    const narrow: Scope = { ...readAccounts, fields: ['name'] };
    const { app_id, id } = await setting.install([narrow]);
    const versions: [string, Scope[], string[]][] = [
      ['1.1.0', [{ ...readAccounts, fields: ['name', 'email'] }], ['crm.account:read(email,name)']],
      ['1.2.0', [{ ...account, access: 'write', fields: ['email'] }], ['crm.account:write(email)']],
      ['1.3.0', [{ ...readAccounts, fields: ['email'] }], []],
      ['1.4.0', [readAccounts], ['crm.account:read']],
      ['1.5.0', [narrow], []],
      ['1.6.0', [], []],
      ['1.7.0', [narrow], ['crm.account:read(name)']],
    ];
    for (const [version, scopes, asked] of versions) {
      await setting.makeVersion(app_id, version, scopes);
      const without = await setting.call('POST', `/v1/installations/${id}/upgrade`, { version });
      const details = without.body.errors?.map(({ detail }: { detail: string }) => detail) ?? [];
      expect([version, without.status, details]).toEqual([version, asked.length > 0 ? 409 : 200, asked]);
      if (asked.length > 0)
        await setting.call('POST', `/v1/installations/${id}/upgrade`, { version, consent: true });
      expect((await setting.call('GET', `/v1/installations/${id}`)).body.version).toBe(version);
    }
  });

  it('are uninstalled: webhooks and queue gone, tokens refused, and installed again at will', async () => {
    const { app_id, id, token, webhooks } = await setting.install([readAccounts], [hook('/a')]);
    expect((await setting.call('GET', '/v1/records/crm/account', undefined, token.secret)).status).toBe(200);
    await setting.call('POST', '/v1/records/crm/account', { name: 'Example Ltd' });
    expect((await setting.call('DELETE', `/v1/apps/${app_id}`)).body.code).toBe('conflict');
    expect((await setting.call('DELETE', `/v1/installations/${id}`)).status).toBe(204);
    expect((await setting.call('GET', '/v1/me', undefined, token.secret)).status).toBe(401);
    expect(await endpoints()).toEqual([]);
    expect(await setting.deliver()).toEqual([]);
    const [delivery] = (await setting.call('GET', '/v1/deliveries')).body.data;
    expect(delivery).toMatchObject({ state: 'cancelled', endpoint_id: webhooks[0].endpoint_id });
    expect((await setting.call('DELETE', `/v1/installations/${id}`)).status).toBe(404);
    const request = { version: '1.0.0', consent: true };
    const again = await setting.call('POST', `/v1/apps/${app_id}/installations`, request);
    expect(again.status).toBe(201);
    await setting.call('DELETE', `/v1/installations/${again.body.id}`);
    expect((await setting.call('DELETE', `/v1/apps/${app_id}`)).status).toBe(204);
    expect((await setting.call('GET', `/v1/apps/${app_id}`)).status).toBe(404);
  });

  it('tell nobody of being installed, upgraded or removed', async () => {
    await setting.call('POST', '/v1/endpoints', { url: `${setting.receiver.url}/all`, events: ['*'] });
    const { app_id, id } = await setting.install([readAccounts], [hook('/a')]);
    await setting.makeVersion(app_id, '2.0.0', [readAccounts], []);
    await setting.call('POST', `/v1/installations/${id}/upgrade`, { version: '2.0.0' });
    await setting.call('DELETE', `/v1/installations/${id}`);
    expect(await setting.deliver()).toEqual([]);
    expect((await setting.call('GET', '/v1/events')).body.data).toEqual([]);
    const { body } = await setting.call('GET', '/v1/audit-log');
    const actions = body.data.map(({ action }: { action: string }) => action);
    expect(actions).toEqual(expect.arrayContaining(['app.installed', 'app.upgraded', 'app.uninstalled']));
  });

  it('own their webhooks: nobody moves them by hand, and everything else may be set', async () => {
    const { webhooks } = await setting.install([readAccounts], [hook('/a')]);
    const path = `/v1/endpoints/${webhooks[0].endpoint_id}`;
    for (const change of [{ url: 'https://example.com/' }, { events: ['*'] }, { contract: 'standard' }])
      expect(await setting.call('PATCH', path, change)).toMatchObject({ status: 409 });
    expect(await setting.call('DELETE', path)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect((await setting.call('PATCH', path, { rate_limit: 5, name: 'Sync' })).status).toBe(200);
    expect((await setting.call('POST', `${path}/disable`)).status).toBe(200);
    expect((await setting.call('POST', `${path}/test`)).body.outcome).toBe('delivered');
  });

  it('of another organization are not there', async () => {
    const { app_id, id, token } = await setting.install([readAccounts], [hook('/a')]);
    const other = await setting.other();
    const refused: [string, string, unknown?][] = [
      ['GET', `/v1/apps/${app_id}`],
      ['DELETE', `/v1/apps/${app_id}`],
      ['GET', `/v1/apps/${app_id}/versions`],
      ['GET', `/v1/apps/${app_id}/versions/1.0.0`],
      ['POST', `/v1/apps/${app_id}/versions`, { version: '3.0.0', scopes: [] }],
      ['POST', `/v1/apps/${app_id}/installations`, { version: '1.0.0', consent: true }],
      ['GET', `/v1/installations/${id}`],
      ['POST', `/v1/installations/${id}/upgrade`, { version: '1.0.0' }],
      ['DELETE', `/v1/installations/${id}`],
      ['GET', `/v1/installations/${id}/tokens`],
      ['POST', `/v1/installations/${id}/tokens`],
      ['DELETE', `/v1/installations/${id}/tokens/${token.id}`],
    ];
    for (const [method, path, body] of refused)
      expect([path, (await setting.call(method, path, body, other)).status]).toEqual([path, 404]);
    expect((await setting.call('GET', '/v1/apps', undefined, other)).body.data).toEqual([]);
    expect((await setting.call('GET', '/v1/installations', undefined, other)).body.data).toEqual([]);
  });
});
