import { createHash } from 'node:crypto';
import { link, realpath, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseError } from './failures.ts';

/**
 * Makes sure that no other process uses the data folder, and answers how to release it.
 *
 * The lock is a listening socket: it dies with its process, however that ends. A file with a process id would
 * outlive a SIGKILL, and in containers the next process often has the same id.
 * @throws {DatabaseError} when another process has it
 */
export async function lockDataFolder(dataDir: string): Promise<() => Promise<void>> {
  const path = await socketPath(dataDir);
  const server = (await listen(path)) ?? ((await isAlive(path)) ? null : await takeOver(path));
  if (!server) {
    throw new DatabaseError(
      `The data folder ${dataDir} is in use by another process. Stop that one, or set SLUICE_DATA_DIR to another folder.`,
    );
  }
  return () => new Promise((resolve) => server.close(() => resolve()));
}

async function socketPath(dataDir: string): Promise<string> {
  const folder = await realpath(dataDir);
  if (process.platform === 'win32') return `\\\\.\\pipe\\sluice-${digest(folder)}`;
  const inside = join(folder, 'lock');
  // Unix socket paths end at 107 bytes on Linux and 103 on macOS.
  return Buffer.byteLength(inside) <= 100 ? inside : join(tmpdir(), `sluice-${digest(folder)}`);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function listen(path: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.unref();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen(path, () => resolve(server));
  });
}

/** Whether a process listens. Only a refused connection says that none does: another user's socket fails otherwise. */
function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
    );
  });
}

/**
 * Replaces a dead socket; answers `null` when another process has taken over meanwhile. The socket is moved first and
 * tried again under its new name, which no other process uses: since the first try it may have become another's.
 */
async function takeOver(path: string): Promise<Server | null> {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const alive = await isAlive(aside);
  if (alive) await link(aside, path);
  await rm(aside, { force: true });
  return alive ? null : listen(path);
}
