import { beforeEach, expect, it } from 'vitest';
import { firstIdAt } from '../../src/base/ids.ts';
import { claim } from '../../src/deliveries/claim.ts';
import { expireLeases } from '../../src/deliveries/expire.ts';
import { deleteUnpartitionedRows } from '../../src/deliveries/retention.ts';
import { forgetGateReviews } from '../../src/features/reviews/expire.ts';
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
  const reviewStatus = async (id: string) => (await setting.call('GET', `/v1/reviews/${id}`)).status;
  const sent = () => setting.receiver.requests.map(({ body }) => body.toString());
  const fail = () => {
    setting.receiver.answer = () => ({ status: 503 });
  };
  const hurryAll = async () => {
    const { body } = await setting.call('GET', '/v1/deliveries?state=pending');
    for (const { id } of body.data) await setting.call('POST', `/v1/deliveries/${id}/retry`);
  };
  const retryAll = async () => {
    setting.receiver.answer = () => ({ status: 200 });
    await hurryAll();
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

  const openGate = async () => {
    const { body: workflow } = await setting.call('POST', '/v1/workflows', { name: 'Changes', approvals: 1 });
    const gate = { types: ['crm.account.create'], workflow_id: workflow.id };
    await setting.call('POST', '/v1/review-gates', gate);
  };
  /** Makes an account that a reviewer renames before its webhook goes out; answers the review's id. */
  const revised = async (name: string): Promise<string> => {
    const { id } = await make({ name: 'Before', phone: 'hidden' });
    const [task] = (await setting.call('GET', '/v1/reviews?status=pending')).body.data;
    const content = { current: { id, name, phone: 'hidden too' }, previous: null };
    expect((await setting.call('POST', `/v1/reviews/${task.id}/revise`, { content })).status).toBe(200);
    return task.id;
  };

  it('holds for what a reviewer has changed, attempted or not', async () => {
    const app = await setting.install([readOf('name', 'phone')], [hook()]);
    await openGate();
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

  it('holds for what a reviewer has changed for as long as it can be retried by hand', async () => {
    const { queries } = setting.app.database;
    const app = await setting.install([readOf('name', 'phone')], [hook()]);
    await openGate();
    const review = await revised('After');
    fail();
    await setting.deliver();
    const [{ id }] = (await setting.call('GET', '/v1/deliveries')).body.data;
    const state = async () => (await setting.call('GET', `/v1/deliveries/${id}`)).body.state;
    while ((await state()) === 'pending') {
      await setting.call('POST', `/v1/deliveries/${id}/retry`);
      await setting.deliver();
    }
    expect(await state()).toBe('failed');
    await setting.app.advance(31 * 86_400_000);
    await forgetGateReviews(queries, 30);
    await upgrade(app, '2.0.0', readOf('name'));
    setting.receiver.answer = () => ({ status: 200 });
    expect((await setting.call('POST', `/v1/deliveries/${id}/retry`)).status).toBe(202);
    expect((await setting.deliver()).map(({ current }) => current)).toEqual([
      { id: expect.any(String), name: 'After' },
    ]);
    // The review is forgotten with the delivery.
    await forgetGateReviews(queries, 30);
    expect(await reviewStatus(review)).toBe(404);
  });

  it('keeps the review of a failed delivery until retention has dropped that', async () => {
    const { queries } = setting.app.database;
    await setting.install([readOf('name')], [hook()]);
    await openGate();
    const review = await revised('After');
    fail();
    for (let attempt = 0; attempt < 8; attempt += 1) {
      await setting.deliver();
      await setting.app.advance(15 * 3_600_000);
    }
    await setting.app.advance(31 * 86_400_000);
    await forgetGateReviews(queries, 30);
    expect(await reviewStatus(review)).toBe(200);
    while ((await deleteUnpartitionedRows(queries, firstIdAt(setting.app.parts.clock.now()))) > 0);
    await forgetGateReviews(queries, 30);
    expect(await reviewStatus(review)).toBe(404);
  });

  it('leaves open what an attempt sent that was cut off', async () => {
    const { database, parts } = setting.app;
    const app = await setting.install([readOf('name', 'phone')], [hook()]);
    const cutOff = async () => {
      const nowhere = '00000000-0000-0000-0000-000000000000';
      const after = { orgId: nowhere, endpointId: nowhere };
      await claim(database.queries, { worker: 'dead', limit: 200, after, room: new Map() });
      await setting.app.advance(60_000);
      await expireLeases(database.queries, parts.clock);
    };
    await make({ name: 'Example Ltd', phone: 'hidden' });
    await cutOff();
    fail();
    await setting.deliver();
    await hurryAll();
    await upgrade(app, '2.0.0', readOf('name'));
    await cutOff();
    await retryAll();
    const [delivery] = (await setting.call('GET', '/v1/deliveries')).body.data;
    const { body } = await setting.call('GET', `/v1/deliveries/${delivery.id}/attempts`);
    const [before, after] = sent();
    expect(after).not.toBe(before);
    expect(
      body.data.map((attempt: { outcome: string; request: { body: string } }) => [
        attempt.outcome,
        attempt.request.body,
      ]),
    ).toEqual([
      ['unknown', null],
      ['http_error', before],
      ['unknown', null],
      ['delivered', after],
    ]);
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
