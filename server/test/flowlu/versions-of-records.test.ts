import { beforeEach, expect, it } from 'vitest';
import { describeFlowlu, type Scope, type Setting } from './setting.ts';

const account = { module: 'crm', model: 'account' } as const;
const accounts = '/v1/records/crm/account';

describeFlowlu('records that two people change', (given) => {
  let setting: Setting;
  beforeEach(() => {
    setting = given();
  });

  const send = (
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string>,
    token = setting.key,
  ) => setting.app.call(method, path, body, { token, headers });
  const make = async (fields: unknown) => {
    const { body, headers } = await setting.call('POST', accounts, fields);
    return { path: `${accounts}/${body.id}`, tag: headers.get('etag') ?? '' };
  };

  it('say which version they are, and change only as the one that was seen', async () => {
    const { path, tag } = await make({ name: 'Example Ltd', phone: '1' });
    expect(tag).toMatch(/^"[\w-]{22}"$/);
    expect((await setting.call('GET', path)).headers.get('etag')).toBe(tag);
    const first = await send('PATCH', path, { phone: '2' }, { 'if-match': tag });
    expect(first.status).toBe(200);
    const next = first.headers.get('etag') ?? '';
    expect(next).not.toBe(tag);
    const lost = await send('PATCH', path, { name: 'Lost' }, { 'if-match': tag });
    expect(lost).toMatchObject({ status: 412, body: { code: 'stale_version' } });
    expect((await send('DELETE', path, undefined, { 'if-match': tag })).status).toBe(412);
    expect((await setting.call('GET', path)).headers.get('etag')).toBe(next);
    expect(await setting.changes('crm.account.update')).toHaveLength(1);
    const nothing = await send('PATCH', path, { phone: '2' }, { 'if-match': `"x", ${next}` });
    expect([nothing.status, nothing.headers.get('etag')]).toEqual([200, next]);
    expect((await send('PATCH', path, { phone: '3' }, { 'if-match': '*' })).status).toBe(200);
    const last = (await setting.call('GET', path)).headers.get('etag') ?? '';
    expect((await send('DELETE', path, undefined, { 'if-match': last })).status).toBe(204);
    expect((await send('PATCH', path, { phone: '4' }, { 'if-match': last })).status).toBe(404);
  });

  it.each(['x', '""x', 'W/"1"', '"1" "2"', ',', ''])('take no If-Match that is none: %s', async (header) => {
    const { path } = await make({ name: 'n' });
    const answer = await send('PATCH', path, { name: 'm' }, { 'if-match': header });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: 'header:If-Match' }] } });
  });

  it('lose nothing when everybody says what they have seen', async () => {
    const { path } = await make({ name: 'n', count: 0 });
    const increment = async () => {
      for (;;) {
        const { body, headers } = await setting.call('GET', path);
        const seen = { 'if-match': headers.get('etag') ?? '' };
        const { status } = await send('PATCH', path, { count: body.count + 1 }, seen);
        if (status === 200) return;
        expect(status).toBe(412);
      }
    };
    await Promise.all(Array.from({ length: 8 }, increment));
    expect((await setting.call('GET', path)).body.count).toBe(8);
  });

  it('have, for an app, the version of what it may see', async () => {
    const scope: Scope = { ...account, access: 'write', fields: ['name'] };
    const { token } = await setting.install([scope]);
    const { path, tag } = await make({ name: 'n', phone: 'hidden' });
    const seen = async () => (await setting.call('GET', path, undefined, token.secret)).headers.get('etag');
    const before = (await seen()) ?? '';
    expect(before).not.toBe(tag);
    await setting.app.advance(1000);
    await setting.call('PATCH', path, { phone: 'hidden too' });
    expect(await seen()).toBe(before);
    const change = (name: string, header: string) =>
      send('PATCH', path, { name }, { 'if-match': header }, token.secret);
    const whole = (await setting.call('GET', path)).headers.get('etag') ?? '';
    expect((await change('m', whole)).status).toBe(412);
    expect((await change('m', before)).status).toBe(200);
    expect(await seen()).not.toBe(before);
    expect((await change('o', before)).status).toBe(412);
  });

  it('are patched by a body that says that it is a merge patch', async () => {
    const { path } = await make({ name: 'n', phone: '1' });
    const type = (value: string) => ({ 'content-type': value });
    for (const value of ['application/merge-patch+json', 'Application/Merge-Patch+JSON; charset=utf-8']) {
      const patched = await send('PATCH', path, '{"phone":null}', type(value));
      expect([value, patched.status, patched.body.phone]).toEqual([value, 200, undefined]);
    }
    for (const [method, where, value] of [
      ['PATCH', path, 'application/json-patch+json'],
      ['PATCH', path, 'text/plain'],
      ['POST', accounts, 'application/merge-patch+json'],
      ['PUT', '/v1/record-types/crm/account', 'application/merge-patch+json'],
    ] as const) {
      const refused = await send(method, where, '{"name":"x"}', type(value));
      expect([method, value, refused.status]).toEqual([method, value, 415]);
    }
  });
});
