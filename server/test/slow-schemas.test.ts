import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SideThread, SideThreadBusyError, SideThreadError } from '../src/base/side-thread.ts';
import { createAddressGuard } from '../src/deliveries/address-guard.ts';
import { createHttpClient } from '../src/deliveries/http-client.ts';
import { createResolve } from '../src/deliveries/resolve.ts';
import { sendDueNotifications } from '../src/features/notifications/send-due.ts';
import { publishDueSchedules } from '../src/features/schedules/publish-due.ts';
import type { Parts } from '../src/parts.ts';
import { SchemaChecks } from '../src/schemas/checks.ts';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { createTenant, type Tenant } from './support/tenant.ts';

/** Comparing each of so many with every other takes longer than a schema may take. */
const longList = Array.from({ length: 40_000 }, (_, index) => 10_000 + index);
const hostile = { type: 'hostile.thing', data: { list: longList } };
const comparing = { properties: { list: { uniqueItems: true } } };

describeOnEachDatabase('schemas that take long', (kind) => {
  let app: TestApp;
  let attacker: Tenant;
  let neighbour: Tenant;

  beforeAll(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z') });
    attacker = await createTenant(app);
    neighbour = await createTenant(app);
    await put(attacker, 'hostile.thing', comparing);
  });
  afterAll(() => app.close());

  const put = (tenant: Tenant, name: string, schema: unknown) =>
    app.call('PUT', `/v1/event-types/${name}`, { schema }, { token: tenant.key });

  /** How often the neighbour is answered until the work is over. */
  async function publishedDuring(work: Promise<unknown>): Promise<number> {
    let over = false;
    const ending = work.finally(() => {
      over = true;
    });
    let published = 0;
    for (; !over; published += 1) await neighbour.publish();
    await ending;
    return published;
  }

  it('hold up nobody else’s publishing, in one event, in many, or in a batch', {
    timeout: 60_000,
  }, async () => {
    const refused = (answers: { status: number; body: { code: string; errors: { detail: string }[] } }[]) =>
      answers.map(({ status, body }) => {
        expect(body.errors[0]?.detail).toContain('cannot be evaluated');
        return [status, body.code];
      });
    const many = Promise.all(Array.from({ length: 6 }, () => attacker.post('/v1/events', hostile)));
    // In one thread, six times half a second would pass before the first of them.
    expect(await publishedDuring(many)).toBeGreaterThan(6);
    expect(refused(await many)).toEqual(Array.from({ length: 6 }, () => [422, 'invalid_event_data']));

    const short = { ...hostile, data: { list: longList.slice(0, 20_000) } };
    const batch = attacker.post('/v1/events/batch', { events: Array.from({ length: 60 }, () => short) });
    expect(await publishedDuring(batch)).toBeGreaterThan(6);
    const { status, body } = await batch;
    expect([status, body.code]).toEqual([422, 'invalid_event_data']);
    expect(body.errors.at(-1)).toEqual({
      pointer: '/events/59/data',
      detail: expect.stringContaining('the data of one request may take'),
    });
    expect((await attacker.get('/v1/events?type=hostile.thing')).body.data).toEqual([]);
  });

  it('hold up nobody while they are compiled', { timeout: 60_000 }, async () => {
    const deep = (depth: number): object =>
      depth === 0 ? {} : { anyOf: [deep(depth - 1), deep(depth - 1)] };
    const making = put(attacker, 'deep.thing', deep(10));
    expect(await publishedDuring(making)).toBeGreaterThan(2);
    if ((await making).status === 422) expect((await making).body.code).toBe('invalid_schema');
    else
      expect(
        await publishedDuring(attacker.post('/v1/events', { type: 'deep.thing', data: {} })),
      ).toBeGreaterThan(1);
  });

  it('are refused beyond what may wait, and nothing of that happens', { timeout: 60_000 }, async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => attacker.post('/v1/events', hostile)));
    const busy = answers.filter(({ status }) => status === 429);
    expect(busy.length).toBeGreaterThan(0);
    expect(busy.length + answers.filter(({ status }) => status === 422).length).toBe(40);
    expect(busy[0]?.body).toMatchObject({ code: 'too_much_under_way' });
    expect(busy[0]?.headers.get('retry-after')).toBe('5');
    expect((await attacker.get('/v1/events?type=hostile.thing')).body.data).toEqual([]);
  });

  it('of gates hold what they cannot tell, and schedules of others come meanwhile', {
    timeout: 60_000,
  }, async () => {
    const workflow = await attacker.post('/v1/workflows', { name: 'Doubts' });
    await attacker.endpoint('http://127.0.0.1:9/');
    await attacker.post('/v1/review-gates', {
      types: ['gated.thing'],
      workflow_id: workflow.body.id,
      condition: comparing,
    });
    const gated = attacker.publish({ type: 'gated.thing', data: hostile.data });
    expect(await publishedDuring(gated)).toBeGreaterThan(1);
    expect((await attacker.deliveries((await gated).id)).map(({ state }) => state)).toEqual(['held']);

    for (let count = 0; count < 3; count += 1)
      await attacker.post('/v1/schedules', { cron: '* * * * *', type: 'later.thing', data: hostile.data });
    await put(attacker, 'later.thing', comparing);
    await neighbour.post('/v1/schedules', { cron: '* * * * *', type: 'punctual.thing', data: {} });
    await app.advance(60_000);
    expect(await publishDueSchedules(app.parts)).toBe(1);
    const read = async (tenant: Tenant, path: string) => (await tenant.get(path)).body.data;
    expect(await read(neighbour, '/v1/events?type=punctual.thing')).toHaveLength(1);
    for (let looks = 0; looks < 2; looks += 1) await publishDueSchedules(app.parts);
    expect(await read(attacker, '/v1/audit-log?action=schedule.refused')).toHaveLength(3);
  });

  it('refuse a notification in the end, whether it is sent now or when its time comes', {
    timeout: 60_000,
  }, async () => {
    const { body: member } = await attacker.post('/v1/members', {
      email: 'ann@example.com',
      name: 'Ann',
      role: 'member',
    });
    const send = (more: Record<string, unknown> = {}) =>
      attacker.post('/v1/notifications', {
        to: { members: [member.id] },
        type: 'task_assigned',
        title: 'Renew it',
        data: { list: longList.slice(0, 10_900) },
        ...more,
      });
    const later = await send({ deliver_at: new Date(app.parts.clock.now() + 60_000).toISOString() });
    expect([later.status, later.body.code]).toEqual([202, undefined]);
    // Shorter than an event's, so the schema asks again and again.
    const repeated = {
      allOf: Array.from({ length: 20 }, (_, index) => ({ title: `${index}`, ...comparing })),
    };
    await put(attacker, 'task_assigned', { properties: { data: repeated } });
    const now = await send();
    expect([now.status, now.body.code]).toEqual([422, 'invalid_event_data']);
    await app.advance(60_000);
    expect(await publishedDuring(sendDueNotifications(app.parts))).toBeGreaterThan(1);
    const { body } = await attacker.get('/v1/audit-log?action=notification.refused');
    expect(body.data).toMatchObject([{ target: later.body.id }]);
  });
});

