import { sql } from 'kysely';
import type { Queries } from './connect.ts';

/** Bytes of WAL that the embedded database reads again after a crash: about a second. */
const longestWalBytes = 64 * 1_048_576;

/**
 * Makes a checkpoint when much WAL has been written since the last one, as a server's checkpointer does; answers whether
 * it did. The embedded database makes none of its own between start and stop, so its WAL would grow as long as it runs.
 * @param longest bytes of WAL
 */
export async function checkpointLongWal(queries: Queries, longest = longestWalBytes): Promise<boolean> {
  const { rows } = await sql<{ bytes: string }>`
    select pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn) as bytes from pg_control_checkpoint()`.execute(
    queries,
  );
  if (Number(rows[0]?.bytes ?? 0) <= longest) return false;
  await sql`checkpoint`.execute(queries);
  return true;
}
