import { sql } from 'kysely';
import { firstIdAt } from '../base/ids.ts';
import type { Queries } from './connect.ts';
import { isRefusedForNow } from './failures.ts';

/** Tables that are partitioned by the day of their id, in UTC. */
const ledgerTables = ['events', 'bodies', 'closed_deliveries', 'attempts'] as const;
type LedgerTable = (typeof ledgerTables)[number];

export const dayMs = 86_400_000;
const daysAhead = 14;
/** Any number that nothing else in the database uses. */
const makingLock = 7_205_759_406;

/**
 * Makes the partitions of the next two weeks. Each is made by itself and a refusal (a lock that is not to be had at
 * once, rows of that day in the default partition already) only means that the default partition goes on serving.
 * Answers the names of those it made.
 */
export async function makePartitions(queries: Queries, now: number): Promise<string[]> {
  const existing = new Set((await listPartitions(queries)).map((partition) => partition.name));
  const made: string[] = [];
  for (let day = 0; day <= daysAhead; day += 1) {
    const start = startOfDay(now) + day * dayMs;
    for (const table of ledgerTables) {
      const name = partitionName(table, start);
      if (!existing.has(name) && (await makePartition(queries, table, name, start))) made.push(name);
    }
  }
  return made;
}

async function makePartition(
  queries: Queries,
  table: LedgerTable,
  name: string,
  start: number,
): Promise<boolean> {
  try {
    await queries.transaction().execute(async (transaction) => {
      await sql`set local lock_timeout = '2s'`.execute(transaction);
      // Of two processes that make the same one at once, "if not exists" lets the second fail on the catalogue.
      await sql`select pg_advisory_xact_lock(${sql.lit(makingLock)})`.execute(transaction);
      await sql`create table if not exists ${sql.table(name)} partition of ${sql.table(table)}
        for values from (${sql.lit(firstIdAt(start))}) to (${sql.lit(firstIdAt(start + dayMs))})`.execute(
        transaction,
      );
    });
    return true;
  } catch (error) {
    if (!isRefusedForNow(error)) throw error;
    return false;
  }
}

export interface Partition {
  readonly table: LedgerTable;
  readonly name: string;
  /** First millisecond of its day. */
  readonly start: number;
  readonly end: number;
}

/** Every day's partition that exists. */
export async function listPartitions(queries: Queries): Promise<Partition[]> {
  const { rows } = await sql<{ table_name: string; name: string }>`
    select parent.relname as table_name, child.relname as name
      from pg_inherits join pg_class parent on parent.oid = inhparent join pg_class child on child.oid = inhrelid
     where parent.oid = any(${[...ledgerTables]}::regclass[])`.execute(queries);
  return rows.flatMap(({ table_name, name }) => {
    const table = ledgerTables.find((candidate) => candidate === table_name);
    const date = /_(\d{4})(\d{2})(\d{2})$/.exec(name);
    if (!table || !date) return [];
    const start = Date.UTC(Number(date[1]), Number(date[2]) - 1, Number(date[3]));
    return [{ table, name, start, end: start + dayMs }];
  });
}

/** Drops one; answers whether it did (`false`: its lock was not to be had at once). */
export async function dropPartition(queries: Queries, partition: Partition): Promise<boolean> {
  try {
    await queries.transaction().execute(async (transaction) => {
      await sql`set local lock_timeout = '2s'`.execute(transaction);
      await sql`drop table if exists ${sql.table(partition.name)}`.execute(transaction);
    });
    return true;
  } catch (error) {
    if (!isRefusedForNow(error)) throw error;
    return false;
  }
}

/** The first millisecond of a partition's day. */
export function startOfDay(time: number): number {
  return Math.floor(time / dayMs) * dayMs;
}

function partitionName(table: LedgerTable, start: number): string {
  return `${table}_${new Date(start).toISOString().slice(0, 10).replaceAll('-', '')}`;
}
