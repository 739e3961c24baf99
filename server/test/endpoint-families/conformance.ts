import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { parseId } from '../../src/base/ids.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { type DatabaseKind, describeOnEachDatabase } from '../support/databases.ts';
import { startReceiver, type TestReceiver } from '../support/receiver.ts';
import { type Driver, expectDone, type Family, isSignedWith, type Made } from './family.ts';

/** What every family of webhooks promises, whatever its paths, its bodies and its words are. */
export function describeFamily(family: Family): void {
  describeOnEachDatabase(`webhooks of the family: ${family.name}`, (kind) => {
    const setting = useSetting(kind, family);
    describeCreation(setting);
    describeSending(setting);
    describeSecrets(setting);
    describeAudit(setting);
    if (kind === 'postgres') describeConcurrency(setting);
  });
}

interface Setting {
  readonly app: TestApp;
  readonly receiver: TestReceiver;
  readonly driver: Driver;
  /** The same in another organization. */
  readonly stranger: Driver;
  make(): Promise<Made>;
  /** Answers what the receiver got by it. */
  deliver(): Promise<TestReceiver['requests']>;
  now(): Date;
}

/** One process for all tests of a family; each test has its own organizations and receiver. */
function useSetting(kind: DatabaseKind, family: Family): Setting {
  let app: TestApp;
  let receiver: TestReceiver;
  let driver: Driver;
  let stranger: Driver;
  beforeAll(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z'), random: () => 0.5 });
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    receiver = await startReceiver();
    [driver, stranger] = [await family.open(app), await family.open(app)];
  });
  afterEach(async () => {
    await driver.tenant.end();
    await stranger.tenant.end();
    await receiver.close();
  });
  return {
    get app() {
      return app;
    },
    get receiver() {
      return receiver;
    },
    get driver() {
      return driver;
    },
    get stranger() {
      return stranger;
    },
    make: async () => driver.made(expectDone(await driver.create(`${receiver.url}/hook`))),
    async deliver() {
      const before = receiver.requests.length;
      await app.worker.runOnce();
      return receiver.requests.slice(before);
    },
    now: () => new Date(app.parts.clock.now()),
  };
}

async function auditOf({ tenant }: Driver, endpointId: string): Promise<string[]> {
  const { body } = await tenant.get(`/v1/audit-log?target=${endpointId}&limit=200`);
  return body.data.map(({ action }: { action: string }) => action).reverse();
}

function describeCreation(setting: Setting): void {
  it('are made once for each Idempotency-Key', async () => {
    const { driver, receiver } = setting;
    const [first, again] = [
      expectDone(await driver.create(`${receiver.url}/hook`, 'once')),
      expectDone(await driver.create(`${receiver.url}/hook`, 'once')),
    ];
    expect(again.body).toEqual(first.body);
    const made = await driver.made(first);
    const { body } = await driver.tenant.get('/v1/endpoints');
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual([made.endpointId]);
    expect(await auditOf(driver, made.endpointId)).toEqual(['endpoint.created']);
  });

  it('are nothing to another organization', async () => {
    const { driver, stranger } = setting;
    const { id } = await setting.make();
    const { read, change, enable, disable, rotate, test } = stranger;
    const answers = [
      await read?.(id),
      await change?.(id),
      await enable?.(id),
      await disable?.(id),
      (await rotate?.(id))?.answer,
      await test?.(id),
      await stranger.remove(id),
    ];
    for (const answer of answers) if (answer) expect(answer.status, answer.text).toBe(404);
    expect((await stranger.list()).text).not.toContain(driver.tenant.id);
    expectDone(await driver.publish());
    expect(await setting.deliver()).toHaveLength(1);
  });
}

function describeSending(setting: Setting): void {
  it('get events signed with their secret', async () => {
    const { secret } = await setting.make();
    expectDone(await setting.driver.publish());
    const [request, ...more] = await setting.deliver();
    expect(more).toEqual([]);
    expect(await isSignedWith(setting.driver, request, secret, setting.now())).toBe(true);
  });

  it('that are disabled get nothing; what waits goes on when they are enabled, with a clean record', async () => {
    const { driver, receiver } = setting;
    const { enable, disable } = driver;
    if (!enable || !disable) return;
    const { id, endpointId } = await setting.make();
    const statsOf = async () => (await driver.tenant.get(`/v1/endpoints/${endpointId}/stats`)).body;
    receiver.answer = () => ({ status: 500 });
    expectDone(await driver.publish());
    await setting.deliver();
    expect((await statsOf()).consecutive_failures).toBe(1);
    receiver.answer = () => ({ status: 200 });
    expectDone(await driver.publish());
    expectDone(await disable(id));
    expectDone(await driver.publish());
    expect(await setting.deliver()).toEqual([]);
    expectDone(await enable(id));
    expect(await statsOf()).toMatchObject({ consecutive_failures: 0, pending: 2 });
    expect(await setting.deliver()).toHaveLength(1);
  });

  it('can be tested at once', async () => {
    const { driver, receiver } = setting;
    if (!driver.test) return;
    const { id, secret } = await setting.make();
    expectDone(await driver.test(id));
    expect(receiver.requests).toHaveLength(1);
    expect(await isSignedWith(driver, receiver.requests[0], secret, setting.now())).toBe(true);
  });

  it('that are deleted get nothing more: what is queued is cancelled', async () => {
    const { driver } = setting;
    const { id, endpointId } = await setting.make();
    expectDone(await driver.publish());
    expectDone(await driver.remove(id));
    expect(await setting.deliver()).toEqual([]);
    expect(await driver.tenant.deliveries()).toMatchObject([
      { endpoint_id: endpointId, state: 'cancelled', attempts: 0 },
    ]);
    expectDone(await driver.publish());
    expect(await driver.tenant.deliveries()).toHaveLength(1);
    expect((await driver.tenant.get(`/v1/endpoints/${endpointId}`)).status).toBe(404);
  });
}

