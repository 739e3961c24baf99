import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseId } from '../src/base/ids.ts';
import { SideThreadBusyError } from '../src/base/side-thread.ts';
import { SchemaChecks } from '../src/schemas/checks.ts';
import { keptSchema } from '../src/schemas/kept-schema.ts';
import { Places } from '../src/schemas/places.ts';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { createTenant, type Tenant } from './support/tenant.ts';
import { WatchedThread } from './support/watched-thread.ts';

describe('what waits for schemas that take long', () => {
  it('keeps no copy of the schema for each of its data', { timeout: 60_000 }, async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const heap = () => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const schemas = new SchemaChecks(0);
    const schema = keptSchema(JSON.stringify({ $comment: 'x'.repeat(125_000), required: ['a'] }));
    const questions = Array.from({ length: 500 }, (_, a) => ({
      schema,
      data: JSON.stringify({ a }),
      whetherOnly: false,
    }));
    const before = heap();
    const verdicts = await schemas.patiently('org', questions);
    expect(heap() - before).toBeLessThan(20_000_000);
    expect(verdicts).toHaveLength(500);
  });

  it('is for eight requests of an organization at once, and the others come after them', async () => {
    const thread = new WatchedThread();
    const schemas = new SchemaChecks(0, thread);
    const schema = keptSchema(JSON.stringify({ required: ['a'] }));
    let most = 0;
    thread.meanwhile = async () => {
      most = Math.max(most, thread.asking);
    };
    const all = Array.from({ length: 30 }, (_, a) => ({ schema, data: JSON.stringify({ a }) }));
    const verdicts = await Promise.all(
      all.map((question) => schemas.patiently('org', [{ ...question, whetherOnly: true }])),
    );
    expect(verdicts.flat()).toEqual(all.map(() => ({ satisfied: true, errors: [] })));
    expect(most).toBe(8);
  });

  it('stands in a line that is neither too long nor too slow', async () => {
    const places = new Places({ atOnce: 2, waiting: 3, longestWaitMs: 50 });
    const [first, second] = await Promise.all([places.take('a'), places.take('a')]);
    const order: number[] = [];
    const waiting = [1, 2, 3].map(async (number) => {
      const leave = await places.take('a');
      order.push(number);
      return leave;
    });
    await expect(places.take('a')).rejects.toThrow(SideThreadBusyError);
    // Another organization has a line of its own.
    (await places.take('b'))();
    first?.();
    second?.();
    const [one, two] = await Promise.all(waiting.slice(0, 2));
    expect(order).toEqual([1, 2]);
    await expect(waiting[2]).rejects.toThrow(SideThreadBusyError);
    one?.();
    two?.();
    (await places.take('a'))();
  });
});

describeOnEachDatabase('bounds of slow schemas', (kind) => {
  let app: TestApp;
  let tenant: Tenant;

  beforeAll(async () => {
    app = await createTestApp(kind, { schemas: new SchemaChecks(0) });
    tenant = await createTenant(app);
  });
  afterAll(() => app.close());

  it('refuse no change of a record whose event meets a gate', async () => {
    const { body: workflow } = await tenant.post('/v1/workflows', { name: 'Large sums' });
    await tenant.endpoint('http://127.0.0.1:9/');
    const gate = await tenant.post('/v1/review-gates', {
      types: ['crm.account.*'],
      workflow_id: workflow.id,
      condition: { required: ['never'] },
    });
    expect(gate.status).toBe(201);
    const made = await app.call(
      'PUT',
      '/v1/record-types/crm/account',
      { schema: { required: ['name'] } },
      { token: tenant.key },
    );
    expect(made.status).toBeLessThan(300);
    const { status, body } = await tenant.post('/v1/records/crm/account', { name: 'x' });
    expect([status, body.code]).toEqual([201, undefined]);
    const { body: events } = await tenant.get('/v1/events?type=crm.account.create');
    expect(events.data).toHaveLength(1);
  });
});

