import { sql } from 'kysely';
import { routes } from '../../src/api/routes.ts';
import { createServices } from '../../src/compose.ts';
import { openServer } from '../../src/db/connect.ts';
import type { Services } from '../../src/http/operation.ts';
import { createServer } from '../../src/http/server.ts';
import { SchemaChecks } from '../../src/schemas/checks.ts';
import type { TestApp } from './app.ts';
import { postgresUrl } from './databases.ts';

export interface SecondProcess {
  readonly url: string;
  readonly services: Services;
  close(): Promise<void>;
}

/**
 * Another process on an app's database, as far as one process can be two: connections, caches and a server of its own.
 * The embedded database has one connection, which both then use.
 */
export async function startSecondProcess(app: TestApp): Promise<SecondProcess> {
  const { config, log, clock, random } = app.services;
  const embedded = app.database.kind === 'embedded';
  const database = embedded ? app.database : await openServer({ url: await urlOf(app), log });
  const services = createServices(config, database, log, { clock, random, schemas: new SchemaChecks() });
  const server = await createServer(services, routes);
  return {
    url: await server.listen({ host: '127.0.0.1', port: 0 }),
    services,
    async close() {
      await server.close();
      await services.http.close();
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
