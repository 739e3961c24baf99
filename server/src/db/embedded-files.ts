import { fsyncSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { type Flush, FlushedFiles, flushFolder } from './flushed-files.ts';

/** What a checkpoint leaves of the WAL for use again, and room for a list that reads ten years of daily partitions. */
const sizes = ['-c', 'max_wal_size=256MB', '-c', 'max_locks_per_transaction=256'];

/**
 * Opens the files of an embedded database, and makes them where there are none.
 * @param flushed whether each commit is brought onto the disk before it is answered, and survives a power failure.
 *   PGlite turns that off. WAL is written with `fsync` as data is: `fdatasync` does not reach its file system.
 */
export async function openFiles(
  dataDir: string,
  flushed: boolean,
  flush: Flush = fsyncSync,
): Promise<PGlite> {
  const folder = join(dataDir, 'database');
  if (!flushed) return PGlite.create(folder, { startParams: [...PGlite.defaultStartParams, ...sizes] });
  const parameters = PGlite.defaultStartParams.filter((parameter) => parameter !== '-F');
  await mkdir(folder, { recursive: true });
  // What ran without flushing left may still be on its way to the disk.
  await flushFolder(folder, flush);
  const pglite = await PGlite.create({
    fs: new FlushedFiles(folder, flush),
    startParams: [...parameters, '-c', 'fsync=on', '-c', 'wal_sync_method=fsync', ...sizes],
  });
  await flushFolder(folder, flush);
  return pglite;
}
