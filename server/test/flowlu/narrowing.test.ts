import { beforeEach, expect, it } from 'vitest';
import { describeFlowlu, type Scope, type Setting, type Webhook } from './setting.ts';

const account = { module: 'crm', model: 'account' } as const;
const accounts = '/v1/records/crm/account';
const readOf = (...fields: string[]): Scope => ({ ...account, access: 'read', fields });

describeFlowlu('a scope that was narrowed', (given) => {
  let setting: Setting;
  beforeEach(() => {
    setting = given();
  });

  const hook = (): Webhook => ({
    ...account,
    actions: ['create', 'update', 'delete'],
    url: `${setting.receiver.url}/hook`,
  });
  const make = async (fields: unknown) => (await setting.call('POST', accounts, fields)).body;
  const change = (id: string, patch: unknown) => setting.call('PATCH', `${accounts}/${id}`, patch);
  const upgrade = async (app: { app_id: string; id: string }, version: string, scope: Scope) => {
    await setting.makeVersion(app.app_id, version, [scope], [hook()]);
    const request = { version, consent: true };
    const answer = await setting.call('POST', `/v1/installations/${app.id}/upgrade`, request);
    expect(answer.status).toBe(200);
    return answer.body;
  };
  const sent = () => setting.receiver.requests.map(({ body }) => body.toString());
  const fail = () => {
    setting.receiver.answer = () => ({ status: 503 });
  };
  const retryAll = async () => {
    setting.receiver.answer = () => ({ status: 200 });
    const { body } = await setting.call('GET', '/v1/deliveries?state=pending');
    for (const { id } of body.data) await setting.call('POST', `/v1/deliveries/${id}/retry`);
    return setting.deliver();
  };

  it('sends nothing of a queued change that touches only what is hidden now', async () => {
    const app = await setting.install([readOf('name', 'phone')], [hook()]);
    const { id } = await make({ name: 'Example Ltd', phone: '1' });
    await setting.deliver();
    await change(id, { phone: '2' });
    await upgrade(app, '2.0.0', readOf('name'));
    expect(await setting.deliver()).toEqual([]);
    const [last] = (await setting.call('GET', '/v1/deliveries')).body.data;
    expect(last).toMatchObject({ state: 'failed', event_type: 'crm.account.update' });
    const attempts = await setting.call('GET', `/v1/deliveries/${last.id}/attempts`);
    expect(attempts.body.data).toMatchObject([{ error: expect.stringContaining('see nothing') }]);
    await setting.call('POST', `/v1/deliveries/${last.id}/retry`);
    expect(await setting.deliver()).toEqual([]);
  });

  it('holds for what was attempted before, which is cut anew', async () => {
    const app = await setting.install([readOf('name', 'phone')], [hook()]);
    fail();
    const { id } = await make({ name: 'Example Ltd', phone: 'hidden' });
    await setting.deliver();
    await upgrade(app, '2.0.0', readOf('name'));
    expect(await retryAll()).toEqual([
      { meta: { ...account, action: 'create' }, current: { id, name: 'Example Ltd' }, previous: null },
    ]);
    const ids = setting.receiver.requests.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(1);
    const [delivery] = (await setting.call('GET', '/v1/deliveries')).body.data;
    const { body } = await setting.call('GET', `/v1/deliveries/${delivery.id}/attempts`);
    expect(body.data.map((attempt: { request: { body: string } }) => attempt.request.body)).toEqual(sent());
  });

  it('holds for what a reviewer has changed, attempted or not', async () => {
    const app = await setting.install([readOf('name', 'phone')], [hook()]);
    const { body: workflow } = await setting.call('POST', '/v1/workflows', { name: 'Changes', approvals: 1 });
    const gate = { types: ['crm.account.create'], workflow_id: workflow.id };
    await setting.call('POST', '/v1/review-gates', gate);
    const revised = async (name: string) => {
      const { id } = await make({ name: 'Before', phone: 'hidden' });
      const [task] = (await setting.call('GET', '/v1/reviews?status=pending')).body.data;
      const content = { current: { id, name, phone: 'hidden too' }, previous: null };
      expect((await setting.call('POST', `/v1/reviews/${task.id}/revise`, { content })).status).toBe(200);
    };
    fail();
    await revised('Attempted');
    await setting.deliver();
    await revised('Queued');
    await upgrade(app, '2.0.0', readOf('name'));
    const bodies = await retryAll();
    expect(bodies.map(({ current }) => current)).toEqual([
      { id: expect.any(String), name: expect.stringMatching('Attempted|Queued') },
      { id: expect.any(String), name: expect.stringMatching('Attempted|Queued') },
    ]);
    expect(new Set(bodies.map(({ current }) => current.name)).size).toBe(2);
    expect(sent().slice(1).join()).not.toContain('hidden');
  });

  it('is the only reason for other bytes: a retry after any other upgrade repeats them', async () => {
    const app = await setting.install([readOf('name', 'phone')], [hook()]);
    fail();
    await make({ name: 'Example Ltd', phone: '1' });
    await setting.deliver();
    await upgrade(app, '2.0.0', readOf('phone', 'name'));
    await retryAll();
    expect(sent()[1]).toBe(sent()[0]);
  });
});
