import { beforeEach, expect, it } from 'vitest';
import { describeFlowlu, type Scope, type Setting, type Webhook } from './setting.ts';

const account = { module: 'crm', model: 'account' } as const;
const accounts = '/v1/records/crm/account';

describeFlowlu('lists', (given) => {
  let setting: Setting;
  beforeEach(() => {
    setting = given();
  });

  const make = async (name: string) => (await setting.call('POST', accounts, { name })).body;
  const namesIn = async (query: string, token = setting.key) => {
    const names: string[] = [];
    for (let cursor = ''; ; ) {
      const path = `${accounts}?limit=2&${query}${cursor}`;
      const { body } = await setting.call('GET', path, undefined, token);
      names.push(...body.data.map(({ name }: { name: string }) => name));
      if (body.next_cursor === null) return names.join('');
      cursor = `&cursor=${body.next_cursor}`;
    }
  };

  it('of records go from either end, or by their last change', async () => {
    const made = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      made.push(await make(name));
      await setting.app.advance(1000);
    }
    const since = setting.time();
    // In one millisecond, which no clock tells apart.
    for (const index of [3, 0, 2])
      await setting.call('PATCH', `${accounts}/${made[index].id}`, { phone: `${index}` });
    await setting.call('PATCH', `${accounts}/${made[1].id}`, { name: 'b' });
    expect(await namesIn('order=newest')).toBe('edcba');
    expect(await namesIn('order=oldest')).toBe('abcde');
    expect(await namesIn('order=updated')).toBe('bedac');
    expect(await namesIn(`order=updated&updated_since=${since}`)).toBe('dac');
    expect(await namesIn(`updated_since=${since}`)).toBe('dca');
    await setting.call('DELETE', `${accounts}/${made[0].id}`);
    expect(await namesIn(`order=updated&updated_since=${since}`)).toBe('dc');
    const page = (await setting.call('GET', `${accounts}?limit=1&order=updated`)).body;
    const other = await setting.call('GET', `${accounts}?limit=1&order=oldest&cursor=${page.next_cursor}`);
    expect(other.body.code).toBe('invalid_cursor');
    for (const wrong of ['order=name', 'updated_since=yesterday', 'sort=name', 'name=a'])
      expect((await setting.call('GET', `${accounts}?${wrong}`)).status).toBe(422);
  });

  it('of records tell an app of no change that it may not see', async () => {
    const scope: Scope = { ...account, access: 'read', fields: ['name'] };
    const { token, app_id, id } = await setting.install([scope]);
    await make('a');
    const since = `updated_since=${setting.time()}`;
    for (const query of ['order=updated', since, `order=oldest&${since}`]) {
      const refused = await setting.call('GET', `${accounts}?${query}`, undefined, token.secret);
      expect(refused).toMatchObject({ status: 403, body: { code: 'missing_scope' } });
      expect(refused.body.errors).toEqual([
        { pointer: '?updated_at', detail: 'crm.account:read(updated_at)' },
      ]);
    }
    expect(await namesIn('order=oldest', token.secret)).toBe('a');
    await setting.makeVersion(app_id, '2.0.0', [{ ...scope, fields: ['name', 'updated_at'] }]);
    const request = { version: '2.0.0', consent: true };
    await setting.call('POST', `/v1/installations/${id}/upgrade`, request);
    expect(await namesIn(`order=updated&${since}`, token.secret)).toBe('a');
  });

  it('of webhooks and of what was sent are those of one installed app, where that is asked for', async () => {
    const hook = (path: string): Webhook => ({
      ...account,
      actions: ['create'],
      url: `${setting.receiver.url}${path}`,
    });
    const scope: Scope = { ...account, access: 'read' };
    await setting.call('POST', '/v1/endpoints', { url: `${setting.receiver.url}/own`, events: ['*'] });
    const one = await setting.install([scope], [hook('/one'), hook('/gone')]);
    const two = await setting.install([scope], [hook('/two')]);
    await make('a');
    await setting.deliver();
    await setting.makeVersion(one.app_id, '2.0.0', [scope], [hook('/one')]);
    await setting.call('POST', `/v1/installations/${one.id}/upgrade`, { version: '2.0.0' });
    const list = async (path: string) => (await setting.call('GET', path)).body.data;
    const pathsOf = async (id: string) =>
      (await list(`/v1/endpoints?installation_id=${id}`)).map(({ url }: Webhook) => new URL(url).pathname);
    expect(await pathsOf(one.id)).toEqual(['/one']);
    expect(await pathsOf(two.id)).toEqual(['/two']);
    expect(await list('/v1/endpoints')).toHaveLength(3);
    const sentTo = async (id: string) =>
      (await list(`/v1/deliveries?installation_id=${id}`)).map(
        (delivery: { endpoint_id: string }) => delivery.endpoint_id,
      );
    expect((await sentTo(one.id)).sort()).toEqual(
      one.webhooks.map((webhook: { endpoint_id: string }) => webhook.endpoint_id).sort(),
    );
    expect(await sentTo(two.id)).toEqual([two.webhooks[0].endpoint_id]);
    expect(await list(`/v1/installations?app_id=${two.app_id}`)).toMatchObject([{ id: two.id }]);
    expect(await list('/v1/installations')).toHaveLength(2);
    const other = await setting.other();
    for (const path of ['endpoints', 'deliveries']) {
      const stolen = `/v1/${path}?installation_id=${one.id}`;
      expect((await setting.call('GET', stolen, undefined, other)).body.data).toEqual([]);
      expect((await setting.call('GET', `/v1/${path}?installation_id=app_1`)).status).toBe(422);
    }
  });

  it('of apps and of what belongs to them go page by page, newest first', async () => {
    const walk = async (path: string, read: (entry: Record<string, string>) => unknown, limit = 1) => {
      const entries: unknown[] = [];
      const base = `${path}${path.includes('?') ? '&' : '?'}limit=${limit}`;
      for (let cursor: string | null = ''; cursor !== null; ) {
        const { body } = await setting.call('GET', `${base}${cursor && `&cursor=${cursor}`}`);
        expect(body.data.length).toBeLessThanOrEqual(limit);
        entries.push(...body.data.map(read));
        cursor = body.next_cursor;
      }
      return entries;
    };
    const idOf = ({ id }: Record<string, string>) => id;
    const scope: Scope = { ...account, access: 'read' };
    const installed = [];
    for (let count = 0; count < 3; count += 1) installed.unshift(await setting.install([scope]));
    const [{ id, app_id, token }] = installed;
    expect(await walk('/v1/apps', idOf)).toEqual(installed.map((each) => each.app_id));
    expect(await walk('/v1/installations', idOf)).toEqual(installed.map(idOf));
    expect(await walk(`/v1/installations?app_id=${app_id}`, idOf)).toEqual([id]);
    for (const version of ['2.0.0', '1.5.0']) await setting.makeVersion(app_id, version, [scope]);
    const versions = await walk(`/v1/apps/${app_id}/versions`, ({ version }) => version);
    expect(versions).toEqual(['1.5.0', '2.0.0', '1.0.0']);
    const path = `/v1/installations/${id}/tokens`;
    const second = await setting.call('POST', path);
    expect(await walk(path, idOf)).toEqual([second.body.id, token.id]);
    const types = await walk('/v1/record-types', ({ module, model }) => `${module}.${model}`, 3);
    expect(types).toEqual(['crm.account', 'crm.deal', 'crm.lead', 'task.task']);
    const person = { name: 'M', email: 'm@example.com' };
    const { body: member } = await setting.call('POST', '/v1/members', person);
    const own = `/v1/members/${member.id}/tokens`;
    const issued = [];
    for (const name of ['a', 'b', 'c']) issued.unshift((await setting.call('POST', own, { name })).body.id);
    expect(await walk(own, idOf)).toEqual(issued);
  });
});
