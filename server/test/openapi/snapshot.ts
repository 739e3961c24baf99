import { sql } from 'kysely';
import type { Queries } from '../../src/db/connect.ts';

/** What changes by being used, not by what is asked: table → column. */
const volatile: Readonly<Record<string, readonly string[]>> = {
  keys: ['last_used_at'],
  embed_tokens: ['last_used_at'],
};

/** What counts every request, the refused ones too. */
const counters = ['request_windows'];

/** Content of tables, table by table, as something that can be compared. */
export type Snapshot = Readonly<Record<string, string>>;

/**
 * Everything in the database, or everything of one organization: a hash of the rows of each table.
 * @param orgId its UUID
 */
export async function takeSnapshot(queries: Queries, orgId?: string): Promise<Snapshot> {
  const { rows: tables } = await sql<{ name: string; tenant: boolean }>`
    select relname as name, exists (select 1 from pg_attribute where attrelid = pg_class.oid and attname = 'org_id') as tenant
      from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and relname <> all(${counters}::text[])
     order by relname`.execute(queries);
  const parts = tables
    .filter(({ name, tenant }) => orgId === undefined || tenant || name === 'organizations')
    .map(({ name, tenant }) => {
      const whose = orgId === undefined ? sql`true` : tenant ? sql`org_id = ${orgId}` : sql`id = ${orgId}`;
      return sql`
        select ${name}::text as name, count(*) || ' ' || coalesce(md5(string_agg(row_text, chr(10) order by row_text)), '') as content
          from (select (to_jsonb(t) - ${[...(volatile[name] ?? [])]}::text[])::text as row_text from ${sql.table(name)} t where ${whose}) rows`;
    });
  const { rows } = await sql<{ name: string; content: string }>`${sql.join(parts, sql` union all `)}`.execute(
    queries,
  );
  return Object.fromEntries(rows.map(({ name, content }) => [name, content]));
}

/** Where the log of all changes stands: while it stays, nothing was written at all. */
export async function writePosition(queries: Queries): Promise<string> {
  const { rows } = await sql<{
    position: string;
  }>`select pg_current_wal_insert_lsn()::text as position`.execute(queries);
  return rows[0]?.position ?? '';
}
