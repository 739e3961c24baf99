import { connect, createServer } from 'node:net';
import { AbortedTransactionError, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../src/base/log.ts';
import { type Database, openServer, type Queries } from '../src/db/connect.ts';
import { isUnavailable } from '../src/db/failures.ts';
import { statementsKept } from '../src/db/planning.ts';
import { transact } from '../src/db/transaction.ts';
import { vacuumWornTables } from '../src/db/vacuum.ts';
import {
  createTestDatabase,
  describeOnEachDatabase,
  postgresUrl,
  type TestDatabase,
} from './support/databases.ts';

describeOnEachDatabase('queries', (kind) => {
  let made: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    made = await createTestDatabase(kind);
    database = made.database;
    await sql`create table things (id integer primary key, note text)`.execute(database.queries);
  });
  afterEach(() => made.drop());

  const ids = async (queries: Queries = database.queries) =>
    (await sql<{ id: number }>`select id from things order by id`.execute(queries)).rows.map(({ id }) => id);
  const insert = (queries: Queries, id: number) =>
    sql`insert into things (id) values (${id})`.execute(queries);

  it('take and answer values of every kind that we store', async () => {
    const bytes = Buffer.from([0, 1, 92, 255]);
    const at = new Date('2026-02-03T04:05:06.789Z');
    const texts = ['plain', '', 'with "quotes", {braces}, \\slashes\\ and, commas', 'NULL', null, 'ü🦄\n'];
    const { rows } = await sql`
      select ${texts}::text[] as texts, ${[1, null, -3]}::int[] as numbers, ${[true, false, null]}::boolean[] as flags,
             ${bytes}::bytea as bytes, ${at}::timestamptz as at, ${[at.toISOString(), null]}::timestamptz[] as times,
             ${2 ** 40}::bigint as big, ${0.1}::float8 as fraction, ${null}::text as nothing, 'null'::text as word,
             '{"a":[1,null]}'::json as json, 'null'::json as no_json`.execute(database.queries);
    expect(rows).toEqual([
      {
        texts,
        numbers: [1, null, -3],
        flags: [true, false, null],
        bytes: expect.anything(),
        at,
        times: [at, null],
        big: 2 ** 40,
        fraction: 0.1,
        nothing: null,
        word: 'null',
        json: { a: [1, null] },
        no_json: null,
      },
    ]);
    expect(Buffer.from(Object(rows[0]).bytes)).toEqual(bytes);
  });

  it('tell how many rows they changed', async () => {
    const { queries } = database;
    expect((await insert(queries, 1)).numAffectedRows).toBe(1n);
    expect(
      (await sql`insert into things select generate_series(2, 5)`.execute(queries)).numAffectedRows,
    ).toBe(4n);
    expect(
      (await sql`update things set note = ${'x'} where id > ${1}`.execute(queries)).numAffectedRows,
    ).toBe(4n);
    expect((await sql`delete from things where id = ${9}`.execute(queries)).numAffectedRows).toBe(0n);
  });

  it('do not get into each other: transactions are whole, and a failure stays where it is', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        database.queries.transaction().execute(async (tx) => {
          await insert(tx, index * 2);
          await sql`select pg_sleep(0)`.execute(tx);
          // Every third repeats an id that it has just used.
          await insert(tx, index % 3 === 0 ? index * 2 : index * 2 + 1);
        }),
      ),
    );
    const kept = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
    expect(kept).toEqual(Array.from({ length: 20 }, (_, index) => index).filter((index) => index % 3 !== 0));
    expect(await ids()).toEqual(kept.flatMap((index) => [index * 2, index * 2 + 1]));
  });

  it('never take a rolled back transaction for a committed one', async () => {
    const swallowing = database.queries.transaction().execute(async (tx) => {
      await insert(tx, 1);
      await insert(tx, 1).catch(() => {});
    });
    await expect(swallowing).rejects.toThrow(AbortedTransactionError);
    expect(await ids()).toEqual([]);
    await insert(database.queries, 1);
    expect(await ids()).toEqual([1]);
  });

  it('let the process do other things while the database is busy', async () => {
    let busy = true;
    let turns = 0;
    const turn = () => {
      turns += 1;
      if (busy) setImmediate(turn);
    };
    setImmediate(turn);
    for (let index = 0; index < 50; index += 1) await insert(database.queries, index);
    busy = false;
    expect(turns).toBeGreaterThanOrEqual(49);
  });

  it('leave no dead rows for ever: worn tables are vacuumed, others are not', async () => {
    const { queries } = database;
    const size = async () =>
      (await sql<{ size: number }>`select pg_relation_size('things') as size`.execute(queries)).rows[0]?.size;
    await sql`insert into things select generate_series(1, 3000)`.execute(queries);
    await sql`select pg_stat_force_next_flush()`.execute(queries);
    expect(await vacuumWornTables(queries)).not.toContain('public.things');
    expect(await size()).toBeGreaterThan(0);
    await sql`delete from things`.execute(queries);
    await sql`select pg_stat_force_next_flush()`.execute(queries);
    expect(await vacuumWornTables(queries)).toContain('public.things');
    expect(await size()).toBe(0);
    await sql`select pg_stat_force_next_flush()`.execute(queries);
    expect(await vacuumWornTables(queries)).not.toContain('public.things');
  });

  it('finish before the database closes, and are refused as unavailable from then on', async () => {
    const before = database.queries.transaction().execute(async (tx) => {
      await insert(tx, 1);
      return ids(tx);
    });
    const [rows] = await Promise.all([before, new Promise(setImmediate).then(() => database.close())]);
    expect(rows).toEqual([1]);
    const error: unknown = await ids().catch((cause: unknown) => cause);
    expect(isUnavailable(error)).toBe(true);
  });

  const readAll = (queries: Queries) => sql`select * from things where id >= ${0}`.execute(queries);
  const kept = async (queries: Queries) =>
    (
      await sql<{
        count: number;
      }>`select count(*)::int as count from pg_prepared_statements where not from_sql`.execute(queries)
    ).rows[0]?.count;

  it('are prepared on the delivery path alone, once, and not without bound', async () => {
    await readAll(database.queries);
    await database.hotPath.connection().execute(async (queries) => {
      const before = (await kept(queries)) ?? 0;
      for (let time = 0; time < 3; time += 1) await readAll(queries);
      expect(await kept(queries)).toBe(before + 1);
      for (let number = 0; number < statementsKept + 50; number += 1) {
        const { rows } = await sql`select ${sql.lit(number)}::int + ${1}::int as next`.execute(queries);
        expect(rows).toEqual([{ next: number + 1 }]);
      }
      expect(await kept(queries)).toBe(statementsKept);
      expect((await readAll(queries)).rows).toEqual([]);
    });
  });

  it('are still prepared there after many that came once', async () => {
    for (let number = 0; number < statementsKept + 50; number += 1)
      await sql`select ${sql.lit(number)}::int + ${1}::int as once`.execute(database.hotPath);
    await readAll(database.hotPath);
    await database.hotPath.connection().execute(async (queries) => {
      await readAll(queries);
      const { rows } = await sql<{ statement: string }>`
        select statement from pg_prepared_statements where not from_sql`.execute(queries);
      expect(rows.map(({ statement }) => statement)).toContain('select * from things where id >= $1');
    });
  });

  it('are prepared anew when the schema has changed', async () => {
    await insert(database.queries, 1);
    expect((await readAll(database.hotPath)).rows).toEqual([{ id: 1, note: null }]);
    await sql`alter table things add column a integer`.execute(database.queries);
    expect((await readAll(database.hotPath)).rows).toEqual([{ id: 1, note: null, a: null }]);
    await sql`alter table things drop column note`.execute(database.queries);
    expect((await readAll(database.hotPath)).rows).toEqual([{ id: 1, a: null }]);
  });

  it('let a transaction be tried again as a whole when the schema has changed', async () => {
    const work = () =>
      transact(database.hotPath, async (tx) => {
        await sql`insert into things (id) values (${2}) on conflict do nothing`.execute(tx);
        return (await readAll(tx)).rows;
      });
    expect(await work()).toEqual([{ id: 2, note: null }]);
    await sql`delete from things`.execute(database.queries);
    await sql`alter table things add column a integer`.execute(database.queries);
    expect(await work()).toEqual([{ id: 2, note: null, a: null }]);
    expect(await ids()).toEqual([2]);
  });

  it('go on when their prepared statement is gone', async () => {
    await insert(database.hotPath, 1);
    await database.hotPath.connection().execute(async (queries) => {
      await readAll(queries);
      await sql`deallocate all`.execute(queries);
      expect((await readAll(queries)).rows).toEqual([{ id: 1, note: null }]);
    });
  });

  it('that fail leave the prepared statement fit for the next', async () => {
    await insert(database.hotPath, 1);
    for (let time = 0; time < 3; time += 1)
      await expect(insert(database.hotPath, 1)).rejects.toThrow(/duplicate key/);
    await expect(sql`select ${'x'}::int`.execute(database.hotPath)).rejects.toThrow(/invalid input/);
    await expect(sql`select ${1}::int from nowhere`.execute(database.hotPath)).rejects.toThrow(/nowhere/);
    await sql`create table nowhere ()`.execute(database.queries);
    await sql`select ${1}::int from nowhere`.execute(database.hotPath);
    await insert(database.hotPath, 2);
    expect(await ids(database.hotPath)).toEqual([1, 2]);
  });
});

