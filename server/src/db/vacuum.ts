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

/** Transactions after which a row is frozen: far from the two thousand million at which their numbers begin anew. */
const freezeAge = 100_000_000;
/** Enough for many small tables at once; a large one is alone, since nothing else runs meanwhile. */
const freezeMs = 100;

/**
 * Freezes the tables that have gone longest without: on the embedded database nothing else does, and rows that are older
 * than the numbers of transactions reach would vanish. Answers their names.
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
