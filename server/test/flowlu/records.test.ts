import { beforeEach, expect, it } from 'vitest';
import { describeFlowlu, type Setting } from './setting.ts';

describeFlowlu('records', (given) => {
  let setting: Setting;
  beforeEach(() => {
    setting = given();
  });

  const accounts = '/v1/records/crm/account';
  const make = async (fields: unknown) => (await setting.call('POST', accounts, fields)).body;

  it('come with the product: four models, each with its schema and three event types', async () => {
    const { body } = await setting.call('GET', '/v1/record-types');
    const names = body.data.map(({ module, model }: Record<string, string>) => `${module}.${model}`);
    expect(names).toEqual(['crm.account', 'crm.deal', 'crm.lead', 'task.task']);
    for (const { schema } of body.data) expect(schema).toMatchObject({ type: 'object', required: ['name'] });
    for (const action of ['create', 'update', 'delete'])
      expect((await setting.call('GET', `/v1/event-types/crm.lead.${action}`)).status).toBe(200);
  });

  it('look the same in answers and in events: created, changed, deleted', async () => {
    const start = setting.time();
    const created = await setting.call('POST', accounts, { name: 'Example Ltd', phone: '1' });
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      id: expect.stringMatching(/^rec_/),
      name: 'Example Ltd',
      phone: '1',
      created_at: start,
      updated_at: start,
    });
    await setting.app.advance(60_000);
    const path = `${accounts}/${created.body.id}`;
    const changed = await setting.call('PATCH', path, { phone: null, email: 'office@example.com' });
    expect(changed.status).toBe(200);
    expect(changed.body).toEqual({
      id: created.body.id,
      name: 'Example Ltd',
      email: 'office@example.com',
      created_at: start,
      updated_at: setting.time(),
    });
    expect((await setting.call('GET', path)).body).toEqual(changed.body);
    expect((await setting.call('DELETE', path)).status).toBe(204);
    for (const method of ['GET', 'DELETE']) expect((await setting.call(method, path)).status).toBe(404);
    expect((await setting.call('PATCH', path, { name: 'x' })).status).toBe(404);

    expect(await setting.changes('crm.account.create')).toEqual([{ current: created.body, previous: null }]);
    expect(await setting.changes('crm.account.update')).toEqual([
      { current: changed.body, previous: created.body },
    ]);
    expect(await setting.changes('crm.account.delete')).toEqual([{ current: null, previous: changed.body }]);
  });

  it('are delivered as the document shows them', async () => {
    const endpoint = { url: `${setting.receiver.url}/all`, events: ['*'] };
    await setting.call('POST', '/v1/endpoints', endpoint);
    const record = await make({ name: 'Example Ltd' });
    const [body] = await setting.deliver();
    expect(body).toEqual({
      meta: { module: 'crm', model: 'account', action: 'create' },
      current: record,
      previous: null,
    });
    expect(setting.receiver.requests[0]?.headers['webhook-signature']).toMatch(/^v1,/);
  });

  it.each([
    ['the same value', '{"score":1.50,"tags":["a",{"x":1,"y":2}],"name":"n"}'],
    ['another spelling of it', '{"tags":["a",{"y":2.0,"x":10e-1}],"score":15e-1}'],
    ['nothing at all', '{}'],
    ['the removal of what is not there', '{"missing":null}'],
  ])('make no event of a write of %s', async (_, patch) => {
    const record = await make('{"score":1.50,"tags":["a",{"x":1,"y":2}],"name":"n"}');
    await setting.app.advance(1000);
    const { status, body } = await setting.call('PATCH', `${accounts}/${record.id}`, patch);
    expect(status).toBe(200);
    expect(body).toEqual(record);
    expect(await setting.changes('crm.account.update')).toEqual([]);
  });

  it('keep every digit, and keys that objects have by nature', async () => {
    const text = '"name":"n","big":12345678901234567890,"tiny":1e-400,"x":{"__proto__":{"a":1.10}}';
    const { body } = await setting.call('POST', accounts, `{${text}}`);
    const path = `${accounts}/${body.id}`;
    expect((await setting.call('GET', path)).text).toContain(text);
    await setting.call('PATCH', path, '{"big":12345678901234567891,"x":{"__proto__":{"b":2}}}');
    const read = (await setting.call('GET', path)).text;
    expect(read).toContain('"big":12345678901234567891,"tiny":1e-400,"x":{"__proto__":{"a":1.10,"b":2}}');
    const [event] = (await setting.call('GET', '/v1/events?type=crm.account.update')).body.data;
    const data = (await setting.call('GET', `/v1/events/${event.id}`)).text;
    expect(data).toContain('"big":12345678901234567891');
    expect(data).toContain('"big":12345678901234567890');
  });

  it.each([
    ['a field of the wrong type', { name: 7 }, 422, 'invalid_input', '/name'],
    ['a required field left out', { phone: '1' }, 422, 'invalid_input', '/name'],
    ['an id', { name: 'n', id: 'rec_1' }, 422, 'invalid_input', '/id'],
    ['a time of change', { name: 'n', updated_at: '2026-01-01' }, 422, 'invalid_input', '/updated_at'],
    ['a field without a name', { '': 1 }, 422, 'invalid_input', '/'],
    ['a field that is no field', '{"__proto__":{}}', 422, 'invalid_input', '/__proto__'],
    ['a list', [], 422, 'invalid_input', ''],
    ['too much', { name: 'n', extra: 'x'.repeat(100_001) }, 413, 'payload_too_large', undefined],
    ['a key twice', '{"name":"a","name":"b"}', 422, 'invalid_input', '/name'],
  ])('refuse %s, and nothing is created or told', async (_, fields, status, code, pointer) => {
    const answer = await setting.call('POST', accounts, fields);
    expect(answer).toMatchObject({ status, body: { code } });
    expect(answer.body.errors?.[0]?.pointer).toBe(pointer);
    expect((await setting.call('GET', accounts)).body.data).toEqual([]);
    expect(await setting.changes('crm.account.create')).toEqual([]);
  });

  it('refuse a patch that breaks the schema, and stay what they were', async () => {
    const record = await make({ name: 'Example Ltd' });
    const path = `${accounts}/${record.id}`;
    const answer = await setting.call('PATCH', path, { name: null });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: '/name' }] } });
    expect((await setting.call('GET', path)).body).toEqual(record);
    expect(await setting.changes('crm.account.update')).toEqual([]);
  });

  it('have types of the organization’s own', async () => {
    const path = '/v1/record-types/shop/order';
    const schema = {
      type: 'object',
      properties: { total: { type: 'integer' } },
      additionalProperties: false,
    };
    expect((await setting.call('POST', '/v1/records/shop/order', {})).status).toBe(404);
    expect((await setting.call('PUT', path, { schema, description: 'Orders' })).status).toBe(201);
    expect((await setting.call('PUT', path, { schema })).status).toBe(200);
    expect((await setting.call('GET', path)).body).toMatchObject({ module: 'shop', model: 'order', schema });
    expect((await setting.call('POST', '/v1/records/shop/order', { total: 1.5 })).status).toBe(422);
    const { body: order } = await setting.call('POST', '/v1/records/shop/order', { total: 3 });
    expect(await setting.changes('shop.order.create')).toEqual([{ current: order, previous: null }]);
    expect((await setting.call('DELETE', path)).body).toMatchObject({ code: 'conflict' });
    await setting.call('DELETE', `/v1/records/shop/order/${order.id}`);
    expect((await setting.call('DELETE', path)).status).toBe(204);
    expect((await setting.call('GET', path)).status).toBe(404);
    expect((await setting.call('PUT', '/v1/record-types/Shop/or.der', {})).status).toBe(422);
    const broken = await setting.call('PUT', '/v1/record-types/shop/x', { schema: { type: 'thing' } });
    expect(broken.body.code).toBe('invalid_schema');
  });

  it('are listed page by page, newest first, for their own model and organization only', async () => {
    const made: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      await setting.app.advance(1);
      made.unshift((await make({ name })).id);
    }
    await setting.call('POST', '/v1/records/crm/lead', { name: 'lead' });
    const first = await setting.call('GET', `${accounts}?limit=2`);
    const second = await setting.call('GET', `${accounts}?limit=2&cursor=${first.body.next_cursor}`);
    const ids = [...first.body.data, ...second.body.data].map(({ id }: { id: string }) => id);
    expect(ids).toEqual(made);
    expect(second.body.next_cursor).toBeNull();

    const other = await setting.other();
    expect((await setting.call('GET', accounts, undefined, other)).body.data).toEqual([]);
    const foreign = await setting.call('GET', `${accounts}/${made[0]}`, undefined, other);
    expect(foreign.status).toBe(404);
    expect((await setting.call('GET', `/v1/records/crm/lead/${made[0]}`)).status).toBe(404);
    const stolen = `/v1/records/crm/lead?cursor=${first.body.next_cursor}`;
    expect((await setting.call('GET', stolen)).body.code).toBe('invalid_cursor');
  });

  it('tell the truth about before and after, whoever writes at the same time', async () => {
    const record = await make({ name: 'start', counter: 0 });
    const path = `${accounts}/${record.id}`;
    const writers = Array.from({ length: 40 }, (_, index) =>
      setting.call('PATCH', path, index % 2 === 0 ? { name: `n${index}` } : { [`f${index}`]: index }),
    );
    for (const { status } of await Promise.all(writers)) expect(status).toBe(200);
    const changes = await setting.changes('crm.account.update');
    expect(changes).toHaveLength(40);
    // From the first state on, each change begins where exactly one other ended: one line, no fork, no gap.
    const following = new Map(changes.map((change) => [JSON.stringify(change.previous), change.current]));
    expect(following.size).toBe(40);
    let state = record;
    for (let step = 0; step < 40; step++) state = following.get(JSON.stringify(state));
    expect(state).toEqual((await setting.call('GET', path)).body);
    for (let odd = 1; odd < 40; odd += 2) expect(state[`f${odd}`]).toBe(odd);
  });

  it('commit with their event or not at all', async () => {
    const path = '/v1/event-types/crm.account.create';
    const schema = { properties: { current: { required: ['vat_number'] } } };
    await setting.call('PUT', path, { schema });
    const refused = await setting.call('POST', accounts, { name: 'Example Ltd' });
    expect(refused).toMatchObject({ status: 422, body: { code: 'invalid_event_data' } });
    expect((await setting.call('GET', accounts)).body.data).toEqual([]);
  });

  it('are created once for one idempotency key', async () => {
    const headers = { 'idempotency-key': 'order-7' };
    const once = () => setting.app.call('POST', accounts, { name: 'n' }, { token: setting.key, headers });
    const [first, second] = [await once(), await once()];
    expect(second.body).toEqual(first.body);
    expect(await setting.changes('crm.account.create')).toHaveLength(1);
  });

  it('go with their organization', async () => {
    await make({ name: 'Example Ltd' });
    const { id } = (await setting.call('GET', '/v1/me')).body.organization;
    const removed = await setting.app.call('DELETE', `/v1/organizations/${id}`, undefined, {
      token: 'operator-token-of-the-tests',
    });
    expect(removed.status).toBe(204);
  });
});
