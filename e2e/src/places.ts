import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

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
