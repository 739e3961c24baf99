import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { sql } from 'kysely';
import pg from 'pg';
import { describe } from 'vitest';
import { createLogger } from '../../src/base/log.ts';
import { type Database, embeddedDatabase, openServer } from '../../src/db/connect.ts';
import { migrate } from '../../src/db/migrate.ts';
import { makePartitions } from '../../src/db/partitions.ts';
import { openEmbeddedCopy } from './embedded-copies.ts';

export type DatabaseKind = 'embedded' | 'postgres';

/** Where tests may make databases; set by `npm test` when it has found a server. */
export const postgresUrl = process.env.SLUICE_TEST_POSTGRES_URL;
const silent = createLogger('silent');

/** The same tests on the embedded database and, where there is one, on a Postgres server. */
export function describeOnEachDatabase(name: string, tests: (kind: DatabaseKind) => void): void {
  describe(`${name} (embedded)`, () => tests('embedded'));
  describe.skipIf(postgresUrl === undefined)(`${name} (postgres)`, () => tests('postgres'));
}

export interface TestDatabase {
  readonly database: Database;
  /** For further processes on the same database; `null` for the embedded one. */
  readonly url: string | null;
  drop(): Promise<void>;
}

/** A migrated database of its own for one test, a copy of one that was migrated once. */
export async function createTestDatabase(
  kind: DatabaseKind,
  options: { fixedTime?: Date } = {},
): Promise<TestDatabase> {
  const made = kind === 'embedded' ? await createEmbedded() : await createOnServer(options.fixedTime);
  if (options.fixedTime && kind === 'embedded') await fixTime(made.database, options.fixedTime);
  return made;
}

/** What the schema is made from: another schema, another copy. */
function schemaHash(): string {
  const folder = new URL('../../sql/', import.meta.url);
  const hash = createHash('sha256').update(String(Math.floor(Date.now() / 86_400_000)));
  for (const name of readdirSync(folder).sort())
    hash.update(name).update(readFileSync(new URL(name, folder)));
  return hash.digest('hex').slice(0, 16);
}

async function prepare(database: Database): Promise<void> {
  await migrate(database);
  await makePartitions(database.queries, Date.now());
}

async function createEmbedded(): Promise<TestDatabase> {
  const pglite = await openEmbeddedCopy(`sluice-embedded-${schemaHash()}`, (fresh) =>
    prepare(embeddedDatabase(fresh)),
  );
  const database = embeddedDatabase(pglite);
  return { database, url: null, drop: () => database.close() };
}

async function withAdmin<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(name: string): string {
  const url = new URL(postgresUrl ?? '');
  url.pathname = `/${name}`;
  return url.href;
}

async function createOnServer(fixedTime: Date | undefined): Promise<TestDatabase> {
  const name = `sluice_test_${randomBytes(8).toString('hex')}`;
  await withAdmin(async (client) => {
    const template = await findTemplate(client);
    const { rows } = await client.query(`select current_setting('fsync') as fsync`);
    // Where nothing waits for the disk, files are copied faster than they are written to the log.
    const strategy = rows[0]?.fsync === 'off' ? 'file_copy' : 'wal_log';
    await client.query(`create database ${name} template ${template} strategy ${strategy}`);
    // Tests let processes die, not the server.
    await client.query(`alter database ${name} set synchronous_commit = off`);
    if (fixedTime)
      await client.query(`alter database ${name} set search_path = test_time, pg_catalog, public`);
  });
  const database = await openServer({ url: urlOf(name), log: silent });
  if (fixedTime) await fixTime(database, fixedTime);
  return {
    database,
    url: urlOf(name),
    async drop() {
      await database.close();
      await withAdmin((client) => client.query(`drop database ${name} with (force)`));
    },
  };
}

/** The database of which all others are copies; whoever comes first makes it. */
async function findTemplate(client: pg.Client): Promise<string> {
  const template = `sluice_template_${schemaHash()}`;
  const isThere = async () =>
    (await client.query('select 1 from pg_database where datname = $1', [template])).rows.length > 0;
  if (await isThere()) return template;
  await client.query('select pg_advisory_lock(7205759405)');
  try {
    if (await isThere()) return template;
    await client.query(`drop database if exists ${template}_new`);
    await client.query(`create database ${template}_new encoding 'UTF8' template template0`);
    const database = await openServer({ url: urlOf(`${template}_new`), log: silent });
    await prepare(database);
    await database.close();
    await client.query(`alter database ${template}_new rename to ${template}`);
    return template;
  } finally {
    await client.query('select pg_advisory_unlock(7205759405)');
  }
}

/** From here on `now()` answers what `setTime` says: a function of that name that is found before Postgres's own. */
async function fixTime(database: Database, time: Date): Promise<void> {
  const { queries } = database;
  await sql`create schema test_time`.execute(queries);
  await sql`create table test_time.present (at timestamptz not null)`.execute(queries);
  await sql`insert into test_time.present values (${time})`.execute(queries);
  await sql`create function test_time.now() returns timestamptz stable language sql as 'select at from test_time.present'`.execute(
    queries,
  );
  if (database.kind === 'embedded')
    await sql`set search_path = test_time, pg_catalog, public`.execute(queries);
}

export async function setTime(database: Database, time: Date): Promise<void> {
  await sql`update test_time.present set at = ${time}`.execute(database.queries);
}