describeOnEachDatabase('a schema that takes long', (kind) => {
  let app: TestApp;
  let tenant: Tenant;

  beforeAll(async () => {
    app = await createTestApp(kind);
    tenant = await createTenant(app);
  });
  afterAll(() => app.close());

  it('refuses a change whose event meets it, and nothing of the change happens', {
    timeout: 60_000,
  }, async () => {
    const put = (path: string, schema: unknown) => app.call('PUT', path, { schema }, { token: tenant.key });
    await put('/v1/record-types/crm/account', null);
    const comparing = { properties: { list: { uniqueItems: true } } };
    const current = {
      allOf: Array.from({ length: 20 }, (_, index) => ({ title: `${index}`, ...comparing })),
    };
    expect((await put('/v1/event-types/crm.account.create', { properties: { current } })).status).toBe(200);
    const list = Array.from({ length: 15_000 }, (_, index) => 10_000 + index);
    const { status, body } = await tenant.post('/v1/records/crm/account', { list });
    expect([status, body.code]).toEqual([422, 'invalid_event_data']);
    expect(body.errors[0].detail).toContain('it takes too long for an event that belongs to a change');
    expect((await tenant.get('/v1/records/crm/account')).body.data).toEqual([]);
  });
});

describeOnEachDatabase('a gate whose condition takes long', (kind) => {
  let app: TestApp;
  let gated: Tenant;
  let neighbour: Tenant;

  beforeAll(async () => {
    app = await createTestApp(kind, { schemas: new SchemaChecks(0) });
    gated = await createTenant(app);
    neighbour = await createTenant(app);
    const { body: workflow } = await gated.post('/v1/workflows', { name: 'Large sums' });
    await gated.endpoint('http://127.0.0.1:9/');
    await gated.post('/v1/review-gates', {
      types: ['paid'],
      workflow_id: workflow.id,
      condition: { required: ['sum'] },
    });
  });
  afterAll(() => app.close());

  it('leaves all other requests of a commit in one commit', async () => {
    const publish = async (tenant: Tenant, type: string, sum: number) => {
      const { body } = await app.parts.publisher.publish({
        orgId: parseId('organization', tenant.id) ?? '',
        events: [
          {
            type,
            data: JSON.stringify({ sum }),
            source: 'api',
          },
        ],
        idempotency: null,
        answer: ([event]) => ({ status: 202, body: event?.id ?? '' }),
        reauthenticate: async () => {},
      });
      return (await tenant.get(`/v1/events/${body}`)).body;
    };
    const numbers = Array.from({ length: 30 }, (_, index) => index);
    const [slow, free, others] = await Promise.all([
      Promise.all(numbers.slice(0, 3).map((sum) => publish(gated, 'paid', sum))),
      Promise.all(numbers.map((sum) => publish(gated, 'free', 100 + sum))),
      Promise.all(numbers.map((sum) => publish(neighbour, 'paid', sum))),
    ]);
    const commits = [...free, ...others].map((event) => event.created_at);
    expect(commits[0]).toEqual(expect.any(String));
    // All that one transaction writes has its time.
    expect(new Set(commits).size).toBe(1);
    for (const { id } of slow)
      expect((await gated.deliveries(id)).map(({ state }) => state)).toEqual(['held']);
  });
});

describeOnEachDatabase('a key that is revoked while its request waits for a schema', (kind) => {
  let app: TestApp;
  let tenant: Tenant;
  const thread = new WatchedThread();
  const schemas = new SchemaChecks(0, thread);

  beforeAll(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z'), schemas });
    tenant = await createTenant(app);
    const schema = { required: ['a'] };
    await app.call('PUT', '/v1/event-types/checked.thing', { schema }, { token: tenant.key });
  });
  afterAll(() => app.close());

  it.each([
    ['/v1/events', {}, 202],
    ['/v1/schedules', { cron: '0 * * * *' }, 201],
  ])('changes nothing at %s', async (path, more, accepted) => {
    const body = { type: 'checked.thing', data: { a: 1 }, ...more };
    const { body: key } = await tenant.post('/v1/keys', { name: 'Short', scopes: ['*'] });
    const send = () => app.call('POST', path, body, { token: key.secret });
    const count = async () => (await tenant.get(path)).body.data.length;
    thread.meanwhile = () => app.advance(2_000);
    expect((await send()).status).toBe(accepted);
    expect(await count()).toBe(1);
    thread.meanwhile = async () => {
      expect((await tenant.remove(`/v1/keys/${key.id}`)).status).toBe(204);
      await app.advance(2_000);
    };
    const refused = await send();
    expect([refused.status, refused.body.code]).toEqual([401, 'unauthenticated']);
    expect(await count()).toBe(1);
  });
});
