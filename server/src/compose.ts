import { hostname } from 'node:os';
import { sql } from 'kysely';
import { routes } from './api/routes.ts';
import { type Clock, DatabaseClock } from './base/clock.ts';
import type { Config } from './base/config.ts';
import type { Logger } from './base/log.ts';
import { createMetrics } from './base/metrics.ts';
import { createSealer } from './base/seal.ts';
import { type Database, openEmbedded, openServer } from './db/connect.ts';
import { migrate } from './db/migrate.ts';
import { makePartitions } from './db/partitions.ts';
import { createAddressGuard } from './deliveries/address-guard.ts';
import { expireLeases } from './deliveries/expire.ts';
import { createHttpClient } from './deliveries/http-client.ts';
import { createResolve } from './deliveries/resolve.ts';
import { SubscriberLists } from './endpoints/match.ts';
import { Catalogues } from './events/event-types.ts';
import { Publisher } from './events/publish.ts';
import { Evaluator } from './features/evaluations/evaluator.ts';
import { releaseEvaluations } from './features/evaluations/run.ts';
import { ReviewNotices } from './features/notifications/review-notices.ts';
import { ReviewGates } from './features/reviews/hold.ts';
import type { Services } from './http/operation.ts';
import { createServer } from './http/server.ts';
import { SchemaChecks } from './schemas/checks.ts';
import { KeyLookups } from './tenants/key-lookups.ts';
import { Worker } from './worker/loop.ts';
import { settleBatch } from './worker/settle-batch.ts';
import { startSweep } from './worker/sweep.ts';

/** A running process. */
export interface Running {
  readonly services: Services;
  /** Where it listens; `null` for a worker alone. */
  readonly address: string | null;
  /**
   * Stops accepting, finishes what is under way, closes the database. What is not finished in the time that the settings
   * give is cut off: attempts are settled as `unknown` and due at once, deliveries of which nothing was sent are given back,
   * connections are closed.
   */
  close(): Promise<void>;
}

/** For answers that follow from attempts that were cut off, before their connections go. */
const lastWordsMs = 1_000;

/** Opens and migrates the database that the settings name. */
export async function openDatabase(config: Config, log: Logger): Promise<Database> {
  const database =
    config.databaseUrl === null
      ? await openEmbedded(config.dataDir, config.embeddedFlush)
      : await openServer({ url: config.databaseUrl, log });
  try {
    await migrate(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** What varies between runs of the same program. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: () => number;
  readonly schemas: SchemaChecks;
}

/** A clock that goes by the database's, real chance, and schemas that may take some time of everybody's. */
export async function realSurroundings(database: Database): Promise<Surroundings> {
  const clock = new DatabaseClock();
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(database.queries);
  if (rows[0]) clock.follow(rows[0].now);
  return { clock, random: Math.random, schemas: new SchemaChecks() };
}

/** Puts together what every handler and worker is given. */
export function createServices(
  config: Config,
  database: Database,
  log: Logger,
  { clock, random, schemas }: Surroundings,
): Services {
  const metrics = createMetrics();
  const sealer = createSealer(config.masterKeys);
  const addresses = createAddressGuard(config.allowedTargets);
  const taskFollower = new ReviewNotices(clock);
  const accept = {
    clock,
    sealer,
    subscribers: new SubscriberLists(),
    catalogues: new Catalogues(),
    schemas,
    gate: new ReviewGates(clock, taskFollower, schemas),
  };
  const publisher = new Publisher(database, { ...accept, log, metrics });
  return {
    ...accept,
    config,
    site: { publicUrl: config.publicUrl },
    database,
    addresses,
    http: createHttpClient(addresses, createResolve()),
    publisher,
    settle: (result) => settleBatch({ clock, publisher, log, database }, [result]),
    taskFollower,
    keys: new KeyLookups(database.hotPath),
    random,
    worker: `${hostname()}:${process.pid}`,
    log,
    metrics,
  };
}

/** Starts the roles of a process on services that are ready. */
export async function start(services: Services): Promise<Running> {
  const { config, database, clock } = services;
  await makePartitions(database.queries, clock.now());
  // The data folder's lock says that no other process can hold a lease, so those of the last one are over.
  if (database.kind === 'embedded') {
    while ((await expireLeases(database.queries, clock, true)) > 0);
    await releaseEvaluations(database.queries);
  }
  const server =
    config.port === null ? null : await createServer(services, config.roles.includes('api') ? routes : []);
  const address =
    server === null || config.port === null
      ? null
      : await server.listen({ host: config.host, port: config.port });
  if (address !== null) services.site.publicUrl = withBoundPort(config.publicUrl, address);
  const works = config.roles.includes('worker');
  const worker = works ? new Worker(services) : null;
  const stopSweep = works ? startSweep({ ...services, retentionDays: config.retentionDays }) : null;
  const evaluator = works ? new Evaluator(services) : null;
  worker?.start();
  evaluator?.start();
  return {
    services,
    address,
    async close() {
      const timers = [
        setTimeout(() => void services.http.close(), config.drainMs),
        setTimeout(() => server?.server.closeAllConnections(), config.drainMs + lastWordsMs),
      ];
      await Promise.all([server?.close(), worker?.stop(), evaluator?.stop()]);
      for (const timer of timers) clearTimeout(timer);
      // Nothing is sent from here on, so timed work that is under way ends between two items.
      await services.http.close();
      await stopSweep?.();
      await database.close();
    },
  };
}

/** PORT=0 takes a port that is free; links lead to that one. */
function withBoundPort(publicUrl: string, address: string): string {
  const url = new URL(publicUrl);
  if (url.port === '0') url.port = new URL(address).port;
  return url.origin;
}