/** Checks by which nothing is told in the main thread, nor in a transaction about what says that it is slow. */
class DoubtfulChecks extends SchemaChecks {
  override withoutWaiting(...[orgId, questions]: Parameters<SchemaChecks['withoutWaiting']>) {
    const verdicts = super.withoutWaiting(orgId, questions);
    return verdicts.map((verdict, index) => (questions[index]?.data.includes('"slow-') ? null : verdict));
  }
}

describeOnEachDatabase('schemas that the side thread judges', (kind) => {
  let app: TestApp;
  let tenant: Tenant;

  beforeAll(async () => {
    // Nothing is told in this thread: every schema takes the long way.
    app = await createTestApp(kind, {
      time: new Date('2026-04-06T14:30:00Z'),
      schemas: new DoubtfulChecks(0),
    });
    tenant = await createTenant(app);
    await app.call(
      'PUT',
      '/v1/event-types/checked.thing',
      { schema: { properties: { a: { type: 'integer' } }, required: ['a'] } },
      { token: tenant.key },
    );
  });
  afterAll(() => app.close());

  const event = (data: unknown, more = {}) => ({ type: 'checked.thing', data, ...more });

  it('accept and refuse as ever, point at what fails, and all or nothing', async () => {
    expect((await tenant.post('/v1/events', event({ a: 1 }))).status).toBe(202);
    const refused = await tenant.post('/v1/events', event({ a: 'x' }));
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/data/a']);
    const batch = await tenant.post('/v1/events/batch', {
      events: [event({ a: 1 }), event({ a: 'x' }), event({})],
    });
    expect(batch.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/events/1/data/a',
      '/events/2/data/a',
    ]);
    expect((await tenant.get('/v1/events?type=checked.thing')).body.data).toHaveLength(1);
  });

  it('make one event of many requests with one key, and of many with one id', async () => {
    const keyed = await Promise.all(
      Array.from({ length: 10 }, () =>
        tenant.post('/v1/events', event({ a: 2 }), { 'idempotency-key': 'once' }),
      ),
    );
    expect(new Set(keyed.map(({ text }) => text)).size).toBe(1);
    const named = await Promise.all(
      Array.from({ length: 10 }, () => tenant.post('/v1/events', event({ a: 3 }, { id: 'own' }))),
    );
    expect(new Set(named.map(({ status }) => status))).toEqual(new Set([202]));
    expect((await tenant.post('/v1/events', event({ a: 4 }, { id: 'own' }))).status).toBe(409);
    // A refusal gives key and id back.
    const again = (a: unknown) =>
      tenant.post('/v1/events', event({ a }, { id: 'again' }), { 'idempotency-key': 'again' });
    expect([(await again('x')).status, (await again(5)).status]).toEqual([422, 202]);
    expect((await tenant.get('/v1/events?type=checked.thing')).body.data).toHaveLength(4);
  });

  it('go by the schema as it is when the event is stored', async () => {
    const publishing = Promise.all(
      Array.from({ length: 8 }, () => tenant.post('/v1/events', event({ a: 6, b: 1 }))),
    );
    await app.call(
      'PUT',
      '/v1/event-types/checked.thing',
      { schema: { required: ['c'] } },
      { token: tenant.key },
    );
    for (const { status } of await publishing) expect([202, 422]).toContain(status);
    expect((await tenant.post('/v1/events', event({ a: 6 }))).body.errors[0].pointer).toBe('/data/c');
    expect((await tenant.post('/v1/events', event({ c: 1 }))).status).toBe(202);
  });

  it('count for schedules, when they are made and when they come', async () => {
    const make = (data: unknown) =>
      tenant.post('/v1/schedules', { cron: '0 * * * *', type: 'checked.thing', data });
    expect((await make({})).body.errors[0].pointer).toBe('/data/c');
    const [first, second] = [await make({ c: 1 }), await make({ c: 2 })];
    expect([first.status, second.status]).toEqual([201, 201]);
    await app.advance(3_600_000);
    const http = createHttpClient(createAddressGuard([]), createResolve());
    await http.close();
    expect(await publishDueSchedules({ ...app.parts, http })).toBe(0);
    expect(await publishDueSchedules(app.parts)).toBe(2);
    expect(await publishDueSchedules(app.parts)).toBe(0);
    for (const { body } of [first, second])
      expect((await tenant.get(`/v1/schedules/${body.id}/runs`)).body.data).toMatchObject([
        { refusal: null },
      ]);
  });

  describe('of notifications that are due', () => {
    const later = 60_000;
    let neighbour: Tenant;
    /** Plans them for the next minute. */
    async function plan(of: Tenant, titles: readonly string[]): Promise<void> {
      const { body: member } = await of.post('/v1/members', { name: 'X', email: `${titles[0]}@example.com` });
      for (const title of titles) {
        const deliver_at = new Date(app.parts.clock.now() + later).toISOString();
        const { status } = await of.post('/v1/notifications', {
          to: { members: [member.id] },
          type: 'task_assigned',
          title,
          deliver_at,
        });
        expect(status).toBe(202);
      }
    }
    /** The parts of a process that tells of each notification that was published, by its title. */
    function telling(tell: (title: string) => void, http = app.parts.http): Parts {
      const { publisher } = app.parts;
      return {
        ...app.parts,
        http,
        publisher: Object.assign(Object.create(publisher), {
          async publishWithin(...args: Parameters<typeof publisher.publishWithin>) {
            await publisher.publishWithin(...args);
            for (const { data } of args[2]) tell(JSON.parse(data).title);
          },
        }),
      };
    }

    beforeAll(async () => {
      neighbour = await createTenant(app);
      const schema = { required: ['title'] };
      await app.call('PUT', '/v1/event-types/task_assigned', { schema }, { token: tenant.key });
    });

    it('keep nobody else’s waiting, and all of them come', async () => {
      const slow = Array.from({ length: 25 }, (_, index) => `slow-${index}`);
      await plan(tenant, slow);
      await plan(neighbour, ['quick-0', 'quick-1']);
      await app.advance(later);
      const titles: string[] = [];
      expect(await sendDueNotifications(telling((title) => titles.push(title)))).toBe(27);
      expect(titles.slice(0, 2).sort()).toEqual(['quick-0', 'quick-1']);
      expect(titles.slice(2).sort()).toEqual([...slow].sort());
      expect(await sendDueNotifications(app.parts)).toBe(0);
    });

    it('are left for others when the process stops', async () => {
      const http = createHttpClient(createAddressGuard([]), createResolve());
      await plan(tenant, ['slow-last-0', 'slow-last-1']);
      await app.advance(later);
      const closing: Promise<void>[] = [];
      expect(await sendDueNotifications(telling(() => closing.push(http.close()), http))).toBe(1);
      await Promise.all(closing);
      expect(await sendDueNotifications({ ...app.parts, http })).toBe(0);
      expect(await sendDueNotifications(app.parts)).toBe(1);
    });
  });

  it('count for gates and for records', async () => {
    const { body: workflow } = await tenant.post('/v1/workflows', { name: 'Large sums' });
    await tenant.endpoint('http://127.0.0.1:9/');
    for (const minimum of [100, 200])
      await tenant.post('/v1/review-gates', {
        types: ['paid'],
        workflow_id: workflow.id,
        condition: { properties: { sum: { minimum } }, required: ['sum'] },
      });
    const publish = async (...sums: number[]) => {
      const { body } = await tenant.post('/v1/events/batch', {
        events: sums.map((sum) => ({ type: 'paid', data: { sum } })),
      });
      const states = body.data.map(async ({ id }: { id: string }) => (await tenant.deliveries(id))[0].state);
      return Promise.all(states);
    };
    expect(await publish(99, 150, 250, 1)).toEqual(['pending', 'held', 'held', 'pending']);

    await app.call(
      'PUT',
      '/v1/record-types/crm/account',
      { schema: { required: ['name'] } },
      { token: tenant.key },
    );
    const refused = await tenant.post('/v1/records/crm/account', { title: 'x' });
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/name']);
    expect((await tenant.post('/v1/records/crm/account', { name: 'x' })).status).toBe(201);
  });
});

