import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import type { Database, Queries } from './connect.ts';
import { DatabaseError } from './failures.ts';

const folder = new URL('../../sql/', import.meta.url);
/** Any number will do, as long as nothing else in the database uses it. */
const lockNumber = 7_205_759_403;

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
  readonly statements: readonly string[];
}

/**
 * Applies the migrations of `server/sql` that are not applied yet, each file in a transaction of its own. Nodes that start at once wait for one
 * another. Answers how many were applied.
 * @throws {DatabaseError} when the database is newer than this program, or an applied file was changed
 */
export async function migrate(database: Database): Promise<number> {
  const migrations = await readMigrations();
  return database.unhurried((queries) =>
    queries.connection().execute(async (connection) => {
      await sql`set statement_timeout = 0`.execute(connection);
      await sql`select pg_advisory_lock(${sql.lit(lockNumber)})`.execute(connection);
      try {
        return await applyNew(connection, migrations);
      } finally {
        await sql`select pg_advisory_unlock(${sql.lit(lockNumber)})`.execute(connection);
        await sql`reset statement_timeout`.execute(connection);
      }
    }),
  );
}

async function applyNew(connection: Queries, migrations: readonly Migration[]): Promise<number> {
  await sql`
    create table if not exists migrations (
      number integer primary key, name text not null, checksum text not null, applied_at timestamptz not null
    )`.execute(connection);
  const { rows: applied } = await sql<{ number: number; name: string; checksum: string }>`
    select number, name, checksum from migrations order by number`.execute(connection);
  for (const row of applied) {
    const known = migrations.find((migration) => migration.number === row.number);
    if (!known)
      throw new DatabaseError(
        `The database has migration ${row.name}, which this version does not know. Start a newer version.`,
      );
    if (known.checksum !== row.checksum)
      throw new DatabaseError(`Migration ${row.name} was changed after it was applied. Restore the file.`);
  }
  const fresh = migrations.filter((migration) => !applied.some((row) => row.number === migration.number));
  for (const migration of fresh) {
    await connection.transaction().execute(async (transaction) => {
      for (const statement of migration.statements) await sql.raw(statement).execute(transaction);
      await sql`insert into migrations values (${migration.number}, ${migration.name}, ${migration.checksum}, now())`.execute(
        transaction,
      );
    });
  }
  return fresh.length;
}

async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(new URL(name, folder), 'utf8');
      const checksum = createHash('sha256').update(text).digest('hex');
      return { number: Number(name.slice(0, 4)), name, checksum, statements: splitStatements(text) };
    }),
  );
}

/** A statement ends with a semicolon at the end of a line, outside a `$$` body. */
function splitStatements(text: string): string[] {
  const statements: string[] = [];
  let current = '';
  let inBody = false;
  for (const line of text.split('\n')) {
    if (!inBody && line.trimStart().startsWith('--')) continue;
    current += `${line}\n`;
    if ((line.split('$$').length - 1) % 2 === 1) inBody = !inBody;
    if (!inBody && line.trimEnd().endsWith(';')) {
      statements.push(current);
      current = '';
    }
  }
  if (current.trim() !== '') statements.push(current);
  return statements;
}
