import { type RawBuilder, sql } from 'kysely';
import type { Queries } from '../../src/db/connect.ts';

/** What changes by being used, not by what is asked: table → column. */
const volatile: Readonly<Record<string, readonly string[]>> = {
  keys: ['last_used_at'],
  embed_tokens: ['last_used_at'],
  member_tokens: ['last_used_at'],
  sessions: ['last_used_at'],
};

/** What counts every request, the refused ones too. */
const counters = ['request_windows'];

/** Content of tables, table by table, as something that can be compared. */
export type Snapshot = Readonly<Record<string, string>>;

interface Table {
  readonly name: string;
  /** Whether it has an org_id. */
  readonly tenant: boolean;
}

async function listTables(queries: Queries): Promise<Table[]> {
  const { rows } = await sql<Table>`
    select relname as name, exists (select 1 from pg_attribute where attrelid = pg_class.oid and attname = 'org_id') as tenant
      from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and relname <> all(${counters}::text[])
     order by relname`.execute(queries);
  return rows;
}

/**
 * Everything of one organization: a hash of its rows in each table.
 * @param orgId its UUID
 */
export async function takeSnapshot(queries: Queries, orgId: string): Promise<Snapshot> {
  const tables = (await listTables(queries)).filter(({ name, tenant }) => tenant || name === 'organizations');
  return readTables(queries, tables, ({ name, tenant }) =>
    contentOf(name, tenant ? sql`org_id = ${orgId}` : sql`id = ${orgId}`),
  );
}

/**
 * What tells every state of the database from the one before: for each table the number of its rows and the latest
 * transaction that wrote one. Much cheaper than the content, and no committed change escapes it.
 */
export async function takeVersions(queries: Queries): Promise<Snapshot> {
  return readTables(queries, await listTables(queries), ({ name }) =>
    name in volatile
      ? contentOf(name, sql`true`)
      : sql`select ${name}::text as name, count(*) || ' ' || coalesce(max(xmin::text::bigint), 0) as content from ${sql.table(name)}`,
  );
}

function contentOf(name: string, whose: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select ${name}::text as name, count(*) || ' ' || coalesce(md5(string_agg(row_text, chr(10) order by row_text)), '') as content
      from (select (to_jsonb(t) - ${[...(volatile[name] ?? [])]}::text[])::text as row_text from ${sql.table(name)} t where ${whose}) rows`;
}

async function readTables(
  queries: Queries,
  tables: readonly Table[],
  part: (table: Table) => RawBuilder<unknown>,
): Promise<Snapshot> {
  const { rows } = await sql<{
    name: string;
    content: string;
  }>`${sql.join(tables.map(part), sql` union all `)}`.execute(queries);
  return Object.fromEntries(rows.map(({ name, content }) => [name, content]));
}

/** Where the log of all changes stands: while it stays, nothing was written at all. */
export async function writePosition(queries: Queries): Promise<string> {
  const { rows } = await sql<{
    position: string;
  }>`select pg_current_wal_insert_lsn()::text as position`.execute(queries);
  return rows[0]?.position ?? '';
}
