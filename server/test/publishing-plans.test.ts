import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { SchemaChecks } from '../src/schemas/checks.ts';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { createTenant, type Tenant } from './support/tenant.ts';
import { WatchedThread } from './support/watched-thread.ts';

describeOnEachDatabase('what changes between a plan and its commit', (kind) => {
  let app: TestApp;
  let tenant: Tenant;
  let workflow: string;
  // Every schema takes the long way, so each publish has a time in which something can change.
  const thread = new WatchedThread();

  beforeAll(async () => {
    // Beginning a thread takes long where the machine is busy.
    vi.setConfig({ testTimeout: 60_000 });
    app = await createTestApp(kind, { schemas: new SchemaChecks(0, thread) });
  });
  afterAll(() => app.close());
  afterEach(() => {
    thread.meanwhile = async () => {};
  });

  const put = async (schema: unknown) => {
    const path = '/v1/event-types/checked.thing';
    expect((await app.call('PUT', path, { schema }, { token: tenant.key })).status).toBeLessThan(300);
  };
  const accepting = async (call: Promise<{ status: number; body: { id: string } }>) => {
    const { status, body } = await call;
    expect(status).toBe(201);
    return body.id;
  };
  const begin = async () => {
    tenant = await createTenant(app);
    await put({ required: ['a'] });
    workflow = await accepting(tenant.post('/v1/workflows', { name: 'Checks' }));
    return (await tenant.endpoint('http://127.0.0.1:9/first')).id as string;
  };
  const gate = () =>
    accepting(tenant.post('/v1/review-gates', { types: ['checked.thing'], workflow_id: workflow }));
  const publish = (more: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
    tenant.post('/v1/events', { type: 'checked.thing', data: { a: 1 }, ...more }, headers);
  const stored = async () => (await tenant.get('/v1/events?type=checked.thing')).body.data;
  /** Does it once, while the next request waits. */
  const meanwhile = (work: () => Promise<unknown>) => {
    thread.meanwhile = async () => {
      thread.meanwhile = async () => {};
      await work();
    };
  };

  it('counts where it is a schema', async () => {
    await begin();
    meanwhile(() => put({ required: ['b'] }));
    const { status, body } = await publish();
    expect([status, body.errors[0].pointer]).toEqual([422, '/data/b']);
    meanwhile(() => put({ required: ['a'] }));
    expect((await publish()).status).toBe(202);
    expect(await stored()).toHaveLength(1);
  });

  it('counts where it is a gate', async () => {
    await begin();
    let id = '';
    meanwhile(async () => {
      id = await gate();
    });
    const held = (await publish()).body;
    expect((await tenant.deliveries(held.id)).map(({ state }) => state)).toEqual(['held']);
    meanwhile(() => tenant.remove(`/v1/review-gates/${id}`));
    const free = (await publish()).body;
    expect((await tenant.deliveries(free.id)).map(({ state }) => state)).toEqual(['pending']);
  });

  it('counts where it is an endpoint', async () => {
    const first = await begin();
    let second = '';
    meanwhile(async () => {
      second = (await tenant.endpoint('http://127.0.0.1:9/second')).id;
      expect((await tenant.post(`/v1/endpoints/${first}/disable`)).status).toBe(200);
    });
    const { status, body } = await publish();
    expect([status, body.deliveries]).toEqual([202, 1]);
    expect((await tenant.deliveries(body.id)).map(({ endpoint_id }) => endpoint_id)).toEqual([second]);
  });

  it('counts where it is all of that at once, for each event of a batch', async () => {
    const first = await begin();
    let second = '';
    meanwhile(async () => {
      second = (await tenant.endpoint('http://127.0.0.1:9/second')).id;
      await tenant.remove(`/v1/endpoints/${first}`);
      await gate();
      await put({ properties: { a: { maximum: 5 } } });
    });
    const events = [1, 2, 3].map((a) => ({ type: 'checked.thing', data: { a } }));
    const { body } = await tenant.post('/v1/events/batch', { events });
    for (const { id } of body.data)
      expect(await tenant.deliveries(id)).toMatchObject([{ endpoint_id: second, state: 'held' }]);
    meanwhile(() => put({ properties: { a: { maximum: 2 } } }));
    const refused = await tenant.post('/v1/events/batch', { events });
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/events/2/data/a']);
  });

  it('is an organization that ends', async () => {
    await begin();
    meanwhile(() => tenant.end());
    expect((await publish()).status).toBe(401);
  });

  it('is found out inside the commit in the end, so that changes without end refuse nothing', async () => {
    await begin();
    let changes = 0;
    thread.meanwhile = async () => {
      changes += 1;
      await put({ required: ['a'], title: `${changes}` });
    };
    const headers = { 'idempotency-key': 'again' };
    const accepted = await publish({ id: 'again' }, headers);
    expect(accepted.status).toBe(202);
    // The first plan and three more.
    expect(changes).toBe(4);
    expect(await stored()).toHaveLength(1);
    expect((await publish({ id: 'again' }, headers)).text).toBe(accepted.text);
  });

  it('refuses a request whose schema takes long and changes without end, which may be sent again', async () => {
    await begin();
    const list = Array.from({ length: 15_000 }, (_, index) => 10_000 + index);
    let changes = 0;
    const change = async () => {
      changes += 1;
      await put({ title: `${changes}`, properties: { list: { uniqueItems: true } } });
    };
    thread.meanwhile = change;
    const headers = { 'idempotency-key': 'slow' };
    const refused = await publish({ id: 'slow', data: { a: 1, list } }, headers);
    expect([refused.status, refused.body.code]).toEqual([429, 'too_much_under_way']);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await stored()).toEqual([]);
    thread.meanwhile = async () => {};
    await put({ required: ['a'] });
    expect((await publish({ id: 'slow', data: { a: 1, list } }, headers)).status).toBe(202);
  });

  it('does not count for what was accepted before: a repeated publish gets the first answer', async () => {
    await begin();
    const headers = { 'idempotency-key': 'repeated' };
    const [keyed, named] = [await publish({}, headers), await publish({ id: 'named' })];
    await put({ required: ['b'] });
    const again = await publish({}, headers);
    expect([again.status, again.text]).toEqual([202, keyed.text]);
    expect(again.headers.get('idempotent-replay')).toBe('true');
    const events = [
      { type: 'checked.thing', data: { a: 1 }, id: 'named' },
      { type: 'free.thing', data: {} },
    ];
    expect((await publish({ id: 'named' })).text).toBe(named.text);
    const batch = await tenant.post('/v1/events/batch', { events });
    expect([batch.status, batch.body.data[0]]).toEqual([202, named.body]);
    meanwhile(() => put({ required: ['c'] }));
    expect((await publish({}, headers)).text).toBe(keyed.text);
    expect((await publish()).body.errors[0].pointer).toBe('/data/c');
  });

  it('counts for a schedule and a replay', async () => {
    await begin();
    const make = () =>
      tenant.post('/v1/schedules', { cron: '0 0 1 1 *', type: 'checked.thing', data: { a: 1 } });
    meanwhile(() => put({ required: ['b'] }));
    const refused = await make();
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/data/b']);
    await put({ required: ['a'] });
    const { id } = (await publish()).body;
    const condition = { properties: { a: { const: 2 } } };
    const gated = { types: ['checked.thing'], workflow_id: workflow };
    await accepting(tenant.post('/v1/review-gates', { ...gated, condition }));
    meanwhile(() => accepting(tenant.post('/v1/review-gates', { ...gated, name: 'All' })));
    expect((await tenant.post(`/v1/events/${id}/replay`, {})).status).toBe(202);
    expect((await tenant.deliveries(id)).map(({ state }) => state).sort()).toEqual(['held', 'pending']);
  });
});
