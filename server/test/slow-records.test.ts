import { afterAll, beforeAll, expect, it } from 'vitest';
import { SchemaChecks } from '../src/schemas/checks.ts';
import type { SchemaThread } from '../src/schemas/slow-checks.ts';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { createTenant, type Tenant } from './support/tenant.ts';

/** Comparing each of so many with every other takes longer than a transaction may. */
const list = Array.from({ length: 15_000 }, (_, index) => 10_000 + index);

/** A thread that finds everything in order, with a place to do something while a request waits for its verdict. */
class ContentThread implements SchemaThread {
  meanwhile: (() => Promise<unknown>) | null = null;
  asked = 0;

  async ask(...[, request]: Parameters<SchemaThread['ask']>) {
    if (request.kind === 'examine') return { kind: 'examined', refusal: null } as const;
    this.asked += 1;
    const { meanwhile } = this;
    this.meanwhile = null;
    await meanwhile?.();
    const verdicts = request.questions.map(() => ({ satisfied: true, errors: [] }));
    return { kind: 'judged', verdicts, spentMs: 1 } as const;
  }
}

describeOnEachDatabase('records of a type whose schema takes long', (kind) => {
  const thread = new ContentThread();
  let app: TestApp;
  let tenant: Tenant;

  beforeAll(async () => {
    app = await createTestApp(kind, { schemas: new SchemaChecks(0, thread) });
    tenant = await createTenant(app);
    const schema = { properties: { list: { uniqueItems: true } } };
    const made = await app.call('PUT', '/v1/record-types/crm/account', { schema }, { token: tenant.key });
    expect(made.status).toBe(201);
  });
  afterAll(() => app.close());

  const create = async (): Promise<string> => {
    const { status, body } = await tenant.post('/v1/records/crm/account', { list });
    expect([status, body.code]).toEqual([201, undefined]);
    return body.id;
  };
  const patch = (id: string, body: unknown) =>
    app.call('PATCH', `/v1/records/crm/account/${id}`, body, { token: tenant.key });

  it('are judged in the side thread, before the transaction that writes them', async () => {
    const before = thread.asked;
    const id = await create();
    expect((await patch(id, { name: 'Acme' })).body).toMatchObject({ name: 'Acme' });
    expect(thread.asked - before).toBe(2);
    const { body } = await tenant.get('/v1/events?type=crm.account.update');
    expect(body.data).toHaveLength(1);
  });

  it('are sent again by the caller where the record has changed while it was judged', async () => {
    const id = await create();
    thread.meanwhile = async () => expect((await patch(id, { note: 'First' })).status).toBe(200);
    const { status, headers, body } = await patch(id, { name: 'Second' });
    expect([status, body.code]).toEqual([429, 'too_much_under_way']);
    expect(headers.get('retry-after')).toBe('1');
    expect((await tenant.get(`/v1/records/crm/account/${id}`)).body.note).toBe('First');
    expect((await patch(id, { name: 'Second' })).status).toBe(200);
  });
});
