import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { parseId } from '../src/base/ids.ts';

import { createEndpoint } from '../src/life-cycle/create.ts';
import { systemActor } from '../src/tenants/audit.ts';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { jsonObjectTexts } from './support/json-text.ts';
import { startReceiver, type TestReceiver } from './support/receiver.ts';
import { createTenant, type Tenant } from './support/tenant.ts';

const dataLimit = 262_144;

describeOnEachDatabase('publishing', (kind) => {
  let app: TestApp;
  let receiver: TestReceiver;
  let tenant: Tenant;

  beforeAll(async () => {
    app = await createTestApp(kind);
    receiver = await startReceiver();
  });
  afterAll(async () => {
    await app.close();
    await receiver.close();
  });
  beforeEach(async () => {
    tenant = await createTenant(app);
  });

  const count = async () => (await tenant.get('/v1/events')).body.data.length;

  /** A JSON object of exactly that many bytes. */
  const dataOf = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;

  it('keeps every byte of the data, in the ledger and on the wire', async () => {
    await tenant.endpoint(`${receiver.url}/hook`);
    await fc.assert(
      fc.asyncProperty(fc.array(jsonObjectTexts, { minLength: 10, maxLength: 40 }), async (texts) => {
        const events = texts.map((data) => `{"type":"thing.happened" , "data" : ${data} , "metadata":null}`);
        const answer = await tenant.post('/v1/events/batch', ` {"events":[${events.join(',\n')}]}\n`);
        expect(answer.status, answer.text).toBe(202);
        receiver.requests.length = 0;
        await app.worker.runOnce();
        const sent = new Map(
          receiver.requests.map(({ body }) => [JSON.parse(body.toString()).id, body.toString()]),
        );
        for (const [index, { id }] of answer.body.data.entries()) {
          expect(sent.get(id)?.endsWith(`,"data":${texts[index]}}`)).toBe(true);
        }
        const [last] = answer.body.data.slice(-1);
        expect((await tenant.get(`/v1/events/${last.id}`)).text.endsWith(`,"data":${texts.at(-1)}}`)).toBe(
          true,
        );
      }),
      { numRuns: 5, endOnFailure: true },
    );
  });

  it('takes data of 256 KiB and delivers it whole', async () => {
    await tenant.endpoint(`${receiver.url}/hook`);
    const data = dataOf(dataLimit);
    expect(Buffer.byteLength(data)).toBe(dataLimit);
    const answer = await tenant.post('/v1/events', `{"type":"large","data":${data}}`);
    expect(answer.status).toBe(202);
    receiver.requests.length = 0;
    await app.worker.runOnce();
    expect(receiver.requests[0]?.body.toString().endsWith(`,"data":${data}}`)).toBe(true);
  });

  it('refuses data of one byte more, and says where', async () => {
    const answer = await tenant.post('/v1/events', `{"type":"large","data":${dataOf(dataLimit + 1)}}`);
    expect(answer.status).toBe(413);
    expect(answer.body).toMatchObject({ code: 'payload_too_large', errors: [{ pointer: '/data' }] });
    expect(await count()).toBe(0);
  });

  it('counts bytes, not characters', async () => {
    const data = `{"a":"${'é'.repeat((dataLimit - 8) / 2)}"}`;
    expect((await tenant.post('/v1/events', `{"type":"large","data":${data}}`)).status).toBe(202);
    expect(
      (await tenant.post('/v1/events', `{"type":"large","data":${data.replace('é', 'éx')}}`)).status,
    ).toBe(413);
  });

  it('refuses a whole batch for one event with too much data', async () => {
    const events = [`{"type":"a","data":{}}`, `{"type":"b","data":${dataOf(dataLimit + 1)}}`];
    const answer = await tenant.post('/v1/events/batch', `{"events":[${events.join()}]}`);
    expect(answer.status).toBe(413);
    expect(answer.body.errors).toMatchObject([{ pointer: '/events/1/data' }]);
    expect(await count()).toBe(0);
  });

  it('takes a batch of 500 events, each with its deliveries', async () => {
    await tenant.endpoint(`${receiver.url}/hook`);
    const events = Array.from({ length: 500 }, (_, n) => ({ type: 'thing.happened', data: { n } }));
    const answer = await tenant.post('/v1/events/batch', { events });
    expect(answer.status).toBe(202);
    expect(answer.body.data).toHaveLength(500);
    expect(answer.body.data.every((event: { deliveries: number }) => event.deliveries === 1)).toBe(true);
    expect(new Set(answer.body.data.map(({ id }: { id: string }) => id)).size).toBe(500);
  });

  it('refuses a batch of 501 events, and an empty one', async () => {
    const events = Array.from({ length: 501 }, () => ({ type: 'thing.happened', data: {} }));
    expect((await tenant.post('/v1/events/batch', { events })).status).toBe(422);
    expect((await tenant.post('/v1/events/batch', { events: [] })).status).toBe(422);
    expect(await count()).toBe(0);
  });

  it.each([
    ['a type that is no name', { type: 'Not a type', data: {} }, '/events/2/type'],
    ['data that is no object', { type: 'a', data: [] }, '/events/2/data'],
    ['no data', { type: 'a' }, '/events/2/data'],
    ['a member that is not known', { type: 'a', data: {}, priority: 1 }, '/events/2/priority'],
    [
      'a time that does not exist',
      { type: 'a', data: {}, occurred_at: '2026-02-30T00:00:00Z' },
      '/events/2/occurred_at',
    ],
    [
      'a time that is too far ahead',
      { type: 'a', data: {}, deliver_at: '2099-01-01T00:00:00Z' },
      '/events/2/deliver_at',
    ],
    ['an id that is none', { type: 'a', data: {}, id: 'with space' }, '/events/2/id'],
    [
      'somebody who is no member',
      { type: 'a', data: {}, audience: { members: ['ep_1'] } },
      '/events/2/audience/members/0',
    ],
    [
      'a role that does not exist',
      { type: 'a', data: {}, audience: { roles: ['king'] } },
      '/events/2/audience/roles/0',
    ],
  ])('refuses a whole batch for one event with %s', async (_what, event, pointer) => {
    const good = { type: 'a', data: {} };
    const answer = await tenant.post('/v1/events/batch', { events: [good, good, event, good] });
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0].pointer).toBe(pointer);
    expect(await count()).toBe(0);
  });

  it('finds an event by the name that the answer gave it', async () => {
    const { id } = await tenant.publish({
      data: { a: 1 },
      metadata: { source: 'shop' },
      occurred_at: '2026-04-06T14:30:00.123+02:00',
    });
    expect((await tenant.get(`/v1/events/${id}`)).body).toMatchObject({
      id,
      type: 'thing.happened',
      data: { a: 1 },
      metadata: { source: 'shop' },
      occurred_at: '2026-04-06T12:30:00.123Z',
      deliver_at: null,
      source: 'api',
    });
  });

  it('answers a fan-out that is larger than one statement', async () => {
    const { id: orgId } = tenant;
    await app.database.queries.transaction().execute(async (tx) => {
      const org = parseId('organization', orgId) ?? '';
      for (let n = 0; n < 60; n += 1) {
        await createEndpoint(
          tx,
          { ...app.parts, ...app.parts.endpointRules, actor: systemActor },
          { orgId: org, owner: { kind: 'organization', id: org } },
          { url: `${receiver.url}/${n}`, events: ['wide'], contract: 'standard' },
        );
      }
    });
    const events = Array.from({ length: 100 }, () => ({ type: 'wide', data: {} }));
    const answer = await tenant.post('/v1/events/batch', { events });
    expect(answer.body.data.map(({ deliveries }: { deliveries: number }) => deliveries)).toEqual(
      Array(100).fill(60),
    );
    const { count: open } = await app.database.queries
      .selectFrom('open_deliveries')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('event_type', '=', 'wide')
      .executeTakeFirstOrThrow();
    expect(open).toBe(6_000);
    await tenant.end();
  });
});
