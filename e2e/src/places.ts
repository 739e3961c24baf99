import { createHash, randomBytes } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { root } from './program.ts';
import { startService } from './service.ts';

/** Where tests may make databases; `undefined` where there is no server. */
export const postgresUrl = process.env.SLUICE_TEST_POSTGRES_URL;

/** A place for one test's data, and how to remove it. */
export interface Place {
  readonly dataDir: string;
  /** Left out: the embedded database. */
  readonly databaseUrl?: string;
  remove(): Promise<void>;
}

export async function makeFolder(): Promise<Place> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sluice-e2e-'));
  return { dataDir, remove: () => rm(dataDir, { recursive: true, force: true }) };
}

/**
 * A folder in which a service once ran and ended in order. The first start makes a database, which takes a processor
 * five seconds: whoever is not about that start takes a copy of what it left.
 */
export async function makeUsedFolder(): Promise<Place> {
  const used = await usedFolder();
  const place = await makeFolder();
  cpSync(used, place.dataDir, { recursive: true });
  return place;
}

/** Kept for other files and runs, until the schema or a package is another. */
async function usedFolder(): Promise<string> {
  const hash = createHash('sha256').update(readFileSync(`${root}package-lock.json`));
  for (const name of readdirSync(`${root}server/sql`).sort())
    hash.update(name).update(readFileSync(`${root}server/sql/${name}`));
  const folder = join(tmpdir(), `sluice-used-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  const unfinished = await mkdtemp(`${folder}-`);
  const service = await startService({ dataDir: unfinished });
  await service.terminate();
  await rename(unfinished, folder).catch(async (error: unknown) => {
    // Somebody else was first.
    if (!existsSync(folder)) throw error;
    await rm(unfinished, { recursive: true });
  });
  return folder;
}

/** A folder, and an empty database on the server. */
export async function makeDatabase(): Promise<Place & { readonly databaseUrl: string }> {
  if (postgresUrl === undefined) throw new Error('SLUICE_TEST_POSTGRES_URL names no server.');
  const folder = await makeFolder();
  const name = `sluice_test_${randomBytes(8).toString('hex')}`;
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  await asAdmin(`create database ${name} encoding 'UTF8' template template0`);
  return {
    dataDir: folder.dataDir,
    databaseUrl: url.href,
    async remove() {
      await asAdmin(`drop database ${name} with (force)`);
      await folder.remove();
    },
  };
}

async function asAdmin(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
