import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { parseId } from '../src/base/ids.ts';
import { createEndpoint } from '../src/life-cycle/create.ts';
import { systemActor } from '../src/tenants/audit.ts';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { startReceiver, type TestReceiver } from './support/receiver.ts';
import { createTenant, type Tenant } from './support/tenant.ts';

describeOnEachDatabase('whom an event goes to', (kind) => {
  let app: TestApp;
  let other: TestApp;
  let receiver: TestReceiver;
  let tenant: Tenant;

  beforeAll(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z'), random: () => 0.5 });
    other = await createTestApp(kind, { beside: app });
    receiver = await startReceiver();
  });
  afterAll(async () => {
    await other.close();
    await app.close();
    await receiver.close();
  });
  beforeEach(async () => {
    receiver.requests.length = 0;
    receiver.answer = () => ({ status: 200 });
    tenant = await createTenant(app);
  });
  afterEach(() => tenant.end());

  const paths = () => receiver.requests.map(({ path }) => path).sort();

  async function member(email: string, role = 'member'): Promise<string> {
    const { body } = await tenant.post('/v1/members', { email, name: email, role });
    return body.id;
  }

  /** Members make their endpoints elsewhere; here it is done directly. */
  async function memberEndpoint(memberId: string, path: string): Promise<string> {
    const orgId = parseId('organization', tenant.id) ?? '';
    const owner = { kind: 'member' as const, id: parseId('member', memberId) ?? '' };
    const { endpoint } = await app.database.queries.transaction().execute((tx) =>
      createEndpoint(
        tx,
        { ...app.parts, ...app.parts.endpointRules, actor: systemActor },
        { orgId, owner },
        {
          url: `${receiver.url}${path}`,
          events: ['*'],
          contract: 'standard',
        },
      ),
    );
    return endpoint.id;
  }

  it.each([
    ['*', true],
    ['invoice.paid', true],
    ['invoice.*', true],
    ['invoice', false],
    ['invoice.paid.*', false],
    ['inv.*', false],
    ['invoice.paid.late', false],
    ['order.*', false],
  ])('an endpoint for %s gets invoice.paid: %s', async (pattern, gets) => {
    await tenant.endpoint(`${receiver.url}/hook`, { events: [pattern] });
    expect((await tenant.publish({ type: 'invoice.paid' })).deliveries).toBe(gets ? 1 : 0);
  });

  it('a prefix covers everything below it, at any depth', async () => {
    await tenant.endpoint(`${receiver.url}/hook`, { events: ['invoice.*'] });
    expect((await tenant.publish({ type: 'invoice.line.added' })).deliveries).toBe(1);
    expect((await tenant.publish({ type: 'invoice' })).deliveries).toBe(0);
    expect((await tenant.publish({ type: 'invoices.paid' })).deliveries).toBe(0);
  });

  it('an endpoint gets an event once, however many of its patterns match', async () => {
    await tenant.endpoint(`${receiver.url}/hook`, { events: ['*', 'a.*', 'a.b', 'a.b'] });
    expect((await tenant.publish({ type: 'a.b' })).deliveries).toBe(1);
  });

  it('a change of endpoints counts at once in every process', async () => {
    const first = await tenant.endpoint(`${receiver.url}/one`);
    const publishElsewhere = async () =>
      (await tenant.post('/v1/events', { type: 'a', data: {} }, {}, other)).body.deliveries;
    expect(await publishElsewhere()).toBe(1);
    await tenant.endpoint(`${receiver.url}/two`);
    expect(await publishElsewhere()).toBe(2);
    await tenant.patch(`/v1/endpoints/${first.id}`, { events: ['b'] });
    expect(await publishElsewhere()).toBe(1);
    await tenant.post(`/v1/endpoints/${first.id}/disable`);
    await tenant.patch(`/v1/endpoints/${first.id}`, { events: ['a'] });
    expect(await publishElsewhere()).toBe(1);
    await tenant.post(`/v1/endpoints/${first.id}/enable`);
    expect(await publishElsewhere()).toBe(2);
    await tenant.remove(`/v1/endpoints/${first.id}`);
    expect(await publishElsewhere()).toBe(1);
  });

  it("a member's endpoint gets only what is addressed to the member", async () => {
    await tenant.endpoint(`${receiver.url}/organization`);
    const anna = await member('anna@example.com', 'admin');
    const ben = await member('ben@example.com');
    await memberEndpoint(anna, '/anna');
    await memberEndpoint(ben, '/ben');
    const expected: [unknown, string[]][] = [
      [null, ['/organization']],
      [{}, ['/organization']],
      [{ members: [anna] }, ['/anna', '/organization']],
      [{ members: [anna, ben, anna] }, ['/anna', '/ben', '/organization']],
      [{ roles: ['admin'] }, ['/anna', '/organization']],
      [{ roles: ['owner'] }, ['/organization']],
      [{ roles: ['member'], members: [anna] }, ['/anna', '/ben', '/organization']],
    ];
    for (const [audience, reached] of expected) {
      receiver.requests.length = 0;
      await tenant.publish({ audience });
      await app.worker.runOnce();
      expect(paths()).toEqual(reached);
    }
  });

  it("another organization's member is nobody", async () => {
    const neighbour = await createTenant(app);
    const { body: stranger } = await neighbour.post('/v1/members', { email: 'x@example.com', name: 'X' });
    const anna = await member('anna@example.com');
    await memberEndpoint(anna, '/anna');
    expect((await tenant.publish({ audience: { members: [stranger.id] } })).deliveries).toBe(0);
  });

  it('what is scheduled is delivered at its time and not before', async () => {
    await tenant.endpoint(`${receiver.url}/later`);
    const { id } = await tenant.publish({ deliver_at: '2026-04-07T09:00:00Z' });
    const [delivery] = await tenant.deliveries(id);
    expect(delivery).toMatchObject({ state: 'pending', next_attempt_at: '2026-04-07T09:00:00.000Z' });
    const wait = Date.parse('2026-04-07T09:00:00Z') - app.parts.clock.now();
    await app.advance(wait - 1);
    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(0);
    await app.advance(1);
    await app.worker.runOnce();
    expect(receiver.requests).toHaveLength(1);
  });

  it('what was scheduled for the past is delivered now, and does not look overdue', async () => {
    await tenant.endpoint(`${receiver.url}/hook`);
    const { id } = await tenant.publish({ deliver_at: '2020-01-01T00:00:00Z' });
    expect(Date.parse((await tenant.deliveries(id))[0].next_attempt_at)).toBe(app.parts.clock.now());
    await app.worker.runOnce();
    expect((await tenant.deliveries(id))[0].state).toBe('delivered');
  });

  it('a schedule of an endpoint that was disabled waits for it, and goes when it is enabled', async () => {
    const endpoint = await tenant.endpoint(`${receiver.url}/hook`);
    const { id } = await tenant.publish({
      deliver_at: new Date(app.parts.clock.now() + 60_000).toISOString(),
    });
    await tenant.post(`/v1/endpoints/${endpoint.id}/disable`);
    await app.advance(120_000);
    await app.worker.runOnce();
    expect((await tenant.deliveries(id))[0]).toMatchObject({ state: 'pending', paused: true });
    await tenant.post(`/v1/endpoints/${endpoint.id}/enable`);
    await app.worker.runOnce();
    expect((await tenant.deliveries(id))[0].state).toBe('delivered');
  });

  it('data is held to the schema of its type, with the places that fail', async () => {
    const schema = {
      type: 'object',
      required: ['amount'],
      properties: { amount: { type: 'integer' }, lines: { items: { pattern: '^L[0-9]+$' } } },
    };
    await app.call('PUT', '/v1/event-types/invoice.paid', { schema }, { token: tenant.key });
    const refused = await tenant.post('/v1/events', {
      type: 'invoice.paid',
      data: { amount: 'much', lines: ['L1', 'x'] },
    });
    expect(refused.status).toBe(422);
    expect(refused.body).toMatchObject({ code: 'invalid_event_data' });
    expect(refused.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/data/amount',
      '/data/lines/1',
    ]);
    const good = { type: 'invoice.paid', data: { amount: 5, lines: ['L2'] } };
    const batch = await tenant.post('/v1/events/batch', {
      events: [good, { type: 'invoice.paid', data: {} }],
    });
    expect(batch.body.errors[0].pointer).toBe('/events/1/data/amount');
    expect((await tenant.get('/v1/events')).body.data).toHaveLength(0);
    expect((await tenant.post('/v1/events', good)).status).toBe(202);
  });

  it('a change of a schema counts at once in every process', async () => {
    const put = (schema: unknown) =>
      app.call('PUT', '/v1/event-types/strict', { schema }, { token: tenant.key });
    const publishElsewhere = async () =>
      (await tenant.post('/v1/events', { type: 'strict', data: { a: 1 } }, {}, other)).status;
    await put({ required: ['a'] });
    expect(await publishElsewhere()).toBe(202);
    await put({ required: ['b'] });
    expect(await publishElsewhere()).toBe(422);
    await put(null);
    expect(await publishElsewhere()).toBe(202);
    await put(false);
    expect(await publishElsewhere()).toBe(422);
    await tenant.remove('/v1/event-types/strict');
    expect(await publishElsewhere()).toBe(202);
  });

  it('the trace says for each endpoint why it gets the event or why not', async () => {
    const gets = await tenant.endpoint(`${receiver.url}/gets`, { name: 'Gets it' });
    const wrong = await tenant.endpoint(`${receiver.url}/wrong`, { events: ['other.*'] });
    const off = await tenant.endpoint(`${receiver.url}/off`);
    await tenant.post(`/v1/endpoints/${off.id}/disable`);
    const changed = await tenant.endpoint(`${receiver.url}/changed`, { events: ['other'] });
    const personal = await memberEndpoint(await member('anna@example.com'), '/anna');
    const deleted = await tenant.endpoint(`${receiver.url}/deleted`);
    const { id } = await tenant.publish();
    await app.advance(1_000);
    const newer = await tenant.endpoint(`${receiver.url}/newer`);
    await tenant.patch(`/v1/endpoints/${changed.id}`, { events: ['*'] });
    await tenant.remove(`/v1/endpoints/${deleted.id}`);
    await app.worker.runOnce();

    const { body } = await tenant.get(`/v1/events/${id}`);
    expect(body.trace_complete).toBe(true);
    const reasons = new Map(
      body.trace.map((entry: { url: string; reason: string }) => [new URL(entry.url).pathname, entry.reason]),
    );
    expect(Object.fromEntries(reasons)).toEqual({
      '/gets': 'matched',
      '/deleted': 'matched',
      '/wrong': 'type_not_selected',
      '/off': 'endpoint_disabled',
      '/changed': 'endpoint_changed_since',
      '/anna': 'not_addressed',
      '/newer': 'endpoint_newer_than_event',
    });
    const states = Object.fromEntries(
      body.trace.map((entry: { url: string; state: string }) => [new URL(entry.url).pathname, entry.state]),
    );
    expect(states).toMatchObject({ '/gets': 'delivered', '/deleted': 'cancelled', '/wrong': null });
    expect(body.trace[0].matched).toBe(true);
    expect([gets.id, wrong.id, off.id, changed.id, newer.id, personal].every(Boolean)).toBe(true);
  });

  it('a replay goes to whoever matches now, as new deliveries', async () => {
    const before = await tenant.endpoint(`${receiver.url}/before`);
    const { id } = await tenant.publish({ id: 'replayed', data: { a: 1 } });
    await app.worker.runOnce();
    await tenant.endpoint(`${receiver.url}/after`);
    receiver.requests.length = 0;
    const answer = await tenant.post(`/v1/events/${id}/replay`);
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ id: 'replayed', deliveries: 2 });
    await app.worker.runOnce();
    expect(paths()).toEqual(['/after', '/before']);
    const deliveries = await tenant.deliveries(id);
    expect(deliveries).toHaveLength(3);
    expect(new Set(deliveries.map(({ state }) => state))).toEqual(new Set(['delivered']));
    const bodies = receiver.requests.map(({ body }) => body.toString());
    expect(new Set(bodies).size).toBe(1);
    expect(before.id).toBeDefined();
  });

  it('a replay to one endpoint reaches it though it selects other types', async () => {
    const { id } = await tenant.publish();
    const { id: endpoint_id } = await tenant.endpoint(`${receiver.url}/one`, { events: ['other'] });
    await tenant.endpoint(`${receiver.url}/two`);
    expect((await tenant.post(`/v1/events/${id}/replay`, { endpoint_id })).body.deliveries).toBe(1);
    await app.worker.runOnce();
    expect(paths()).toEqual(['/one']);
  });

  it('a replay to a disabled endpoint is a conflict, and to nobody’s is not found', async () => {
    const { id } = await tenant.publish();
    const { id: endpoint_id } = await tenant.endpoint(`${receiver.url}/one`);
    await tenant.post(`/v1/endpoints/${endpoint_id}/disable`);
    expect((await tenant.post(`/v1/events/${id}/replay`, { endpoint_id })).status).toBe(409);
    const neighbour = await createTenant(app);
    const theirs = await neighbour.endpoint(`${receiver.url}/theirs`);
    expect((await tenant.post(`/v1/events/${id}/replay`, { endpoint_id: theirs.id })).status).toBe(404);
    expect((await neighbour.post(`/v1/events/${id}/replay`)).status).toBe(404);
  });

  it('live events overtake replayed ones at the same endpoint', async () => {
    await tenant.endpoint(`${receiver.url}/hook`, { rate_limit: 1 });
    const old = await tenant.publish({ id: 'old' });
    await app.advance(1_000);
    await app.worker.runOnce();
    for (let n = 0; n < 3; n += 1) await tenant.post(`/v1/events/${old.id}/replay`);
    await app.advance(1_000);
    await tenant.publish({ id: 'live' });
    receiver.requests.length = 0;
    await app.worker.runOnce();
    expect(receiver.requests.map(({ body }) => JSON.parse(body.toString()).id)).toEqual(['live']);
  });
});