describe.skipIf(postgresUrl === undefined)('a pooler that loses the settings of a connection', () => {
  it('is refused at the start, with what to do', async () => {
    const made = await createTestDatabase('postgres');
    const pooler = await startForgetfulPooler(new URL(made.url ?? ''));
    const url = new URL(made.url ?? '');
    url.port = String(pooler.port);
    await expect(openServer({ url: url.href, log: createLogger('silent') })).rejects.toThrow(
      /Is a pooler in front of it\?/,
    );
    await pooler.close();
    await made.drop();
  });
});

/** Passes everything on but the `options` that a client begins with, as a pooler does that ignores them. */
async function startForgetfulPooler(target: URL): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 5432), target.hostname);
    client.once('data', (first) => {
      upstream.write(withoutOptions(first));
      client.pipe(upstream).pipe(client);
    });
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It listens on no port.');
  return { port: address.port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** A startup message is its length, the protocol's version, and names and values that each end with a zero. */
function withoutOptions(message: Buffer): Buffer {
  const words = message.subarray(8, -2).toString().split('\0');
  const kept = words.filter((_, index) => words[index - (index % 2)] !== 'options');
  const body = Buffer.concat([message.subarray(4, 8), Buffer.from(`${kept.join('\0')}\0\0`)]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return Buffer.concat([length, body]);
}
