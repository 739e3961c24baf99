import { createHmac } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Queries } from '../../src/db/connect.ts';
import { firstKeptId, numberLogs } from '../../src/presets/flowxtra/logs.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { startReceiver, type TestReceiver } from '../support/receiver.ts';

describeOnEachDatabase('the Flowxtra plugin', (kind) => {
  let app: TestApp;
  let receiver: TestReceiver;
  let key: string;

  beforeEach(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z') });
    receiver = await startReceiver();
    key = (await app.organization('acme', { preset: 'flowxtra' })).key;
  });
  afterEach(async () => {
    await app.close();
    await receiver.close();
  });

  function call(method: string, path: string, body?: unknown, { slug = 'acme', token = key } = {}) {
    const separator = path.includes('?') ? '&' : '?';
    return app.call(method, `/api/plugins/webhooks${path}${separator}subdomain=${slug}`, body, { token });
  }

  async function create(more: Record<string, unknown> = {}) {
    const { status, body } = await call('POST', '', {
      name: 'My ATS Integration',
      url: `${receiver.url}/flowxtra`,
      events: ['application.created', 'application.hired'],
      ...more,
    });
    expect(status).toBe(201);
    return body.data;
  }

  const application = {
    candidate_job_id: 42,
    job_id: 7,
    email: 'jane@example.com',
    first_name: 'Jane',
    last_name: 'Doe',
    stage_id: 1,
  };

  async function publish(data: Record<string, unknown> = application) {
    const answer = await app.call(
      'POST',
      '/v1/events',
      { type: 'application.created', data },
      { token: key },
    );
    expect(answer.status).toBe(202);
  }

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

  it('delivers as documented, and logs every attempt', async () => {
    const { id, secret } = await create();
    receiver.answer = () => ({ status: receiver.requests.length < 3 ? 500 : 200 });
    await publish();
    await app.worker.runOnce();
    await app.advance(10_000);
    await app.worker.runOnce();
    await app.advance(60_000);
    await app.worker.runOnce();
    const [request, second] = receiver.requests;
    expect(JSON.parse(String(request?.body))).toEqual({
      event: 'application.created',
      timestamp: '2026-04-06T14:30:00+00:00',
      data: application,
    });
    const hex = createHmac('sha256', secret)
      .update(request?.body ?? '')
      .digest('hex');
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Flowxtra-Webhooks/1.0',
      'x-flowxtra-event': 'application.created',
      'x-flowxtra-signature': `sha256=${hex}`,
      'x-flowxtra-delivery': expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    });
    expect(second?.headers['x-flowxtra-delivery']).toBe(request?.headers['x-flowxtra-delivery']);

    const { body } = await call('GET', `/${id}/logs`);
    const log = (number: number, status: number, at: string) => ({
      id: number,
      event: 'application.created',
      status_code: status,
      success: status === 200,
      attempt: number,
      delivered_at: status === 200 ? at : null,
      created_at: at,
    });
    const data = [
      log(3, 200, '2026-04-06T14:31:10.000000Z'),
      log(2, 500, '2026-04-06T14:30:10.000000Z'),
      log(1, 500, '2026-04-06T14:30:00.000000Z'),
    ];
    expect(body).toEqual({
      success: true,
      data: { data, current_page: 1, per_page: 20, last_page: 1, total: 3 },
    });
    expect((await call('GET', `/${id}`)).body.data.logs).toEqual(data);
    const page = await call('GET', `/${id}/logs?page=2&per_page=2`);
    expect(page.body.data).toEqual({
      data: [data[2]],
      current_page: 2,
      per_page: 2,
      last_page: 2,
      total: 3,
    });
    expect((await call('GET', `/${id}/logs?page=9`)).body.data.data).toEqual([]);
  });

  it('numbers every attempt once, whoever reads at the same time', async () => {
    const first = await create();
    const second = await create();
    for (let count = 0; count < 5; count += 1) await publish();
    await app.worker.runOnce();
    const read = async (id: number) => (await call('GET', `/${id}/logs`)).body.data.data;
    const pages = await Promise.all([first.id, second.id, first.id, second.id].map(read));
    const idsOf = (logs: { id: number }[]) => logs.map(({ id }) => id);
    expect(pages[2]).toEqual(pages[0]);
    expect(pages[3]).toEqual(pages[1]);
    const ids = [...idsOf(pages[0]), ...idsOf(pages[1])];
    expect(ids.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    await publish();
    await app.worker.runOnce();
    expect(idsOf(await read(first.id))).toHaveLength(6);
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

  it('shows of each log what was sent and answered, and only what is asked for', async () => {
    const { id, secret } = await create();
    receiver.answer = () =>
      receiver.requests.length < 2
        ? { status: 500, headers: { 'content-type': 'text/plain' }, body: 'no room' }
        : { status: 200, body: Buffer.from([0xff, 0x00]) };
    await publish();
    await app.worker.runOnce();
    await app.advance(10_000);
    await app.worker.runOnce();
    await call('POST', `/${id}/test`);
    const failed = (await call('GET', `/${id}/logs?success=false`)).body.data;
    expect([failed.total, failed.data.map((log: { id: number }) => log.id)]).toEqual([1, [1]]);
    const tests = (await call('GET', `/${id}/logs?event=webhook.test`)).body.data;
    expect([tests.total, tests.data.map((log: { id: number }) => log.id)]).toEqual([1, [3]]);
    expect((await call('GET', `/${id}/logs?event=application.created&success=true`)).body.data.total).toBe(1);
    expect((await call('GET', `/${id}/logs?success=perhaps`)).status).toBe(422);

    const [request] = receiver.requests;
    const { body } = await call('GET', `/${id}/logs/1`);
    expect(body.data).toEqual({
      ...failed.data[0],
      delivery: request?.headers['x-flowxtra-delivery'],
      error: null,
      duration_ms: expect.any(Number),
      request: {
        url: `${receiver.url}/flowxtra`,
        headers: expect.objectContaining({ 'X-Flowxtra-Event': 'application.created' }),
        body: String(request?.body),
      },
      response: {
        headers: expect.objectContaining({ 'content-type': 'text/plain' }),
        body: 'no room',
        body_encoding: 'utf-8',
        truncated: false,
      },
    });
    expect(body.data.request.headers['X-Flowxtra-Signature']).toBe(
      `sha256=${createHmac('sha256', secret).update(body.data.request.body).digest('hex')}`,
    );
    expect((await call('GET', `/${id}/logs/2`)).body.data.response).toMatchObject({
      body: '/wA=',
      body_encoding: 'base64',
    });
    await call('PUT', `/${id}`, { url: 'http://127.0.0.1:9/' });
    await app.advance(1_000);
    await call('POST', `/${id}/test`);
    const [latest] = (await call('GET', `/${id}/logs`)).body.data.data;
    expect((await call('GET', `/${id}/logs/${latest.id}`)).body.data).toMatchObject({
      status_code: null,
      error: expect.any(String),
      response: null,
    });
    const second = await create();
    for (const path of [`/${second.id}/logs/1`, `/${id}/logs/99`, `/${id}/logs/0`, `/${id}/logs/1.0`])
      expect([path, (await call('GET', path)).status]).toEqual([path, 404]);
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

  it('gives a delivery four attempts at exact times, and no fifth', async () => {
    const { id } = await create();
    receiver.answer = () => ({ status: 500, headers: { 'retry-after': '1' } });
    await publish();
    await app.worker.runOnce();
    for (const [index, seconds] of [10, 60, 300, 86_400].entries()) {
      await app.advance(seconds * 1000 - 1);
      await app.worker.runOnce();
      expect(receiver.requests).toHaveLength(Math.min(index + 1, 4));
      await app.advance(1);
      await app.worker.runOnce();
    }
    expect(receiver.requests).toHaveLength(4);
    const { body } = await app.call('GET', '/v1/deliveries', undefined, { token: key });
    expect(body.data).toMatchObject([{ state: 'failed', attempts: 4, contract: 'flowxtra' }]);
    expect(
      (await call('GET', `/${id}/logs`)).body.data.data.map((log: { attempt: number }) => log.attempt),
    ).toEqual([4, 3, 2, 1]);
    expect((await call('GET', '')).body.data[0].status).toBe(true);
  });

  it('numbers a month of attempts piece by piece', { timeout: 60_000 }, async () => {
    const { id } = await create();
    await publish();
    await app.worker.runOnce();
    const { queries } = app.database;
    for (const table of ['closed_deliveries', 'attempts']) await copyRows(queries, table, 2_500);
    const { org_id, endpoint_id } = await queries
      .selectFrom('plugin_webhooks')
      .select(['org_id', 'endpoint_id'])
      .executeTakeFirstOrThrow();
    const first = firstKeptId(app.services.clock.now(), 30);
    const number = () =>
      queries.transaction().execute((tx) => numberLogs(tx, org_id, endpoint_id, first, 1_000));
    expect([await number(), await number(), await number(), await number()]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    const { data, total } = (await call('GET', `/${id}/logs`)).body.data;
    expect([total, data[0].id, data.length]).toEqual([2_501, 2_501, 20]);
  });
});

/** Copies the only row of a ledger table, with other ids that match between tables. */
async function copyRows(queries: Queries, table: string, count: number): Promise<void> {
  const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(table)}`.execute(queries);
  const columns = Object.keys(rows[0] ?? {});
  const other = (column: string) =>
    sql`(left(${sql.ref(column)}::text, 24) || lpad(to_hex(n), 12, '0'))::uuid`;
  const values = columns.map((column) =>
    column === 'id' || column === 'delivery_id' ? other(column) : sql.ref(column),
  );
  await sql`
    insert into ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))})
    select ${sql.join(values)} from ${sql.table(table)}, generate_series(1, ${count}) as n`.execute(queries);
}
