import { sql } from 'kysely';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../src/db/connect.ts';
import { transact } from '../src/db/transaction.ts';
import { createTestDatabase, postgresUrl, type TestDatabase } from './support/databases.ts';

describe.skipIf(postgresUrl === undefined)('prepared statements (postgres)', () => {
  let made: TestDatabase;
  let database: Database;

  beforeEach(async () => {
    made = await createTestDatabase('postgres');
    database = made.database;
    await sql`create table things (id integer primary key)`.execute(database.queries);
    await sql`insert into things values (1)`.execute(database.queries);
  });
  afterEach(() => made.drop());

  const read = (queries: Database['queries']) => sql`select * from things where id = ${1}`.execute(queries);

  /** What a newer version does when it starts beside this one. */
  async function migrateElsewhere(column: string): Promise<void> {
    const client = new pg.Client({ connectionString: made.url ?? '' });
    await client.connect();
    await client.query(`alter table things add column ${column} integer`);
    await client.end();
  }

  it('are prepared anew when another process has changed the table', async () => {
    expect((await read(database.queries)).rows).toEqual([{ id: 1 }]);
    await migrateElsewhere('a');
    expect((await read(database.queries)).rows).toEqual([{ id: 1, a: null }]);
    await migrateElsewhere('b');
    expect((await read(database.queries)).rows).toEqual([{ id: 1, a: null, b: null }]);
  });

  it('let a transaction be tried again when another process has changed the table', async () => {
    const work = () =>
      transact(database.queries, async (tx) => {
        await sql`insert into things (id) values (2) on conflict do nothing`.execute(tx);
        return (await read(tx)).rows;
      });
    expect(await work()).toEqual([{ id: 1 }]);
    await migrateElsewhere('a');
    expect(await work()).toEqual([{ id: 1, a: null }]);
  });

  it('are planned once in a connection', async () => {
    await database.queries.connection().execute(async (queries) => {
      for (let time = 0; time < 3; time += 1) await read(queries);
      const { rows } =
        await sql`select from_sql from pg_prepared_statements where statement like '%from things%'`.execute(
          queries,
        );
      expect(rows).toEqual([{ from_sql: false }]);
    });
  });
});