describe('a side thread', () => {
  const script = new URL('./support/echo-thread.ts', import.meta.url);
  const limits = { hungAfterMs: 2_000, heapMegabytes: 64 };

  it('gives everybody a turn after each request of somebody else', async () => {
    const thread = new SideThread<string, string>(script, limits);
    const ended: string[] = [];
    const ask = async (who: string, what: string) => ended.push(await thread.ask(who, what));
    await Promise.all([
      ...[1, 2, 3, 4].map((count) => ask('a', `a${count}`)),
      ...[1, 2].map((count) => ask('b', `b${count}`)),
      ask('c', 'c1'),
    ]);
    expect(ended).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
  });

  it('lets a thousand wait and no more, each for themselves, and none too long', async () => {
    const thread = new SideThread<string, string>(script, limits);
    const answers = await Promise.allSettled(Array.from({ length: 1_010 }, () => thread.ask('a', 'x')));
    expect(answers.map(({ status }) => status).filter((status) => status === 'rejected')).toHaveLength(9);
    const late = Promise.allSettled([thread.ask('a', 'x'), thread.ask('a', 'x', -1), thread.ask('a', 'y')]);
    expect(await late).toEqual([
      { status: 'fulfilled', value: 'x' },
      { status: 'rejected', reason: expect.any(SideThreadBusyError) },
      { status: 'fulfilled', value: 'y' },
    ]);
  });

  it('ends a request that hangs or dies, and goes on with the next', async () => {
    const thread = new SideThread<string, string>(script, limits);
    const asked = ['hang', 'throw', 'x'].map((what) => thread.ask('a', what));
    await expect(asked[0]).rejects.toThrow(SideThreadError);
    await expect(asked[1]).rejects.toThrow('as it was asked to');
    expect(await asked[2]).toBe('x');
  });
});
