import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { createTenant, type Tenant } from './support/tenant.ts';

const dayMs = 86_400_000;

describeOnEachDatabase('publishing once', (kind) => {
  let app: TestApp;
  /** Further processes on the same database. */
  let others: TestApp[];
  let tenant: Tenant;

  beforeAll(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z') });
    others = await Promise.all([createTestApp(kind, { beside: app }), createTestApp(kind, { beside: app })]);
  });
  afterAll(async () => {
    await Promise.all(others.map((other) => other.close()));
    await app.close();
  });
  beforeEach(async () => {
    tenant = await createTenant(app);
  });

  const processes = () => [app, ...others];
  const count = async (of = tenant) => (await of.get('/v1/events?limit=200')).body.data.length;
  const event = { type: 'thing.happened', data: { a: 1 } };

  it('two hundred publishes with one key through several processes make one event, and all get its answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        tenant.post('/v1/events', event, { 'idempotency-key': 'the-one' }, processes()[n % 3]),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotent-replay') === 'true')).toHaveLength(199);
    expect(await count()).toBe(1);
  });

  it('a key with another body is a conflict, and changes nothing', async () => {
    const headers = { 'idempotency-key': 'k' };
    const first = await tenant.post('/v1/events', event, headers);
    const second = await tenant.post('/v1/events', { ...event, data: { a: 2 } }, headers);
    expect(second.status).toBe(409);
    expect(second.body.code).toBe('idempotency_conflict');
    expect((await tenant.post('/v1/events', event, headers)).text).toBe(first.text);
    expect(await count()).toBe(1);
  });

  it('two bodies that race for one key make one event', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        tenant.post(
          '/v1/events',
          { ...event, data: { n: n % 2 } },
          { 'idempotency-key': 'race' },
          processes()[n % 3],
        ),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 202)).toHaveLength(20);
    expect(statuses.filter((status) => status === 409)).toHaveLength(20);
    expect(await count()).toBe(1);
  });

  it('the same key of two organizations is two keys', async () => {
    const neighbour = await createTenant(app);
    const headers = { 'idempotency-key': 'shared' };
    const [mine, theirs] = await Promise.all([
      tenant.post('/v1/events', event, headers),
      neighbour.post('/v1/events', event, headers),
    ]);
    expect([mine.status, theirs.status]).toEqual([202, 202]);
    expect(mine.body.id).not.toBe(theirs.body.id);
    expect([await count(), await count(neighbour)]).toEqual([1, 1]);
  });

  it('the same key on another route is a conflict', async () => {
    const headers = { 'idempotency-key': 'routes' };
    expect((await tenant.post('/v1/events', event, headers)).status).toBe(202);
    expect((await tenant.post('/v1/keys', { name: 'k', scopes: ['events:write'] }, headers)).body.code).toBe(
      'idempotency_conflict',
    );
  });

  it.each([
    ['a key', '/v1/keys', { name: 'Shop', scopes: ['events:write'] }],
    ['an endpoint', '/v1/endpoints', { url: 'https://example.com/hook', events: ['*'] }],
  ])(
    '%s is made once for one idempotency key, and its secret is in each answer',
    async (_what, path, body) => {
      const answers = await Promise.all(
        Array.from({ length: 9 }, (_, n) =>
          tenant.post(path, body, { 'idempotency-key': 'make' }, processes()[n % 3]),
        ),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
      expect(new Set(answers.map(({ body: { secret } }) => secret)).size).toBe(1);
      expect(answers[0]?.body.secret).toMatch(/.{20,}/);
      expect(
        (await tenant.get(path)).body.data.filter(
          (entry: { name?: string; url?: string }) => entry.name === 'Shop' || entry.url,
        ),
      ).toHaveLength(1);
    },
  );

  it('a refused request gives its key back', async () => {
    const headers = { 'idempotency-key': 'corrected' };
    await app.call(
      'PUT',
      '/v1/event-types/strict',
      { schema: { required: ['name'] } },
      { token: tenant.key },
    );
    expect((await tenant.post('/v1/events', { type: 'strict', data: {} }, headers)).status).toBe(422);
    expect((await tenant.post('/v1/events', { type: 'strict', data: { name: 'x' } }, headers)).status).toBe(
      202,
    );
    expect(
      (await tenant.post('/v1/keys', { name: 'k', scopes: ['no:scope'] }, { 'idempotency-key': 'kk' }))
        .status,
    ).toBe(422);
    expect(
      (await tenant.post('/v1/keys', { name: 'k', scopes: ['events:write'] }, { 'idempotency-key': 'kk' }))
        .status,
    ).toBe(201);
  });

  it('a key is forgotten after 24 hours, and not before', async () => {
    const headers = { 'idempotency-key': 'daily' };
    const first = await tenant.post('/v1/events', event, headers);
    await app.advance(dayMs - 1);
    expect((await tenant.post('/v1/events', event, headers)).text).toBe(first.text);
    await app.advance(1);
    expect((await tenant.post('/v1/events', { ...event, data: { a: 2 } }, headers)).status).toBe(202);
    expect(await count()).toBe(2);
  });

  it.each(['é', 'a\tb', 'x'.repeat(256)])('a key that is none is refused: %j', async (key) => {
    const answer = await tenant.post('/v1/events', event, {
      'idempotency-key': Buffer.from(key).toString('latin1'),
    });
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0].pointer).toBe('header:Idempotency-Key');
  });

  it("a publisher's own id with the same content answers the first event", async () => {
    const own = { ...event, id: 'order-1.paid' };
    const first = await tenant.post('/v1/events', own);
    expect(first.body).toMatchObject({ id: 'order-1.paid' });
    expect((await tenant.post('/v1/events', own)).text).toBe(first.text);
    expect(await count()).toBe(1);
    expect((await tenant.get('/v1/events/order-1.paid')).body.data).toEqual({ a: 1 });
  });

  it.each([
    ['data', { data: { a: 2 } }],
    ['data that means the same', '{"type":"thing.happened","id":"own","data":{"a": 1}}'],
    ['type', { type: 'other' }],
    ['time', { occurred_at: '2026-01-01T00:00:00Z' }],
    ['schedule', { deliver_at: '2026-12-01T00:00:00Z' }],
    ['audience', { audience: { roles: ['owner'] } }],
    ['metadata', { metadata: { a: 'b' } }],
  ])("a publisher's own id with other %s is a conflict", async (_what, change) => {
    expect(
      (await tenant.post('/v1/events', '{"type":"thing.happened","id":"own","data":{"a":1}}')).status,
    ).toBe(202);
    const other = typeof change === 'string' ? change : { ...event, id: 'own', ...change };
    const answer = await tenant.post('/v1/events', other);
    expect(answer.status).toBe(409);
    expect(answer.body.code).toBe('conflict');
    expect(await count()).toBe(1);
  });

  it("a publisher's own id is known whatever became of the type's schema since", async () => {
    const own = { ...event, id: 'early' };
    const first = await tenant.post('/v1/events', own);
    const strict = { schema: { type: 'object', required: ['b'] } };
    await app.call('PUT', '/v1/event-types/thing.happened', strict, { token: tenant.key });
    expect((await tenant.post('/v1/events', own)).text).toBe(first.text);
    const refused = await tenant.post('/v1/events/batch', {
      events: [own, { ...event, id: 'late' }],
    });
    expect(refused.status).toBe(422);
    expect(refused.body.errors[0].pointer).toBe('/events/1/data/b');
    expect(await count()).toBe(1);
    expect((await tenant.publish({ ...event, data: { b: 1 }, id: 'late' })).id).toBe('late');
    expect((await tenant.post('/v1/events', own)).text).toBe(first.text);
  });

  it('a batch with one conflicting id changes nothing, and the other ids are free', async () => {
    await tenant.publish({ ...event, id: 'taken' });
    const batch = {
      events: [
        { ...event, id: 'free' },
        { ...event, data: { other: true }, id: 'taken' },
      ],
    };
    expect((await tenant.post('/v1/events/batch', batch)).status).toBe(409);
    expect(await count()).toBe(1);
    expect((await tenant.publish({ ...event, data: { anything: 1 }, id: 'free' })).id).toBe('free');
  });

  it('a batch repeats what is known and adds what is new', async () => {
    await tenant.publish({ ...event, id: 'known' });
    const answer = await tenant.post('/v1/events/batch', {
      events: [
        { ...event, id: 'known' },
        { ...event, id: 'new' },
      ],
    });
    expect(answer.body.data.map(({ id }: { id: string }) => id)).toEqual(['known', 'new']);
    expect(await count()).toBe(2);
  });

  it('an id that is twice in one batch is refused with the place of the second', async () => {
    const answer = await tenant.post('/v1/events/batch', {
      events: [{ ...event, id: 'x' }, event, { ...event, id: 'x' }],
    });
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0].pointer).toBe('/events/2/id');
  });

  it('one id published at once through several processes makes one event', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        tenant.post('/v1/events', { ...event, id: 'at-once' }, {}, processes()[n % 3]),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(await count()).toBe(1);
  });

  it("somebody else's event id is not found", async () => {
    const neighbour = await createTenant(app);
    await neighbour.publish({ ...event, id: 'theirs' });
    expect((await tenant.get('/v1/events/theirs')).status).toBe(404);
    expect((await tenant.publish({ ...event, data: { mine: true }, id: 'theirs' })).id).toBe('theirs');
  });

  it('batches that share keys and ids in every order, through several processes, neither hang nor double', async () => {
    const ids = Array.from({ length: 6 }, (_, n) => `shared-${n}`);
    await fc.assert(
      fc.asyncProperty(
        fc
          .string({ unit: 'grapheme-ascii', minLength: 6, maxLength: 6 })
          .map((text) => `${Buffer.from(text).toString('hex')}`),
        fc.array(fc.tuple(fc.shuffledSubarray(ids, { minLength: 2 }), fc.integer({ min: 0, max: 3 })), {
          minLength: 20,
          maxLength: 20,
        }),
        async (run, requests) => {
          const answers = await Promise.all(
            requests.map(([chosen, key], n) =>
              tenant.post(
                '/v1/events/batch',
                { events: chosen.map((id) => ({ ...event, id: `${run}-${id}` })) },
                key === 0 ? {} : { 'idempotency-key': `${run}-${key}` },
                processes()[n % 3],
              ),
            ),
          );
          for (const { status, text } of answers) expect(status, text).toBeOneOf([202, 409]);
          const { body } = await tenant.get('/v1/events?limit=200');
          const names = body.data
            .map(({ id }: { id: string }) => id)
            .filter((id: string) => id.startsWith(run));
          expect(new Set(names).size).toBe(names.length);
        },
      ),
      { numRuns: 4, endOnFailure: true },
    );
  });
});
