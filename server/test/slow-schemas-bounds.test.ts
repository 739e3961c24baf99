import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseId } from '../src/base/ids.ts';
import { type HeldQuestion, SchemaChecks, UndecidedError } from '../src/schemas/checks.ts';
import { holdSchema } from '../src/schemas/kept-schema.ts';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { createTenant, type Tenant } from './support/tenant.ts';

/** As a transaction does: it asks for verdicts, and goes when one has to be waited for. */
function ask(schemas: SchemaChecks, questions: readonly HeldQuestion[], insist = false): void {
  const verdicts = schemas.quickly('org', questions, insist);
  const undecided = questions.filter((_, index) => !verdicts[index]);
  if (undecided.length > 0) throw new UndecidedError('org', undecided, insist);
}

describe('what waits for schemas that take long', () => {
  it('keeps no copy of the schema for each of its data', { timeout: 60_000 }, async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const heap = () => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const schemas = new SchemaChecks(0);
    const schema = holdSchema(JSON.stringify({ $comment: 'x'.repeat(125_000), required: ['a'] }));
    const questions = Array.from({ length: 500 }, (_, a) => ({
      schema,
      data: JSON.stringify({ a }),
      whetherOnly: false,
    }));
    const before = heap();
    const grown = await schemas.whileDecided(async () => {
      ask(schemas, questions);
      return heap() - before;
    });
    expect(grown).toBeLessThan(20_000_000);
  });

  it('is for eight requests of an organization at once, and the others come after them', async () => {
    const schemas = new SchemaChecks(0);
    const schema = holdSchema(JSON.stringify({ required: ['a'] }));
    let decided = 0;
    let most = 0;
    const one = (a: number) =>
      schemas.whileDecided(async () => {
        ask(schemas, [{ schema, data: JSON.stringify({ a }), whetherOnly: false }]);
        decided += 1;
        most = Math.max(most, decided);
        // The thread answers the next of them meanwhile.
        const other = new SchemaChecks(0);
        await other.whileDecided(async () => ask(other, [{ schema, data: '{}', whetherOnly: true }]));
        decided -= 1;
        return a;
      });
    const all = Array.from({ length: 30 }, (_, index) => index);
    expect(await Promise.all(all.map(one))).toEqual(all);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
  });

  it('is tried twice where its data is other data in each run', { timeout: 60_000 }, async () => {
    const schemas = new SchemaChecks();
    const schema = holdSchema(JSON.stringify({ properties: { list: { uniqueItems: true } } }));
    const list = Array.from({ length: 40_000 }, (_, index) => 10_000 + index);
    let runs = 0;
    const work = schemas.whileDecided(async () => {
      runs += 1;
      ask(schemas, [{ schema, data: JSON.stringify({ runs, list }), whetherOnly: false }], true);
    });
    await expect(work).rejects.toMatchObject({ code: 'invalid_event_data' });
    expect(runs).toBe(2);
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
            externalId: null,
            occurredAt: null,
            deliverAt: null,
            audience: null,
            metadata: null,
            source: 'api',
          },
        ],
        idempotency: null,
        pointer: () => '',
        answer: ([event]) => ({ status: 202, body: event?.id ?? '' }),
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

/** Does something while a request waits for a verdict. */
class WatchedChecks extends SchemaChecks {
  meanwhile: () => Promise<void> = async () => {};

  override whileDecided<T>(work: () => Promise<T>, admitAgain?: () => Promise<void>): Promise<T> {
    return super.whileDecided(async () => {
      try {
        return await work();
      } catch (error) {
        if (error instanceof UndecidedError) await this.meanwhile();
        throw error;
      }
    }, admitAgain);
  }
}

describeOnEachDatabase('a key that is revoked while its request waits for a schema', (kind) => {
  let app: TestApp;
  let tenant: Tenant;
  const schemas = new WatchedChecks(0);

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
    schemas.meanwhile = () => app.advance(2_000);
    expect((await send()).status).toBe(accepted);
    expect(await count()).toBe(1);
    schemas.meanwhile = async () => {
      expect((await tenant.remove(`/v1/keys/${key.id}`)).status).toBe(204);
      await app.advance(2_000);
    };
    const refused = await send();
    expect([refused.status, refused.body.code]).toEqual([401, 'unauthenticated']);
    expect(await count()).toBe(1);
  });
});
