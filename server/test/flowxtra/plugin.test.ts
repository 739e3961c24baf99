import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import type { TestReceiver } from '../support/receiver.ts';
import { type FlowxtraSetting, openFlowxtra } from './setting.ts';

describeOnEachDatabase('the Flowxtra plugin', (kind) => {
  let setting: FlowxtraSetting;
  let app: TestApp;
  let receiver: TestReceiver;
  let key: string;

  beforeEach(async () => {
    setting = await openFlowxtra(kind);
    ({ app, receiver, key } = setting);
  });
  afterEach(() => setting.close());

  const call: FlowxtraSetting['call'] = (...request) => setting.call(...request);
  const create: FlowxtraSetting['create'] = (more) => setting.create(more);
  const publish: FlowxtraSetting['publish'] = (data) => setting.publish(data);

  it('creates webhooks with the documented answer, and shows the secret once', async () => {
    const url = 'https://example.com/webhooks/flowxtra';
    const { status, body } = await call('POST', '', {
      name: 'My ATS Integration',
      url,
      events: ['application.created', 'application.stage_changed', 'application.hired'],
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      success: true,
      data: {
        id: 1,
        company_id: 1,
        name: 'My ATS Integration',
        url,
        events: ['application.created', 'application.stage_changed', 'application.hired'],
        secret: expect.stringMatching(/^[0-9a-f]{64}$/),
        status: true,
        created_at: '2026-04-06T14:30:00.000000Z',
      },
    });
    const masked = { ...body.data, secret: `...${body.data.secret.slice(-6)}` };
    expect((await call('GET', '')).body).toEqual({ success: true, data: [masked] });
    expect((await call('GET', '/1')).body).toEqual({ success: true, data: { ...masked, logs: [] } });
    expect((await create()).id).toBe(2);
  });

  it('lists the events with their payload fields', async () => {
    const { body } = await call('GET', '/events');
    const fields = Object.fromEntries(
      body.data.map((entry: { event: string; payload_fields: string[] }) => [
        entry.event,
        [...entry.payload_fields].sort().join(),
      ]),
    );
    expect(fields).toEqual({
      'application.created': 'candidate_job_id,email,first_name,job_id,last_name,stage_id',
      'application.stage_changed': 'candidate_job_id,email,job_id,new_stage_id',
      'application.rejected': 'candidate_job_id,email,job_id',
      'application.hired': 'candidate_job_id,email,job_id,team_member_id',
      'job.published': 'job_id,status,title',
      'job.closed': 'job_id,status,title',
      'meeting.scheduled': 'candidate_job_id,meet_id,scheduled_at,type',
    });
  });

  it('belongs to one tenant, whom key and subdomain name alike', async () => {
    const { id } = await create();
    const other = await app.organization('other', { preset: 'flowxtra' });
    const refusals = await Promise.all([
      call('GET', `/${id}`, undefined, { slug: 'other' }),
      call('GET', `/${id}`, undefined, { token: other.key }),
      call('GET', `/${id}`, undefined, { slug: 'nobody' }),
    ]);
    for (const { status, body } of refusals) {
      expect(status).toBe(403);
      expect(body).toEqual({ success: false, message: expect.any(String) });
    }
    expect(new Set(refusals.map(({ text }) => text)).size).toBe(1);
    const own = { slug: 'other', token: other.key };
    expect((await call('GET', '', undefined, own)).body.data).toEqual([]);
    for (const [method, path] of [
      ['GET', ''],
      ['PUT', ''],
      ['DELETE', ''],
      ['POST', '/test'],
      ['GET', '/logs'],
    ] as const) {
      const body = method === 'PUT' ? { status: false } : undefined;
      const { status } = await call(method, `/${id}${path}`, body, own);
      expect([method, path, status]).toEqual([method, path, 404]);
    }
    const missing = await app.call('GET', '/api/plugins/webhooks', undefined, { token: key });
    expect(missing.status).toBe(422);
    expect(missing.body.errors).toEqual({ subdomain: [expect.any(String)] });
    expect((await app.call('GET', '/api/plugins/webhooks?subdomain=acme')).body).toEqual({
      success: false,
      message: expect.any(String),
    });
  });

  it('says what is wrong with the input, field by field', async () => {
    const refuse = async (body: unknown, method = 'POST', path = '') => {
      const answer = await call(method, path, body);
      expect(answer.body).toMatchObject({ success: false, message: expect.any(String) });
      return [answer.status, Object.keys(answer.body.errors ?? {}).join()];
    };
    const valid = { name: 'x', url: 'https://example.com/', events: ['job.closed'] };
    expect(await refuse({ ...valid, events: ['job.closed', 'job.opened'] })).toEqual([422, 'events.1']);
    expect(await refuse({ ...valid, url: 'http://example.com/' })).toEqual([422, 'url']);
    expect(await refuse({ ...valid, url: 'nothing' })).toEqual([422, 'url']);
    expect(await refuse({ ...valid, name: undefined })).toEqual([422, 'name']);
    expect(await refuse('{"name"')).toEqual([400, '']);
    expect(await refuse(undefined, 'GET', '/99')).toEqual([404, '']);
    expect(await refuse(undefined, 'GET', '/abc')).toEqual([404, '']);
    expect(await refuse(undefined, 'GET', `/1/logs?page=0`)).toEqual([422, 'page']);
    expect(await refuse(JSON.stringify(valid).replace('{', '{"__proto__":{},'))).toEqual([422, '__proto__']);
    const { id } = await create();
    expect(await refuse({}, 'PUT', `/${id}`)).toEqual([422, 'body']);
    expect(await refuse({ events: ['no.such'] }, 'PUT', `/${id}`)).toEqual([422, 'events.0']);
  });

  it('sends a test at once and answers what came of it', async () => {
    const { id, secret } = await create();
    const test = async () => (await call('POST', `/${id}/test`)).body;
    expect(await test()).toEqual({
      success: true,
      data: { success: true, status_code: 200, message: 'Test webhook delivered successfully.' },
    });
    const [request] = receiver.requests;
    expect(request?.headers['x-flowxtra-event']).toBe('webhook.test');
    expect(request?.headers['x-flowxtra-signature']).toBe(
      `sha256=${createHmac('sha256', secret)
        .update(request?.body ?? '')
        .digest('hex')}`,
    );
    await app.advance(1_000);
    receiver.answer = () => ({ status: 503 });
    expect((await test()).data).toEqual({
      success: false,
      status_code: 503,
      message: 'The endpoint answered 503.',
    });
    await app.advance(1_000);
    await call('PUT', `/${id}`, { url: 'http://127.0.0.1:9/' });
    expect((await test()).data).toMatchObject({ success: false, status_code: null });
    const { body } = await call('GET', `/${id}/logs`);
    expect(
      body.data.data.map((log: { event: string; success: boolean }) => [log.event, log.success]),
    ).toEqual([
      ['webhook.test', false],
      ['webhook.test', false],
      ['webhook.test', true],
    ]);
  });

  it('is changed, switched off and on again, and deleted with its logs', async () => {
    const { id, secret } = await create();
    const changed = await call('PUT', `/${id}`, { name: 'Renamed', events: ['application.created'] });
    expect(changed.body.data).toMatchObject({
      id,
      name: 'Renamed',
      events: ['application.created'],
      secret: `...${secret.slice(-6)}`,
      status: true,
    });
    await publish();
    expect((await call('PUT', `/${id}`, { status: false })).body.data.status).toBe(false);
    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(0);
    await call('PUT', `/${id}`, { status: true });
    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(1);
    expect((await call('GET', `/${id}/logs`)).body.data.total).toBe(1);

    await publish();
    expect((await call('DELETE', `/${id}`)).body).toEqual({ success: true, data: null });
    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(1);
    for (const path of ['', '/logs']) expect((await call('GET', `/${id}${path}`)).status).toBe(404);
    expect((await call('DELETE', `/${id}`)).status).toBe(404);
    expect((await call('GET', '')).body.data).toEqual([]);
    expect((await create()).id).toBe(id + 1);
  });

  it('numbers endpoints that were made elsewhere, and only those of its contract', async () => {
    const make = (contract: string) =>
      app.call('POST', '/v1/endpoints', { url: receiver.url, events: ['*'], contract }, { token: key });
    await make('standard');
    const { body } = await make('flowxtra');
    expect((await call('GET', '')).body.data).toMatchObject([
      { id: 1, company_id: 1, secret: `...${body.secret.slice(-6)}`, events: ['*'] },
    ]);
  });

  it('finds nothing behind numbers that are none, and pages that are none', async () => {
    await create();
    for (const id of [
      '0',
      '-1',
      '01',
      '1.0',
      '1e0',
      '0x1',
      '+1',
      '9007199254740993',
      '1'.repeat(16),
      'NaN',
      '1%00',
      '%31%20',
    ])
      for (const path of ['', '/logs', '/test']) {
        const { status, body } = await call(path === '/test' ? 'POST' : 'GET', `/${id}${path}`);
        expect([id, path, status, body.success]).toEqual([id, path, 404, false]);
      }
    for (const query of [
      'page=0',
      'page=-1',
      'page=1.5',
      'page=x',
      'page=1000001',
      'per_page=0',
      'per_page=101',
      'page=1&page=2',
      'per_page=',
    ])
      expect([query, (await call('GET', `/1/logs?${query}`)).status]).toEqual([query, 422]);
    const last = (await call('GET', '/1/logs?page=1000000&per_page=100')).body.data;
    expect(last).toEqual({ data: [], current_page: 1_000_000, per_page: 100, last_page: 1, total: 0 });
  });

  it('takes one subdomain, written as it is', async () => {
    await create();
    await app.organization('other', { preset: 'flowxtra' });
    const ask = async (query: string) => {
      const { status, body } = await app.call('GET', `/api/plugins/webhooks${query}`, undefined, {
        token: key,
      });
      return [query, status, body.success];
    };
    for (const query of ['?subdomain=acme', '?subdomain=%61cme', '?subdomain=acme&'])
      expect(await ask(query)).toEqual([query, 200, true]);
    for (const query of [
      '?subdomain=ACME',
      '?subdomain=acme%20',
      '?subdomain=acme%00',
      '?subdomain=acme.',
      '?subdomain=acme&subdomain=other',
      '?subdomain=acme&subdomain=acme',
      '?subdomain=other&subdomain=acme',
      '?subdomain=',
      '?subdomain=%F0%9F',
      '?subdomain=__proto__',
    ])
      expect(await ask(query)).toEqual([query, 403, false]);
    for (const query of [
      '',
      '?subdomain[]=acme',
      '?subdomain[0]=acme',
      '?Subdomain=acme',
      '?subdomain%00=acme',
      '?__proto__=acme',
    ])
      expect(await ask(query)).toEqual([query, 422, false]);
  });

  it('ends a test that is under way when its webhook is deleted, and everything that was queued', async () => {
    const { id } = await create();
    await publish();
    receiver.answer = async () => {
      expect((await call('DELETE', `/${id}`)).status).toBe(200);
      return { status: 200 };
    };
    const { status, body } = await call('POST', `/${id}/test`);
    expect([status, body.data.success]).toEqual([200, true]);
    receiver.answer = () => ({ status: 200 });
    await publish();
    await app.advance(3_600_000);
    await app.worker.runOnce();
    expect(receiver.requests.map(({ headers }) => headers['x-flowxtra-event'])).toEqual(['webhook.test']);
    expect((await call('GET', `/${id}/logs`)).status).toBe(404);
  });
});
