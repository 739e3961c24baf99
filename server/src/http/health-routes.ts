import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { queueDepth } from '../deliveries/ledger.ts';
import { phase } from '../deliveries/phases.ts';
import type { Services } from './operation.ts';

/** What orchestrators and monitoring ask: in every process that listens, whatever its role. */
export async function addOperations(server: FastifyInstance, services: Services): Promise<void> {
  server.get('/healthz', { schema: { hide: true } }, async () => ({ status: 'alive' }));

  server.get('/readyz', { schema: { hide: true } }, async (_request, reply) => {
    const ready = await isReady(services);
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' });
  });

  server.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    await readQueue(services);
    return reply
      .header('content-type', services.metrics.registry.contentType)
      .send(await services.metrics.registry.metrics());
  });

  server.get('/openapi.json', { schema: { hide: true } }, async () => server.swagger());
}

async function isReady({ database, log }: Services): Promise<boolean> {
  try {
    await sql`select 1 from migrations limit 1`.execute(database.queries);
    return true;
  } catch (error) {
    log.warn({ error: error instanceof Error ? error.message : String(error) }, 'not ready');
    return false;
  }
}

async function readQueue({ database, metrics, log }: Services): Promise<void> {
  try {
    const { byPhase, oldestDueSeconds } = await queueDepth(database.queries);
    for (const [state, number] of Object.entries(phase))
      metrics.open.set({ state }, byPhase.get(number) ?? 0);
    metrics.oldestDue.set(oldestDueSeconds);
  } catch (error) {
    log.warn(
      { error: error instanceof Error ? error.message : String(error) },
      'the queue cannot be measured',
    );
  }
}
