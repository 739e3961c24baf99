import { sql } from 'kysely';
import type { Queries } from './connect.ts';

/**
 * Frees the space of dead rows, as a server's autovacuum does; the embedded database has none. One table after another,
 * so that other queries have their turn in between. Answers the names of the tables.
 */
export async function vacuumWornTables(queries: Queries): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select format('%I.%I', schemaname, relname) as name from pg_stat_user_tables
     where n_dead_tup > 1000 and n_dead_tup > n_live_tup / 5 order by n_dead_tup desc`.execute(queries);
  const names = rows.map(({ name }) => name);
  for (const name of names) await sql`vacuum (analyze) ${sql.raw(name)}`.execute(queries);
  return names;
}

/** Transactions after which a row is frozen: far from the two thousand million after which their numbers wrap round. */
const freezeAge = 100_000_000;
/** Milliseconds after which no further table is begun: no other query runs meanwhile. */
const freezeMs = 100;

/**
 * Freezes the tables whose oldest rows are oldest: the embedded database has no autovacuum, and rows that are older than
 * transaction numbers reach would become invisible. Answers the names of the tables.
 * @param age in transactions
 */
export async function freezeOldTables(queries: Queries, age = freezeAge): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select format('%I.%I', nspname, old.relname) as name
      from pg_class old join pg_namespace on pg_namespace.oid = old.relnamespace
      left join pg_class toast on toast.oid = old.reltoastrelid
     where old.relkind in ('r', 'm') and greatest(age(old.relfrozenxid), age(toast.relfrozenxid)) > ${age}
     order by greatest(age(old.relfrozenxid), age(toast.relfrozenxid)) desc, name limit 100`.execute(queries);
  const until = performance.now() + freezeMs;
  const frozen: string[] = [];
  for (const { name } of rows) {
    if (frozen.length > 0 && performance.now() > until) break;
    await sql`vacuum (freeze) ${sql.raw(name)}`.execute(queries);
    frozen.push(name);
  }
  return frozen;
}
