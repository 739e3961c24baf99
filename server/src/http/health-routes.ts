import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import type { Door } from './door.ts';

/** Adds health, metrics and the OpenAPI document, which every process with a port serves. */
export async function addHealthRoutes(
  server: FastifyInstance,
  door: Pick<Door, 'database' | 'log' | 'metrics' | 'measure'>,
): Promise<void> {
  const { registry } = door.metrics;

  server.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'alive' }));

  server.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const ready = await isReady(door);
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' });
  });

  server.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    await door.measure();
    return reply.header('content-type', registry.contentType).send(await registry.metrics());
  });

  server.get('/openapi.json', { schema: { hide: true } }, async () => server.swagger());
}

async function isReady({ database, log }: Pick<Door, 'database' | 'log'>): Promise<boolean> {
  try {
    await sql`select 1 from migrations limit 1`.execute(database.queries);
    return true;
  } catch (error) {
    log.warn({ error: error instanceof Error ? error.message : String(error) }, 'not ready');
    return false;
  }
}
