import { sql } from 'kysely';
import { doorOf } from '../../src/compose.ts';
import { openServer } from '../../src/db/connect.ts';
import { createServer } from '../../src/http/server.ts';
import { createParts, type Parts } from '../../src/parts.ts';
import { SchemaChecks } from '../../src/schemas/checks.ts';
import type { TestApp } from './app.ts';
import { postgresUrl } from './databases.ts';

export interface SecondProcess {
  readonly url: string;
  readonly parts: Parts;
  close(): Promise<void>;
}

/**
 * Another process on an app's database, as far as one process can be two: connections, caches and a server of its own.
 * The embedded database has one connection, which both then use.
 */
export async function startSecondProcess(app: TestApp): Promise<SecondProcess> {
  const { config, log, clock, random } = app.parts;
  const embedded = app.database.kind === 'embedded';
  const database = embedded ? app.database : await openServer({ url: await urlOf(app), log });
  const parts = createParts(config, database, log, { clock, random, schemas: new SchemaChecks() });
  const server = await createServer(doorOf(parts));
  return {
    url: await server.listen({ host: '127.0.0.1', port: 0 }),
    parts,
    async close() {
      await server.close();
      await parts.http.close();
      if (!embedded) await database.close();
    },
  };
}

async function urlOf(app: TestApp): Promise<string> {
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(
    app.database.queries,
  );
  const url = new URL(postgresUrl ?? '');
  url.pathname = `/${rows[0]?.name}`;
  return url.href;
}
