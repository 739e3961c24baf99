import { sql } from 'kysely';
import { beforeEach, expect, it } from 'vitest';
import type { ApiAnswer } from '../support/app.ts';
import { describeFlowlu, describeFlowluOnServer, type Setting, type Webhook } from './setting.ts';

const account = { module: 'crm', model: 'account' } as const;
const readAccounts = { ...account, access: 'read' } as const;

describeFlowlu('two at once', (given) => {
  let setting: Setting;
  beforeEach(() => {
    setting = given();
  });

  const hook = (path: string): Webhook => ({
    ...account,
    actions: ['create'],
    url: `${setting.receiver.url}${path}`,
  });
  const endpoints = async () => (await setting.call('GET', '/v1/endpoints')).body.data;
  const paths = (list: { url: string }[]) => list.map(({ url }) => new URL(url).pathname).sort();

  it('install one app: one of them does', async () => {
    const appId = await setting.makeApp();
    await setting.makeVersion(appId, '1.0.0', [readAccounts], [hook('/a'), hook('/b')]);
    const request = { version: '1.0.0', consent: true };
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => setting.call('POST', `/v1/apps/${appId}/installations`, request)),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, 409, 409, 409, 409, 409]);
    expect(paths(await endpoints())).toEqual(['/a', '/b']);
    expect((await setting.call('GET', '/v1/installations')).body.data).toHaveLength(1);
  });

  it('upgrade one installation: one after the other, whole, each with the consent that it needs', async () => {
    const { app_id, id } = await setting.install([readAccounts], [hook('/1')]);
    const lead = { module: 'crm', model: 'lead', access: 'read' } as const;
    const task = { module: 'task', model: 'task', access: 'read' } as const;
    await setting.makeVersion(app_id, '2.0.0', [readAccounts, lead], [hook('/1'), hook('/2')]);
    await setting.makeVersion(app_id, '3.0.0', [readAccounts, task], [hook('/3')]);
    const upgrade = (version: string, consent: unknown) =>
      setting.call('POST', `/v1/installations/${id}/upgrade`, { version, consent });
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all([
        upgrade('2.0.0', ['crm.lead:read']),
        upgrade('3.0.0', ['task.task:read']),
        upgrade('1.0.0', []),
        upgrade('3.0.0', []),
      ]);
      // Without a word about the task, the last one passes only after another one that had it.
      for (const { status } of answers.slice(0, 3)) expect(status).toBe(200);
      expect([200, 409]).toContain(answers[3]?.status);
      const { body } = await setting.call('GET', `/v1/installations/${id}`);
      const expected = { '1.0.0': ['/1'], '2.0.0': ['/1', '/2'], '3.0.0': ['/3'] };
      expect(paths(body.webhooks)).toEqual(Object.entries(expected).find(([v]) => v === body.version)?.[1]);
      expect(paths(await endpoints())).toEqual(paths(body.webhooks));
      const scopes = { '1.0.0': [], '2.0.0': ['crm.lead:read'], '3.0.0': ['task.task:read'] };
      expect(body.scopes.slice(1)).toEqual(Object.entries(scopes).find(([v]) => v === body.version)?.[1]);
    }
  });
});

describeFlowluOnServer('two whose transactions overlap', (given) => {
  let setting: Setting;
  beforeEach(() => {
    setting = given();
  });

  const queries = () => setting.app.database.queries;
  const hook = { ...account, actions: ['create'], url: 'https://example.com/hook' };
  const waiting = async (count: number) => {
    await expect
      .poll(async () => {
        const { rows } = await sql`
            select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
          queries(),
        );
        return rows.length;
      })
      .toBe(count);
  };
  /** Runs the first until its last write, the audit entry, then lets the second begin, then lets both end. */
  const overlap = async (first: () => Promise<ApiAnswer>, second: () => Promise<ApiAnswer>) => {
    const answers = await queries()
      .transaction()
      .execute(async (tx) => {
        await sql`lock table audit_log in exclusive mode`.execute(tx);
        const one = first();
        await waiting(1);
        const two = second();
        await waiting(2);
        return [one, two] as const;
      });
    return Promise.all(answers);
  };

  it('install an app and delete it: it is installed and stays', async () => {
    const appId = await setting.makeApp();
    await setting.makeVersion(appId, '1.0.0', [readAccounts], [hook]);
    const [installed, deleted] = await overlap(
      () =>
        setting.call('POST', `/v1/apps/${appId}/installations`, {
          version: '1.0.0',
          consent: true,
        }),
      () => setting.call('DELETE', `/v1/apps/${appId}`),
    );
    expect([installed.status, deleted.status]).toEqual([201, 409]);
    expect((await setting.call('GET', `/v1/installations/${installed.body.id}`)).status).toBe(200);
  });

  it('delete an app and install it: it is gone, and nothing of it is left', async () => {
    const appId = await setting.makeApp();
    await setting.makeVersion(appId, '1.0.0', [readAccounts], [hook]);
    const [deleted, installed] = await overlap(
      () => setting.call('DELETE', `/v1/apps/${appId}`),
      () =>
        setting.call('POST', `/v1/apps/${appId}/installations`, {
          version: '1.0.0',
          consent: true,
        }),
    );
    expect([deleted.status, installed.status]).toEqual([204, 404]);
    expect((await setting.call('GET', '/v1/endpoints')).body.data).toEqual([]);
  });

  it('remove a member and issue a token for them: there is none', async () => {
    const { id } = await setting.install([readAccounts]);
    const person = { email: 'm@example.com', name: 'M', role: 'member' };
    const member = (await setting.call('POST', '/v1/members', person)).body.id;
    const [removed, issued] = await overlap(
      () => setting.call('DELETE', `/v1/members/${member}`),
      () => setting.call('POST', `/v1/installations/${id}/tokens`, { member_id: member }),
    );
    expect([removed.status, issued.status, issued.body.code]).toEqual([204, 409, 'conflict']);
    expect((await setting.call('GET', `/v1/installations/${id}/tokens`)).body.data).toHaveLength(1);
  });

  it('delete a record type and make a record of it: there is none', async () => {
    await setting.call('PUT', '/v1/record-types/shop/order', {});
    const [removed, made] = await overlap(
      () => setting.call('DELETE', '/v1/record-types/shop/order'),
      () => setting.call('POST', '/v1/records/shop/order', {}),
    );
    expect([removed.status, made.status]).toEqual([204, 404]);
    expect((await setting.call('GET', '/v1/events?type=shop.order.create')).body.data).toEqual([]);
  });

  it('delete a record type and install an app with a scope on it: the app is refused', async () => {
    const name = { module: 'shop', model: 'order' } as const;
    await setting.call('PUT', '/v1/record-types/shop/order', {});
    const appId = await setting.makeApp();
    await setting.makeVersion(appId, '1.0.0', [{ ...name, access: 'read' }]);
    const install = () =>
      setting.call('POST', `/v1/apps/${appId}/installations`, { version: '1.0.0', consent: true });
    const remove = () => setting.call('DELETE', '/v1/record-types/shop/order');
    const [removed, refused] = await overlap(remove, install);
    expect([removed.status, refused.status]).toEqual([204, 422]);
    await setting.call('PUT', '/v1/record-types/shop/order', {});
    const [installed, kept] = await overlap(install, remove);
    expect([installed.status, kept.status, kept.body.code]).toEqual([201, 409, 'conflict']);
  });
});
