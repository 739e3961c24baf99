import { sql } from 'kysely';
import type { Queries } from './connect.ts';

/**
 * Gives the room of dead rows back: what a server's autovacuum does and the embedded database does not. One table after
 * another, so that others have their turn in between; a table that is only appended to is never worn. Answers their names.
 */
export async function vacuumWornTables(queries: Queries): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select format('%I.%I', schemaname, relname) as name from pg_stat_user_tables
     where n_dead_tup > 1000 and n_dead_tup > n_live_tup / 5 order by n_dead_tup desc`.execute(queries);
  const names = rows.map(({ name }) => name);
  for (const name of names) await sql`vacuum (analyze) ${sql.raw(name)}`.execute(queries);
  return names;
}
