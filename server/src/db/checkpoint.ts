import { sql } from 'kysely';
import type { Queries } from './connect.ts';

/** WAL since the last checkpoint that the embedded database reads again after a death: about a second. */
const longestWalBytes = 64 * 1_048_576;

/**
 * Ends what is in the WAL by a checkpoint where there is much: what a server's checkpointer does. The embedded database
 * makes none between its start and its end, so that its WAL grew for as long as it ran. Answers whether it made one.
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
