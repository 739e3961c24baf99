import { fstatSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkpointLongWal } from '../src/db/checkpoint.ts';
import { type Database, embeddedDatabase } from '../src/db/connect.ts';
import { openFiles } from '../src/db/embedded-files.ts';
import { freezeOldTables } from '../src/db/vacuum.ts';
import { createTestDatabase, type TestDatabase } from './support/databases.ts';

describe('the files of the embedded database', { timeout: 60_000 }, () => {
  let folder: string;
  /** Inner numbers of the files that were flushed. */
  let flushed: number[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-files-'));
    flushed = [];
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const open = async (flushes: boolean) =>
    embeddedDatabase(await openFiles(folder, flushes, (fd) => void flushed.push(fstatSync(fd).ino)));
  const walFlushes = () => {
    const wal = join(folder, 'database', 'pg_wal');
    const segments = new Set(readdirSync(wal).map((name) => statSync(join(wal, name)).ino));
    return flushed.filter((file) => segments.has(file)).length;
  };
  const tables = async ({ queries }: Database) =>
    (await sql<{ n: number }>`select n from things order by n`.execute(queries)).rows.map(({ n }) => n);

  it('have a commit on the disk before it is answered, and everything else after a checkpoint', async () => {
    const database = await open(true);
    const { queries } = database;
    await sql`create table things (n integer)`.execute(queries);
    for (const n of [1, 2, 3]) {
      flushed = [];
      await sql`insert into things values (${n})`.execute(queries);
      expect(walFlushes()).toBeGreaterThan(0);
    }
    flushed = [];
    await tables(database);
    expect(flushed).toEqual([]);
    await sql`checkpoint`.execute(queries);
    const { rows } = await sql<{ path: string }>`select pg_relation_filepath('things') as path`.execute(
      queries,
    );
    expect(flushed).toContain(statSync(join(folder, 'database', rows[0]?.path ?? '')).ino);
    await database.close();
  });

  it('are flushed as they are found: what ran without it goes on with it', async () => {
    const fast = await open(false);
    await sql`create table things (n integer)`.execute(fast.queries);
    await sql`insert into things values (1)`.execute(fast.queries);
    expect(flushed).toEqual([]);
    await fast.close();
    const safe = await open(true);
    const catalogue = statSync(join(folder, 'database', 'PG_VERSION')).ino;
    expect(flushed).toContain(catalogue);
    expect(await tables(safe)).toEqual([1]);
    await safe.close();
  });
});

describe('the embedded database', () => {
  let made: TestDatabase;
  beforeEach(async () => {
    made = await createTestDatabase('embedded');
  });
  afterEach(() => made.drop());

  it('ends a long WAL by a checkpoint, and only a long one', async () => {
    const { queries } = made.database;
    await sql`create table things (text text)`.execute(queries);
    await sql`checkpoint`.execute(queries);
    expect(await checkpointLongWal(queries, 1_000_000)).toBe(false);
    await sql`insert into things select repeat('x', 1000) from generate_series(1, 2000)`.execute(queries);
    expect(await checkpointLongWal(queries, 1_000_000)).toBe(true);
    expect(await checkpointLongWal(queries, 1_000_000)).toBe(false);
  });

  it('has its old rows frozen, the oldest first, until none is old', async () => {
    const { queries } = made.database;
    await sql`create table things (n integer)`.execute(queries);
    for (let n = 0; n < 200; n += 1) await sql`insert into things values (${n})`.execute(queries);
    const oldest = async () =>
      (
        await sql<{
          age: number;
        }>`select age(datfrozenxid) as age from pg_database where datname = current_database()`.execute(
          queries,
        )
      ).rows[0]?.age;
    expect(await oldest()).toBeGreaterThan(200);
    const frozen: string[] = [];
    for (let more = true; more; ) {
      const some = await freezeOldTables(queries, 150);
      frozen.push(...some);
      more = some.length > 0;
    }
    expect(frozen).toContain('public.things');
    expect(new Set(frozen).size).toBe(frozen.length);
    expect(await oldest()).toBeLessThan(200);
    const { rows } = await sql<{ count: number }>`select count(*)::int as count from things`.execute(queries);
    expect(rows).toEqual([{ count: 200 }]);
  });
});
