import { beforeEach, expect, it } from 'vitest';
import { describeFlowlu, type Scope, type Setting, type Webhook } from './setting.ts';

const account = { module: 'crm', model: 'account' } as const;
const accounts = '/v1/records/crm/account';
const names: Scope = { ...account, access: 'write', fields: ['name', 'email'] };

describeFlowlu('an app cannot get at what its scope hides', (given) => {
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
  const putType = (schema: unknown) => setting.call('PUT', '/v1/record-types/crm/account', { schema });
  const makeMember = async (access: object, role = 'member') => {
    const member = { email: `${crypto.randomUUID()}@example.com`, name: 'M', role, access };
    return (await setting.call('POST', '/v1/members', member)).body.id;
  };
  const keyed = (method: string, path: string, body: unknown, token: string, key: string) =>
    setting.app.call(method, path, body, { token, headers: { 'idempotency-key': key } });

  it.each([
    ['a hidden field has the wrong type', { properties: { secret_code: { type: 'integer' } } }],
    ['a hidden field is not allowed', { properties: { name: {}, email: {} }, additionalProperties: false }],
    ['a hidden field has one value only', { properties: { secret_code: { const: 'other' } } }],
    ['a hidden field is missing', { required: ['another_secret'] }],
    ['there are too many fields', { maxProperties: 1 }],
    ['one field asks for another', { dependentRequired: { name: ['another_secret'] } }],
  ])('by what a refusal says when %s', async (_, schema) => {
    const { token } = await setting.install([names]);
    const { id } = await make({ name: 'Example Ltd', secret_code: 'hidden' });
    await putType(schema);
    const path = `${accounts}/${id}`;
    const refused = await setting.call('PATCH', path, { name: 'x' }, token.secret);
    expect(refused).toMatchObject({ status: 422, body: { code: 'invalid_input' } });
    expect(refused.text).not.toMatch(/secret|hidden|fewer|more than|2 |1 /);
    const whole = await setting.call('PATCH', path, { name: 'x' });
    expect(whole.status).toBe(422);
    expect(whole.body.detail).not.toBe(refused.body.detail);
    expect((await setting.call('GET', path)).body.name).toBe('Example Ltd');
  });

  it('by a refusal, which still says what is wrong with the fields that it may see', async () => {
    const { token } = await setting.install([names]);
    const { id } = await make({ name: 'Example Ltd', secret_code: 'hidden' });
    await putType({ properties: { name: { maxLength: 3 }, secret_code: { type: 'integer' } } });
    const refused = await setting.call('PATCH', `${accounts}/${id}`, { name: 'long' }, token.secret);
    expect(refused.body.errors).toEqual([
      { pointer: '/name', detail: 'must NOT have more than 3 characters' },
    ]);
  });

  it('by the size of the whole, or by the schema of the event', async () => {
    const { token } = await setting.install([names]);
    const { id } = await make({ name: 'n', secret: 'x'.repeat(99_000) });
    const large = await setting.call(
      'PATCH',
      `${accounts}/${id}`,
      { email: 'y'.repeat(1_900) },
      token.secret,
    );
    expect(large).toMatchObject({ status: 413, body: { detail: 'The record would be too large.' } });
    const schema = { properties: { previous: { properties: { secret: { maxLength: 5 } } } } };
    await setting.call('PUT', '/v1/event-types/crm.account.update', { schema });
    const refused = await setting.call('PATCH', `${accounts}/${id}`, { name: 'm' }, token.secret);
    expect(refused).toMatchObject({ status: 422, body: { code: 'invalid_event_data' } });
    expect(refused.text).not.toContain('secret');
  });

  it('by repeating what somebody else did with an idempotency key', async () => {
    const app = await setting.install([names]);
    const other = await setting.install([names]);
    const fields = { name: 'n' };
    const first = await keyed('POST', accounts, fields, setting.key, 'k1');
    expect(first.status).toBe(201);
    const asApp = await keyed('POST', accounts, fields, app.token.secret, 'k1');
    const asOther = await keyed('POST', accounts, fields, other.token.secret, 'k1');
    expect(new Set([first, asApp, asOther].map(({ body }) => body.id)).size).toBe(3);
    expect(asApp.body).toEqual({ id: expect.any(String), name: 'n' });
    const again = await keyed('POST', accounts, fields, app.token.secret, 'k1');
    expect(again.body).toEqual(asApp.body);
    expect(again.headers.get('idempotent-replay')).toBe('true');
    expect((await setting.call('GET', accounts)).body.data).toHaveLength(3);
  });

  it('by repeating a request of its own that it may no longer make', async () => {
    const member = await makeMember({ crm: 'write' });
    const wide: Scope = { ...account, access: 'write', fields: ['name', 'phone'] };
    const app = await setting.install([wide], [], { member_id: member });
    const once = () => keyed('POST', accounts, { name: 'n', phone: '1' }, app.token.secret, 'k');
    expect((await once()).status).toBe(201);
    expect((await once()).headers.get('idempotent-replay')).toBe('true');
    await setting.call('PATCH', `/v1/members/${member}`, { access: { crm: 'read' } });
    expect(await once()).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    await setting.call('PATCH', `/v1/members/${member}`, { access: { crm: 'write' } });
    await setting.makeVersion(app.app_id, '2.0.0', [{ ...wide, fields: ['name'] }]);
    await setting.call('POST', `/v1/installations/${app.id}/upgrade`, { version: '2.0.0' });
    expect(await once()).toMatchObject({ status: 403, body: { code: 'missing_scope' } });
    expect((await setting.call('GET', accounts)).body.data).toHaveLength(1);
  });

  it('with a smaller key that repeats how a larger one made a credential', async () => {
    const appId = await setting.makeApp();
    await setting.makeVersion(appId, '1.0.0', [{ ...account, access: 'write' }]);
    const owner = await makeMember({}, 'owner');
    const small = async (scopes: string[]) =>
      (await setting.call('POST', '/v1/keys', { name: 'k', scopes })).body.secret;
    const requests: [string, object, string[]][] = [
      [`/v1/apps/${appId}/installations`, { version: '1.0.0', consent: true }, ['apps:*']],
      ['/v1/keys', { name: 'k', scopes: ['*'] }, ['keys:*']],
      [`/v1/members/${owner}/tokens`, { name: 'k' }, ['members:*']],
    ];
    for (const [path, body, scopes] of requests) {
      expect((await keyed('POST', path, body, setting.key, path)).status).toBe(201);
      const stolen = await keyed('POST', path, body, await small(scopes), path);
      expect(stolen).toMatchObject({ status: 403, body: { code: 'missing_scope' } });
      expect((await keyed('POST', path, body, setting.key, path)).status).toBe(201);
    }
    const { id } = (await setting.call('GET', '/v1/installations')).body.data[0];
    const path = `/v1/installations/${id}/tokens`;
    expect((await keyed('POST', path, undefined, setting.key, 't')).status).toBe(201);
    const stolen = await keyed('POST', path, undefined, await small(['apps:*']), 't');
    expect(stolen).toMatchObject({ status: 403, body: { code: 'missing_scope' } });
  });

  it('by what is replayed to it by hand: an action without a webhook is refused', async () => {
    const { webhooks } = await setting.install([{ ...account, access: 'read' }], [hook('/hook', ['create'])]);
    const { id } = await make({ name: 'n' });
    await setting.call('PATCH', `${accounts}/${id}`, { name: 'm' });
    await setting.call('POST', '/v1/events', { type: 'crm.account.create.again', data: { secret: 1 } });
    await setting.deliver();
    const { body } = await setting.call('GET', '/v1/events');
    const answers = [];
    for (const event of body.data) {
      const replay = { endpoint_id: webhooks[0].endpoint_id };
      const answer = await setting.call('POST', `/v1/events/${event.id}/replay`, replay);
      answers.push([event.type, answer.status]);
    }
    expect(Object.fromEntries(answers)).toEqual({
      'crm.account.create': 202,
      'crm.account.update': 409,
      'crm.account.create.again': 409,
    });
    expect(await setting.deliver()).toMatchObject([{ meta: { action: 'create' } }]);
  });

  it('by a test event, which holds nothing of anybody’s', async () => {
    const { webhooks } = await setting.install([names], [hook()]);
    await make({ name: 'n', phone: 'hidden' });
    await setting.deliver();
    await setting.call('POST', `/v1/endpoints/${webhooks[0].endpoint_id}/test`);
    const test = setting.receiver.requests.at(-1)?.body.toString();
    expect(JSON.parse(test ?? '')).toEqual({
      meta: { module: 'webhook', model: '', action: 'test' },
      current: { message: 'This is a test event.' },
      previous: null,
    });
    const [event] = (await setting.call('GET', '/v1/events?type=webhook.test')).body.data;
    const replay = { endpoint_id: webhooks[0].endpoint_id };
    expect((await setting.call('POST', `/v1/events/${event.id}/replay`, replay)).status).toBe(409);
  });

  it('by telling what is there from what is not: refusals are the same for both', async () => {
    const member = await makeMember({ crm: 'none' });
    const { token } = await setting.install([names], [], { member_id: member });
    const { id } = await make({ name: 'n' });
    const nothing = id.replace(/.$/, (last: string) => (last === '0' ? '1' : '0'));
    const asMember = (await setting.call('POST', `/v1/members/${member}/tokens`, { name: 't' })).body.secret;
    for (const secret of [token.secret, asMember])
      for (const method of ['GET', 'PATCH', 'DELETE']) {
        const body = method === 'PATCH' ? { phone: '1' } : undefined;
        const [there, absent] = [
          await setting.call(method, `${accounts}/${id}`, body, secret),
          await setting.call(method, `${accounts}/${nothing}`, body, secret),
        ];
        expect([there.status, there.body.detail]).toEqual([403, absent.body.detail]);
        expect(absent.status).toBe(403);
      }
    const unknown = await setting.call('GET', '/v1/records/crm/nothing', undefined, asMember);
    expect(unknown.status).toBe(403);
  });

  it('in two spellings of one scope name: each name means one scope', async () => {
    const appId = await setting.makeApp();
    const asked = async (version: string, fields: string[]) => {
      const scope = { ...account, access: 'read', fields } as const;
      return (await setting.makeVersion(appId, version, [scope])).scopes[0].name;
    };
    expect(await asked('1.0.0', ['a', 'b'])).toBe('crm.account:read(a,b)');
    expect(await asked('1.0.1', ['a,b'])).toBe('crm.account:read("a,b")');
    expect(await asked('1.0.2', ['a)', '"b"', 'straße', 'x-y.z'])).toBe(
      'crm.account:read("\\"b\\"","a)",straße,x-y.z)',
    );
    const install = { version: '1.0.1', consent: ['crm.account:read(a,b)'] };
    const refused = await setting.call('POST', `/v1/apps/${appId}/installations`, install);
    expect(refused).toMatchObject({ status: 409, body: { code: 'consent_required' } });
    for (const field of ['', 'a\nb', '__proto__', 'x'.repeat(129)]) {
      const manifest = { version: '2.0.0', scopes: [{ ...account, access: 'read', fields: [field] }] };
      const answer = await setting.call('POST', `/v1/apps/${appId}/versions`, manifest);
      expect([field, answer.status]).toEqual([field, 422]);
    }
  });

  it.each([
    ['a key twice', '{"name":"n","data":{"a":1,"a":2}}', '/data/a'],
    ['a key twice, far inside', '{"name":"n","x":[{"data":{"b":{"c":1,"c":1}}}]}', '/x/0/data/b/c'],
    ['a number beyond double', '{"name":"n","data":{"big":1e400}}', '/data/big'],
    ['a NUL', '{"name":"n","data":"\\u0000"}', '/data'],
    ['half a surrogate pair', '{"name":"n","data":["\\ud800"]}', '/data/0'],
    ['half a pair in a key', '{"name":"n","data":{"\\udc00":1}}', undefined],
  ])('by a field called data: %s is refused there as anywhere', async (_, body, pointer) => {
    const { id } = await make({ name: 'n' });
    for (const [method, path] of [
      ['POST', accounts],
      ['PATCH', `${accounts}/${id}`],
    ] as const) {
      const answer = await setting.call(method, path, body);
      expect(answer.status).toBe(422);
      if (pointer) expect(answer.body.errors[0].pointer).toBe(pointer);
    }
    const schema = `{"schema":{"properties":${body}}}`;
    expect((await setting.call('PUT', '/v1/record-types/shop/order', schema)).status).toBe(422);
    expect((await setting.call('PUT', '/v1/event-types/shop.x', schema)).status).toBe(422);
  });

  it('through a member who was removed or has lost a right', async () => {
    const member = await makeMember({ crm: 'write' });
    const { id, token } = await setting.install([names], [], { member_id: member });
    const { body: own } = await setting.call('POST', `/v1/members/${member}/tokens`, { name: 't' });
    const statuses = async () => [
      (await setting.call('GET', accounts, undefined, token.secret)).status,
      (await setting.call('POST', accounts, { name: 'x' }, token.secret)).status,
      (await setting.call('GET', accounts, undefined, own.secret)).status,
      (await setting.call('POST', accounts, { name: 'x' }, own.secret)).status,
    ];
    expect(await statuses()).toEqual([200, 201, 200, 201]);
    await setting.call('PATCH', `/v1/members/${member}`, { access: { crm: 'read' } });
    expect(await statuses()).toEqual([200, 403, 200, 403]);
    await setting.call('PATCH', `/v1/members/${member}`, { access: { crm: 'none', task: 'write' } });
    expect(await statuses()).toEqual([403, 403, 403, 403]);
    await setting.call('DELETE', `/v1/members/${member}`);
    expect(await statuses()).toEqual([401, 401, 401, 401]);
    expect((await setting.call('GET', `/v1/installations/${id}/tokens`)).body.data).toEqual([]);
  });
});
