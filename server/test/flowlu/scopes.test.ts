import { beforeEach, expect, it } from 'vitest';
import { describeFlowlu, type Scope, type Setting, type Webhook } from './setting.ts';

const account = { module: 'crm', model: 'account' } as const;
const accounts = '/v1/records/crm/account';
const namesOnly: Scope = { ...account, access: 'read', fields: ['name'] };

describeFlowlu('what an app may see', (given) => {
  let setting: Setting;
  beforeEach(() => {
    setting = given();
  });

  const hook = (path = '/hook', actions = ['create', 'update', 'delete']): Webhook => ({
    ...account,
    actions,
    url: `${setting.receiver.url}${path}`,
  });
  const make = async (fields: unknown) => (await setting.call('POST', accounts, fields)).body;
  const change = (id: string, patch: unknown) => setting.call('PATCH', `${accounts}/${id}`, patch);

  it('is what its scope names, in both objects of every payload', async () => {
    await setting.install([namesOnly], [hook()]);
    const { id } = await make({ name: 'Example Ltd', phone: 'hidden' });
    await change(id, { name: 'Example GmbH', phone: 'hidden too' });
    await setting.call('DELETE', `${accounts}/${id}`);
    const bodies = (await setting.deliver()).sort((a, b) => (a.meta.action < b.meta.action ? -1 : 1));
    const [before, after] = [
      { id, name: 'Example Ltd' },
      { id, name: 'Example GmbH' },
    ];
    expect(bodies).toEqual([
      { meta: { ...account, action: 'create' }, current: before, previous: null },
      { meta: { ...account, action: 'delete' }, current: null, previous: after },
      { meta: { ...account, action: 'update' }, current: after, previous: before },
    ]);
    const sent = setting.receiver.requests.map(({ body }) => body.toString()).join();
    expect(sent).not.toContain('hidden');
    const { text } = await setting.call('GET', '/v1/deliveries');
    for (const delivery of JSON.parse(text).data)
      expect((await setting.call('GET', `/v1/deliveries/${delivery.id}/attempts`)).text).not.toContain(
        'hidden',
      );
  });

  it('changes nothing for others: each endpoint gets its own bytes of one event', async () => {
    await setting.install([namesOnly], [hook('/narrow')]);
    await setting.install([{ ...account, access: 'read' }], [hook('/wide')]);
    const text = '"name":"n","amount":1.10,"tiny":[1e-400]';
    await setting.call('POST', accounts, `{${text}}`);
    await setting.deliver();
    const sent = Object.fromEntries(setting.receiver.requests.map(({ path, body }) => [path, `${body}`]));
    expect(sent['/wide']).toContain(text);
    expect(JSON.parse(sent['/narrow'] ?? '').current).toEqual({ id: expect.any(String), name: 'n' });
  });

  it('is nothing of an update that touches hidden fields only', async () => {
    const { webhooks } = await setting.install([{ ...namesOnly, fields: ['name', 'updated_at'] }], [hook()]);
    const { id } = await make({ name: 'Example Ltd', phone: '1' });
    await setting.deliver();
    await setting.app.advance(1000);
    const hidden = setting.time();
    await change(id, { phone: '2' });
    expect(await setting.deliver()).toEqual([]);
    const [event] = (await setting.call('GET', '/v1/events?type=crm.account.update')).body.data;
    const { body } = await setting.call('GET', `/v1/events/${event.id}`);
    expect(body.trace).toMatchObject([{ reason: 'nothing_visible', delivery_id: null }]);

    const replay = `/v1/events/${event.id}/replay`;
    expect((await setting.call('POST', replay)).body.deliveries).toBe(0);
    const forced = await setting.call('POST', replay, { endpoint_id: webhooks[0].endpoint_id });
    expect(forced).toMatchObject({ status: 409, body: { code: 'conflict' } });

    await setting.app.advance(1000);
    await change(id, { phone: null, name: 'Example GmbH' });
    expect(await setting.deliver()).toMatchObject([
      {
        current: { name: 'Example GmbH', updated_at: setting.time() },
        previous: { name: 'Example Ltd', updated_at: hidden },
      },
    ]);
    expect(await setting.deliver()).toEqual([]);
  });

  it('is a visible field that appears or goes, and one that is set to null', async () => {
    await setting.install([{ ...namesOnly, fields: ['email', 'name'] }], [hook('/hook', ['update'])]);
    const { id } = await make({ name: 'n' });
    await change(id, { email: 'a@example.com' });
    expect(await setting.deliver()).toMatchObject([
      { current: { email: 'a@example.com' }, previous: { name: 'n' } },
    ]);
    await change(id, { email: null });
    expect(await setting.deliver()).toEqual([
      expect.objectContaining({
        current: { id, name: 'n' },
        previous: { id, name: 'n', email: 'a@example.com' },
      }),
    ]);
  });

  it('is nothing of other models, and nothing that is no change, whatever somebody publishes or replays', async () => {
    const { webhooks } = await setting.install([namesOnly], [hook()]);
    const published = [
      { type: 'crm.lead.create', data: { current: { id: 1, name: 'lead' }, previous: null } },
      { type: 'crm.account', data: { name: 'x' } },
      { type: 'crm.account.create.again', data: { name: 'x', secret: 1 } },
      { type: 'crm.account.x', data: { current: 'text', previous: null } },
      { type: 'crm.account.x', data: { current: { name: 'a' }, previous: null, secret: 1 } },
    ];
    for (const event of published) {
      const { body } = await setting.call('POST', '/v1/events', event);
      const request = { endpoint_id: webhooks[0].endpoint_id };
      expect((await setting.call('POST', `/v1/events/${body.id}/replay`, request)).status).toBe(409);
    }
    expect(await setting.deliver()).toEqual([]);
  });

  it('is cut byte by byte out of what a publisher sent', async () => {
    await setting.install([namesOnly], [hook()]);
    const data = '{ "previous" : null , "current":{"n\\u0061me" : [1.0, 2e5],"phone":1,"id":  7} }';
    await setting.call('POST', '/v1/events', `{"type":"crm.account.create","data":${data}}`);
    await setting.deliver();
    expect(setting.receiver.requests[0]?.body.toString()).toBe(
      '{"meta":{"module":"crm","model":"account","action":"create"},"current":{"n\\u0061me" : [1.0, 2e5],"id":  7},"previous":null}',
    );
  });

  it('is less at once for what is queued when an upgrade narrows the scope', async () => {
    const wide: Scope = { ...account, access: 'read', fields: ['name', 'phone'] };
    const { app_id, id, webhooks } = await setting.install([wide], [hook()]);
    await make({ name: 'Example Ltd', phone: 'hidden' });
    await setting.makeVersion(app_id, '2.0.0', [namesOnly], [hook()]);
    const upgraded = await setting.call('POST', `/v1/installations/${id}/upgrade`, { version: '2.0.0' });
    expect(upgraded.body.webhooks[0].endpoint_id).toBe(webhooks[0].endpoint_id);
    expect(await setting.deliver()).toMatchObject([{ current: { name: 'Example Ltd' } }]);
    expect(setting.receiver.requests[0]?.body.toString()).not.toContain('hidden');
  });

  it('is not more of what a reviewer has made of it, and nothing where nothing is left to see', async () => {
    const { webhooks } = await setting.install([namesOnly], [hook('/hook', ['update'])]);
    const { body: workflow } = await setting.call('POST', '/v1/workflows', { name: 'Changes', approvals: 1 });
    const gate = { types: ['crm.account.update'], workflow_id: workflow.id };
    expect((await setting.call('POST', '/v1/review-gates', gate)).status).toBe(201);
    const { id } = await make({ name: 'Before', phone: 'hidden' });
    const revise = async (name: string, content: object) => {
      await change(id, { name });
      const [task] = (await setting.call('GET', '/v1/reviews?status=pending')).body.data;
      expect((await setting.call('POST', `/v1/reviews/${task.id}/revise`, { content })).status).toBe(200);
      return setting.deliver();
    };
    const previous = { id, name: 'Before', phone: 'hidden' };
    expect(
      await revise('After', { current: { id, name: 'Revised', phone: 'hidden too' }, previous }),
    ).toEqual([
      expect.objectContaining({ current: { id, name: 'Revised' }, previous: { id, name: 'Before' } }),
    ]);
    expect(await revise('Again', { current: { ...previous, phone: 'hidden too' }, previous })).toEqual([]);
    const query = `endpoint_id=${webhooks[0].endpoint_id}`;
    const states = (await setting.call('GET', `/v1/deliveries?${query}`)).body.data;
    expect(states).toMatchObject([{ state: 'cancelled' }, { state: 'delivered' }]);
  });

  it('is the same through the API: records cut down, hidden fields refused', async () => {
    const scope: Scope = { ...account, access: 'write', fields: ['name', 'email'] };
    const { token } = await setting.install([scope]);
    const record = await make({ name: 'Example Ltd', phone: 'hidden' });
    const path = `${accounts}/${record.id}`;
    const asApp = (method: string, where: string, body?: unknown) =>
      setting.call(method, where, body, token.secret);
    const visible = { id: record.id, name: 'Example Ltd' };
    expect((await asApp('GET', path)).body).toEqual(visible);
    expect((await asApp('GET', accounts)).body.data).toEqual([visible]);
    const changed = await asApp('PATCH', path, { email: 'a@example.com' });
    expect(changed.body).toEqual({ ...visible, email: 'a@example.com' });
    expect((await setting.call('GET', path)).body).toMatchObject({ email: 'a@example.com', phone: 'hidden' });
    const refused = await asApp('PATCH', path, { phone: null, name: 'x' });
    expect(refused).toMatchObject({ status: 403, body: { code: 'missing_scope' } });
    expect(refused.body.errors).toEqual([{ pointer: '/phone', detail: 'crm.account:write(phone)' }]);
    expect((await setting.call('GET', path)).body).toMatchObject({ name: 'Example Ltd', phone: 'hidden' });
    const made = await asApp('POST', accounts, { name: 'New' });
    expect(made.body).toEqual({ id: expect.any(String), name: 'New' });
    expect((await asApp('DELETE', `${accounts}/${made.body.id}`)).status).toBe(204);
  });

  it('ends where its scopes end: no other model, no writing, no other route', async () => {
    const { token, id } = await setting.install([namesOnly]);
    const record = await make({ name: 'Example Ltd' });
    const refused: [string, string, unknown, string][] = [
      ['GET', '/v1/records/crm/lead', undefined, 'crm.lead:read'],
      ['GET', '/v1/records/no/such', undefined, 'no.such:read'],
      ['POST', accounts, { name: 'x' }, 'records:write'],
      ['PATCH', `${accounts}/${record.id}`, { name: 'x' }, 'records:write'],
      ['DELETE', `${accounts}/${record.id}`, undefined, 'records:write'],
      ['GET', '/v1/endpoints', undefined, 'endpoints:read'],
      ['GET', '/v1/events', undefined, 'events:read'],
      ['POST', `/v1/installations/${id}/tokens`, undefined, 'apps:write'],
    ];
    for (const [method, path, body, scope] of refused) {
      const answer = await setting.call(method, path, body, token.secret);
      expect([path, answer.status, answer.body.errors?.[0]?.detail]).toEqual([path, 403, scope]);
    }
    const me = await setting.call('GET', '/v1/me', undefined, token.secret);
    expect(me.body).toMatchObject({
      kind: 'installation',
      id,
      scopes: ['records:read'],
      record_scopes: ['crm.account:read(name)'],
      acts_for: null,
    });
  });

  it('is refused the writing of one model when it may write another', async () => {
    const lead: Scope = { module: 'crm', model: 'lead', access: 'write' };
    const { token } = await setting.install([namesOnly, lead]);
    const answer = await setting.call('POST', accounts, { name: 'x' }, token.secret);
    expect(answer.body.errors[0].detail).toBe('crm.account:write');
    const made = await setting.call('POST', '/v1/records/crm/lead', { name: 'x' }, token.secret);
    expect(made.status).toBe(201);
  });

  it('is bounded by the rights of the member whose token is used', async () => {
    const makeMember = async (name: string, role: string, access: object) => {
      const member = { email: `${name}@example.com`, name, role, access };
      return (await setting.call('POST', '/v1/members', member)).body.id;
    };
    const reader = await makeMember('reader', 'member', { crm: 'read' });
    const owner = await makeMember('owner', 'owner', {});
    const bounded = await makeMember('bounded', 'owner', { crm: 'none' });
    const { id, token } = await setting.install([{ ...account, access: 'write' }], [], { member_id: reader });
    expect(token.member_id).toBe(reader);
    const issue = async (member: string | null) =>
      (await setting.call('POST', `/v1/installations/${id}/tokens`, { member_id: member })).body.secret;
    const may = async (secret: string) => [
      (await setting.call('GET', accounts, undefined, secret)).status,
      (await setting.call('POST', accounts, { name: 'x' }, secret)).status,
    ];
    expect(await may(token.secret)).toEqual([200, 403]);
    expect(await may(await issue(owner))).toEqual([200, 201]);
    expect(await may(await issue(bounded))).toEqual([403, 403]);
    expect(await may(await issue(null))).toEqual([200, 201]);

    await setting.call('PATCH', `/v1/members/${reader}`, { access: { crm: 'write' } });
    expect(await may(token.secret)).toEqual([200, 201]);
    await setting.call('PATCH', `/v1/members/${reader}`, { access: {} });
    expect(await may(token.secret)).toEqual([403, 403]);
    await setting.call('DELETE', `/v1/members/${reader}`);
    expect(await may(token.secret)).toEqual([401, 401]);
    expect((await setting.call('GET', `/v1/installations/${id}/tokens`)).body.data).toHaveLength(3);
    const nobody = await setting.call('POST', `/v1/installations/${id}/tokens`, { member_id: reader });
    expect(nobody.status).toBe(404);
  });

  it('ends at once when its token is revoked', async () => {
    const { id, token } = await setting.install([namesOnly]);
    const path = `/v1/installations/${id}/tokens/${token.id}`;
    expect((await setting.call('DELETE', path)).status).toBe(204);
    expect((await setting.call('GET', accounts, undefined, token.secret)).status).toBe(401);
    expect((await setting.call('DELETE', path)).status).toBe(404);
  });
});
