import { memberTokens, organizationKeys } from './api/authenticators.ts';
import type { Config } from './base/config.ts';
import type { Logger } from './base/log.ts';
import { type Database, openEmbedded, openServer } from './db/connect.ts';
import { migrate } from './db/migrate.ts';
import { makePartitions } from './db/partitions.ts';
import { expireLeases } from './deliveries/expire.ts';
import { measureQueue } from './deliveries/measure-queue.ts';
import { installationTokens } from './features/apps/authenticator.ts';
import { evaluationDuties } from './features/evaluations/duties.ts';
import { Evaluator } from './features/evaluations/evaluator.ts';
import { releaseEvaluations } from './features/evaluations/run.ts';
import { notificationDuties } from './features/notifications/duties.ts';
import { embedTokens } from './features/reviews/authenticator.ts';
import { reviewDuties } from './features/reviews/duties.ts';
import { embedPages } from './features/reviews/routes/embed-page.ts';
import { scheduleDuties } from './features/schedules/duties.ts';
import type { Door } from './http/door.ts';
import { builtPortal } from './http/page-routes.ts';
import { createServer } from './http/server.ts';
import type { Parts } from './parts.ts';
import { allGroups, allRoutes } from './routes.ts';
import { engineDuties } from './worker/duties.ts';
import { type Duty, startDuties } from './worker/duty.ts';
import { Worker } from './worker/loop.ts';

/** A running process. */
export interface Running {
  readonly parts: Parts;
  /** The address on which it listens; `null`: it does not listen. */
  readonly address: string | null;
  /**
   * Stops accepting, finishes requests and attempts under way, and closes the database. After `drainMs`, the rest is cut
   * off: attempts are settled as `unknown` and due at once, deliveries of which nothing was sent are released, and
   * connections are closed.
   */
  close(): Promise<void>;
}

/** Milliseconds for answers that follow from attempts that were cut off, before their connections are closed. */
const gracePeriodMs = 1_000;

/** Opens the database of the settings and migrates it. */
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

/** Everything that the HTTP server of a process needs; routes and pages only where the process has the role `api`. */
export function doorOf(parts: Parts, portal: URL = builtPortal): Door {
  const { config, database, clock, sealer, log, metrics, publicUrl } = parts;
  const isApi = config.roles.includes('api');
  return {
    ...{ database, clock, sealer, log, metrics, publicUrl, portal },
    adminToken: config.adminToken,
    trustedProxies: config.trustedProxies,
    authenticators: [memberTokens, installationTokens, embedTokens, organizationKeys(parts.keys)],
    groups: allGroups(parts.products),
    routes: isApi ? allRoutes(parts) : [],
    pages: isApi ? embedPages(database.queries, portal) : [],
    measure: () => measureQueue(database.queries, metrics, log),
  };
}

/** Starts the roles of a process. */
export async function start(parts: Parts): Promise<Running> {
  const { config, database, clock } = parts;
  await makePartitions(database.queries, clock.now());
  // The data folder is locked, so no other process holds a lease: those of the previous process are expired.
  if (database.kind === 'embedded') {
    while ((await expireLeases(database.queries, clock, true, parts.onAttempts)) > 0);
    await releaseEvaluations(database.queries);
  }
  const server = config.port === null ? null : await createServer(doorOf(parts));
  const address = server === null ? null : await server.listen({ host: config.host, port: config.port ?? 0 });
  if (address !== null) parts.listensAt(address);
  const works = config.roles.includes('worker');
  const worker = works ? new Worker(parts) : null;
  const stopDuties = works ? startDuties(dutiesOf(parts), parts.log) : null;
  const evaluator = works ? new Evaluator(parts) : null;
  worker?.start();
  evaluator?.start();
  return {
    parts,
    address,
    async close() {
      const timers = [
        setTimeout(() => void parts.http.close(), config.drainMs),
        setTimeout(() => server?.server.closeAllConnections(), config.drainMs + gracePeriodMs),
      ];
      await Promise.all([server?.close(), worker?.stop(), evaluator?.stop()]);
      for (const timer of timers) clearTimeout(timer);
      // Nothing is sent from here on, so a duty under way ends between two items.
      await parts.http.close();
      await stopDuties?.();
      await database.close();
    },
  };
}

/** All timed work: the engine's own, and that of features and products. */
export function dutiesOf(parts: Parts): Duty[] {
  const { database, clock, sealer, http, log, publisher, snapshots, schemas, taskFollower, onAttempts } =
    parts;
  const { retentionDays } = parts.config;
  return [
    ...engineDuties({ database, clock, sealer, onAttempts, log, retentionDays }),
    ...reviewDuties({ database, clock, publisher, taskFollower, log, retentionDays }),
    ...scheduleDuties({ database, clock, publisher, snapshots, schemas, http, log, retentionDays }),
    ...notificationDuties({ database, clock, publisher, snapshots, schemas, http, log, retentionDays }),
    ...evaluationDuties({ database, retentionDays }),
    ...parts.products.flatMap((product) => product.duties?.({ database, clock, retentionDays }) ?? []),
  ];
}