function describeSecrets(setting: Setting): void {
  it('show their secret once', async () => {
    const { driver } = setting;
    const { id, secret } = await setting.make();
    const answers = [
      await driver.read?.(id),
      await driver.list(),
      await driver.change?.(id),
      await driver.disable?.(id),
      await driver.enable?.(id),
      await driver.tenant.get('/v1/audit-log'),
    ];
    for (const answer of answers) if (answer) expect(answer.text).not.toContain(secret);
  });

  it('sign with both secrets during the overlap of a rotation, where the contract has one', async () => {
    const { driver, app } = setting;
    if (!driver.rotate) return;
    const made = await setting.make();
    const { answer, secret } = await driver.rotate(made.id);
    expectDone(answer);
    expect(secret).not.toBe(made.secret);
    const overlap = driver.contract.secret.defaultOverlapSeconds;
    const signedWith = async () => {
      expectDone(await driver.publish());
      const [request] = await setting.deliver();
      const now = setting.now();
      return Promise.all([made.secret, secret].map((each) => isSignedWith(driver, request, each, now)));
    };
    expect(await signedWith()).toEqual([overlap > 0, true]);
    await app.advance(overlap * 1_000 + 1);
    expect(await signedWith()).toEqual([false, true]);
  });

  it('lose their secrets when they are deleted', async () => {
    const { driver, app } = setting;
    const { id, endpointId } = await setting.make();
    const count = async () => {
      const { rows } = await sql<{ count: number }>`
        select count(*)::int as count from endpoint_secrets where endpoint_id = ${parseId('endpoint', endpointId)}`.execute(
        app.database.queries,
      );
      return rows[0]?.count;
    };
    expect(await count()).toBe(1);
    expectDone(await driver.remove(id));
    expect(await count()).toBe(0);
  });
}

function describeAudit(setting: Setting): void {
  it('write one entry for each thing that is done to them, under the same name in every family', async () => {
    const { driver } = setting;
    const { change, enable, disable, rotate, test } = driver;
    const { id, endpointId } = await setting.make();
    const expected = ['endpoint.created'];
    const does = async (verb: ((id: string) => Promise<unknown>) | undefined, ...actions: string[]) => {
      if (!verb) return;
      await verb(id);
      expected.push(...actions);
      expect(await auditOf(driver, endpointId)).toEqual(expected);
    };
    await does(change, 'endpoint.changed');
    await does(disable, 'endpoint.disabled');
    await does(disable);
    await does(enable, 'endpoint.enabled');
    await does(rotate, 'endpoint.secret_rotated');
    await does(test);
    await does(driver.remove, 'endpoint.deleted');
  });
}

const rounds = 6;

function describeConcurrency(setting: Setting): void {
  it('survive everything at once: nothing fails, and no two transactions wait for each other', async () => {
    const { driver, app, receiver } = setting;
    const { change, enable, disable, rotate, test } = driver;
    let answered = 0;
    receiver.answer = () => {
      answered += 1;
      return { status: [200, 410, 500][answered % 3] ?? 200 };
    };
    const before = await countDeadlocks(app);
    for (let round = 0; round < rounds; round += 1) {
      const made = [await setting.make(), await setting.make()];
      const publishAll = () => Promise.all(Array.from({ length: 4 }, () => driver.publish()));
      for (const answer of await publishAll()) expectDone(answer);
      const answers = await Promise.all([
        ...made.flatMap(({ id }) => [
          change?.(id),
          disable?.(id),
          enable?.(id),
          rotate?.(id).then(({ answer }) => answer),
          test?.(id),
          change?.(id),
          disable?.(id),
        ]),
        ...made.slice(0, 1 + (round % 2)).map(({ id }) => driver.remove(id)),
        app.worker.runOnce().then(() => undefined),
        // Publishing goes on whatever changes at the same time.
        publishAll().then((published) => {
          for (const { status, text } of published) expect([201, 202], text).toContain(status);
        }),
      ]);
      for (const answer of answers)
        if (answer) expect([200, 204, 404, 409], answer.text).toContain(answer.status);
      for (const { id } of made) await driver.remove(id);
    }
    expect((await countDeadlocks(app)) - before).toBe(0);
  });
}

/** Transactions that the server ended because they waited for each other, of every connection so far. */
async function countDeadlocks({ database }: TestApp): Promise<number> {
  // Each connection reports its figures when it is asked to, so all of them are asked at the same time.
  const reports = Array.from({ length: 30 }, () =>
    sql`select pg_stat_force_next_flush(), pg_sleep(0.1)`.execute(database.queries),
  );
  await Promise.all(reports);
  const { rows } = await sql<{ deadlocks: string }>`
    select deadlocks from pg_stat_database where datname = current_database()`.execute(database.queries);
  return Number(rows[0]?.deadlocks);
}
