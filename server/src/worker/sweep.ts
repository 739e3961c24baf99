import { firstIdAt } from '../base/ids.ts';
import { checkpointLongWal } from '../db/checkpoint.ts';
import { dropPartition, listPartitions, makePartitions } from '../db/partitions.ts';
import { freezeOldTables, vacuumWornTables } from '../db/vacuum.ts';
import { cancelOlderThan, movedAtOnce } from '../deliveries/changes.ts';
import { expireLeases } from '../deliveries/expire.ts';
import { deleteStrayRows, holdsEventsBetween } from '../deliveries/retention.ts';
import { moveStrays } from '../deliveries/strays.ts';
import { resealHeaders } from '../endpoints/endpoints.ts';
import { resealSecrets } from '../endpoints/secrets.ts';
import { deleteStrayEvents, forgetEventIds } from '../events/events.ts';
import { forgetEvaluations } from '../features/evaluations/evaluations.ts';
import { forgetResultTokens } from '../features/evaluations/result-tokens.ts';
import { sendDueNotifications, sendReminders, sendWeeklyDigests } from '../features/notifications/duties.ts';
import { forgetNotifications } from '../features/notifications/notifications.ts';
import { expireTasks, forgetGateReviews } from '../features/reviews/expire.ts';
import { publishDueSchedules } from '../features/schedules/publish-due.ts';
import { forgetRuns } from '../features/schedules/schedule-runs.ts';
import { forgetIdempotencyKeys } from '../tenants/idempotency.ts';
import { forgetRequestWindows } from '../tenants/rate-limits.ts';
import { forgetSessions } from '../tenants/sessions.ts';
import { forgetSignInLinks } from '../tenants/sign-in-links.ts';
import type { WorkerTools } from './tools.ts';

export interface SweepTools extends WorkerTools {
  readonly retentionDays: number;
}

interface Duty {
  readonly name: string;
  readonly everyMs: number;
  run(tools: SweepTools): Promise<void>;
}

const duties: readonly Duty[] = [
  { name: 'end reviews', everyMs: 1_000, run: async (tools) => void (await expireTasks(tools)) },
  { name: 'take back leases', everyMs: 2_000, run: takeBackLeases },
  {
    name: 'publish by schedule',
    everyMs: 1_000,
    run: async (tools) => void (await publishDueSchedules(tools)),
  },
  {
    name: 'send notifications',
    everyMs: 1_000,
    run: async (tools) => void (await sendDueNotifications(tools)),
  },
  { name: 'remind of meetings', everyMs: 1_000, run: async (tools) => void (await sendReminders(tools)) },
  {
    name: 'send weekly digests',
    everyMs: 5_000,
    run: async (tools) => void (await sendWeeklyDigests(tools)),
  },
  { name: 'forget old keys', everyMs: 60_000, run: forgetOld },
  { name: 'move strays', everyMs: 15_000, run: async ({ database }) => void (await moveStrays(database)) },
  { name: 'seal anew', everyMs: 10_000, run: sealAnew },
  {
    name: 'make partitions',
    everyMs: 3_600_000,
    run: async ({ database, clock }) => void (await makePartitions(database.queries, clock.now())),
  },
  { name: 'vacuum', everyMs: 60_000, run: vacuumEmbedded },
  { name: 'checkpoint', everyMs: 5_000, run: checkpointEmbedded },
  { name: 'retention', everyMs: 3_600_000, run: applyRetention },
];

/** Timed work. Every worker does it: each duty is safe to do twice at once. Answers how to stop. */
export function startSweep(tools: SweepTools): () => Promise<void> {
  const timers = new Map<Duty, NodeJS.Timeout>();
  const running = new Set<Promise<void>>();
  let stopped = false;
  const schedule = (duty: Duty) => {
    if (stopped) return;
    timers.set(
      duty,
      setTimeout(() => {
        const work = runDuty(tools, duty).finally(() => {
          running.delete(work);
          schedule(duty);
        });
        running.add(work);
      }, duty.everyMs),
    );
  };
  for (const duty of duties) schedule(duty);
  return async () => {
    stopped = true;
    for (const timer of timers.values()) clearTimeout(timer);
    await Promise.all(running);
  };
}

async function runDuty(tools: SweepTools, duty: Duty): Promise<void> {
  try {
    await duty.run(tools);
  } catch (error) {
    tools.log.warn(
      { duty: duty.name, error: error instanceof Error ? error.message : String(error) },
      'timed work failed; it comes round again',
    );
  }
}

async function takeBackLeases({ database, clock, log }: SweepTools): Promise<void> {
  const count = await expireLeases(database.queries, clock);
  if (count === 0) return;
  log.warn({ count }, 'leases of workers that are gone were taken back');
  database.wakeUps.signal();
}

/** After the master key was replaced: until nothing needs the old one any more. */
async function sealAnew({ database, sealer, log }: SweepTools): Promise<void> {
  const count =
    (await resealSecrets(database.queries, sealer)) + (await resealHeaders(database.queries, sealer));
  if (count > 0) log.info({ count }, 'secrets were sealed under the newest master key');
}

async function vacuumEmbedded({ database }: SweepTools): Promise<void> {
  if (database.kind !== 'embedded') return;
  await vacuumWornTables(database.queries);
  await freezeOldTables(database.queries);
}

async function checkpointEmbedded({ database }: SweepTools): Promise<void> {
  if (database.kind === 'embedded') await checkpointLongWal(database.queries);
}

async function forgetOld({ database, retentionDays }: SweepTools): Promise<void> {
  while ((await forgetIdempotencyKeys(database.queries)) > 0);
  while ((await forgetEventIds(database.queries, retentionDays)) > 0);
  while ((await forgetGateReviews(database.queries, retentionDays)) > 0);
  while ((await forgetRuns(database.queries, retentionDays)) > 0);
  while ((await forgetEvaluations(database.queries, retentionDays)) > 0);
  while ((await forgetResultTokens(database.queries, retentionDays)) > 0);
  while ((await forgetSessions(database.queries)) > 0);
  while ((await forgetSignInLinks(database.queries)) > 0);
  while ((await forgetRequestWindows(database.queries)) > 0);
  while ((await forgetNotifications(database.queries, retentionDays)) > 0);
}

/**
 * Drops the ledger's days that are past retention. A day whose events are still to be delivered (scheduled far ahead)
 * stays until they are.
 */
async function applyRetention({ database, clock, log, retentionDays }: SweepTools): Promise<void> {
  const oldest = clock.now() - retentionDays * 86_400_000;
  while ((await cancelOlderThan(database.queries, firstIdAt(oldest))) === movedAtOnce);
  for (const partition of await listPartitions(database.queries)) {
    if (partition.end > oldest) continue;
    const needed =
      (partition.table === 'events' || partition.table === 'bodies') &&
      (await holdsEventsBetween(database.queries, firstIdAt(partition.start), firstIdAt(partition.end)));
    if (!needed && (await dropPartition(database.queries, partition)))
      log.info({ partition: partition.name }, 'dropped by retention');
  }
  // Days that no partition was made for end as well.
  while ((await deleteStrayEvents(database.queries, firstIdAt(oldest))) > 0);
  while ((await deleteStrayRows(database.queries, firstIdAt(oldest))) > 0);
}
