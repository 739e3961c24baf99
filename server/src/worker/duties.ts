import type { Clock } from '../base/clock.ts';
import { firstIdAt } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Sealer } from '../base/seal.ts';
import { checkpointLongWal } from '../db/checkpoint.ts';
import type { Database } from '../db/connect.ts';
import { dayMs, dropPartition, listPartitions, makePartitions } from '../db/partitions.ts';
import { freezeOldTables, vacuumWornTables } from '../db/vacuum.ts';
import { cancelOlderThan } from '../deliveries/changes.ts';
import { movedAtOnce } from '../deliveries/close.ts';
import { expireLeases } from '../deliveries/expire.ts';
import { moveOrphans } from '../deliveries/orphans.ts';
import { deleteUnpartitionedRows, holdsEventsBetween } from '../deliveries/retention.ts';
import type { OnAttempts } from '../deliveries/settle.ts';
import { reencryptHeaders } from '../endpoints/headers.ts';
import { reencryptSecrets } from '../endpoints/secrets.ts';
import { deleteUnpartitionedEvents, forgetEventIds } from '../events/events.ts';
import { forgetIdempotencyKeys } from '../tenants/idempotency.ts';
import { forgetRequestWindows } from '../tenants/rate-limits.ts';
import { forgetSessions } from '../tenants/sessions.ts';
import { forgetSignInLinks } from '../tenants/sign-in-links.ts';
import { type Duty, untilDone } from './duty.ts';

/** What the engine's own duties work with. */
interface Engine {
  readonly database: Database;
  readonly clock: Clock;
  readonly sealer: Sealer;
  readonly onAttempts: OnAttempts;
  readonly log: Logger;
  /** Days for which the ledger is kept. */
  readonly retentionDays: number;
}

/** The engine's own timed work: the queue, what is to be forgotten, and the database. */
export function engineDuties(engine: Engine): Duty[] {
  const { database, clock, retentionDays } = engine;
  const { queries } = database;
  return [
    { name: 'take back leases', everyMs: 2_000, run: () => takeBackLeases(engine) },
    { name: 'move orphaned deliveries', everyMs: 15_000, run: () => moveOrphans(database) },
    { name: 're-encrypt', everyMs: 10_000, run: () => reencrypt(engine) },
    { name: 'make partitions', everyMs: 3_600_000, run: () => makePartitions(queries, clock.now()) },
    { name: 'retention', everyMs: 3_600_000, run: () => applyRetention(engine) },
    ...forgetting(database, retentionDays),
    ...(database.kind === 'embedded' ? embeddedDuties(database) : []),
  ];
}

/** A server's autovacuum and checkpointer do this by themselves. */
function embeddedDuties({ queries }: Database): Duty[] {
  return [
    {
      name: 'vacuum',
      everyMs: 60_000,
      async run() {
        await vacuumWornTables(queries);
        await freezeOldTables(queries);
      },
    },
    { name: 'checkpoint', everyMs: 5_000, run: () => checkpointLongWal(queries) },
  ];
}

function forgetting({ queries }: Database, retentionDays: number): Duty[] {
  const everyMs = 60_000;
  const forget = (name: string, some: () => Promise<number>) => ({
    name: `forget old ${name}`,
    everyMs,
    run: () => untilDone(some),
  });
  return [
    forget('idempotency keys', () => forgetIdempotencyKeys(queries)),
    forget('event ids', () => forgetEventIds(queries, retentionDays)),
    forget('sessions', () => forgetSessions(queries)),
    forget('sign-in links', () => forgetSignInLinks(queries)),
    forget('request counts', () => forgetRequestWindows(queries)),
  ];
}

async function takeBackLeases({ database, clock, onAttempts, log }: Engine): Promise<void> {
  const count = await expireLeases(database.queries, clock, false, onAttempts);
  if (count === 0) return;
  log.warn({ count }, 'leases of workers that are gone were taken back');
  database.wakeUps.signal();
}

/** After the master key was replaced: until nothing needs the old one. */
async function reencrypt({ database, sealer, log }: Engine): Promise<void> {
  const count =
    (await reencryptSecrets(database.queries, sealer)) + (await reencryptHeaders(database.queries, sealer));
  if (count > 0) log.info({ count }, 'secrets were sealed under the newest master key');
}

/**
 * Drops the ledger's days that are past retention. A day whose events are still to be delivered (scheduled far ahead)
 * stays until they are.
 */
async function applyRetention({ database: { queries }, clock, log, retentionDays }: Engine): Promise<void> {
  const oldest = clock.now() - retentionDays * dayMs;
  const firstKept = firstIdAt(oldest);
  while ((await cancelOlderThan(queries, firstKept)) === movedAtOnce);
  for (const partition of await listPartitions(queries)) {
    if (partition.end > oldest) continue;
    const needed =
      (partition.table === 'events' || partition.table === 'bodies') &&
      (await holdsEventsBetween(queries, firstIdAt(partition.start), firstIdAt(partition.end)));
    if (!needed && (await dropPartition(queries, partition)))
      log.info({ partition: partition.name }, 'dropped by retention');
  }
  await untilDone(() => deleteUnpartitionedEvents(queries, firstKept));
  await untilDone(() => deleteUnpartitionedRows(queries, firstKept));
}
