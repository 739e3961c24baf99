import { createHmac } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Queries } from '../../src/db/connect.ts';
import { numberEarlier } from '../../src/products/flowxtra/log-numbers.ts';
import { firstKeptId } from '../../src/products/flowxtra/logs.ts';
import type { TestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import type { TestReceiver } from '../support/receiver.ts';
import { application, type FlowxtraSetting, openFlowxtra } from './setting.ts';

describeOnEachDatabase('deliveries and logs of the Flowxtra plugin', (kind) => {
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
    const first = firstKeptId(app.parts.clock.now(), 30);
    const number = () =>
      queries
        .transaction()
        .execute((tx) => numberEarlier(tx, { orgId: org_id, id: endpoint_id }, first, 1_000));
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
