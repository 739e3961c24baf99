import { SluiceError } from '../base/errors.ts';
import { publicId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import { type Occurrence, takeDueOccurrences } from '../events/schedules.ts';
import { recordAudit, systemActor } from '../tenants/audit.ts';
import type { WorkerTools } from './tools.ts';

type Tools = Pick<WorkerTools, 'database' | 'publisher' | 'clock' | 'log'>;

const batch = 100;

/** Publishes what schedules owe, in the transaction that moves them on. Answers how many events. */
export async function publishDueSchedules(tools: Tools): Promise<number> {
  const count = await publishBatch(tools).catch((error: unknown) => {
    // One that is refused (its data breaks a schema by now) must not hold up those of everybody else.
    if (error instanceof SluiceError && error.code !== 'database_unavailable') return publishOneByOne(tools);
    throw error;
  });
  if (count === 0) return 0;
  tools.log.info({ count }, 'scheduled events published');
  tools.database.wakeUps.signal();
  return count;
}

function publishBatch({ database, publisher }: Tools): Promise<number> {
  return database.queries.transaction().execute(async (tx) => {
    const occurrences = await takeDueOccurrences(tx, batch);
    for (const occurrence of occurrences) await publishOccurrence(tx, publisher, occurrence);
    return occurrences.length;
  });
}

async function publishOneByOne(tools: Tools): Promise<number> {
  let count = 0;
  for (let taken = 0; taken < batch; taken += 1) {
    const published = await tools.database.queries.transaction().execute(async (tx) => {
      const occurrences = await takeDueOccurrences(tx, 1);
      for (const occurrence of occurrences) {
        const refusal = await tryToPublish(tx, tools, occurrence);
        if (refusal !== null) await noteRefusal(tx, tools, occurrence, refusal);
      }
      return occurrences.length;
    });
    if (published === 0) break;
    count += published;
  }
  return count;
}

async function tryToPublish(
  tx: Queries,
  { publisher }: Tools,
  occurrence: Occurrence,
): Promise<string | null> {
  try {
    await publishOccurrence(tx, publisher, occurrence);
    return null;
  } catch (error) {
    if (error instanceof SluiceError) return error.detail;
    throw error;
  }
}

async function noteRefusal(
  tx: Queries,
  { clock, log }: Tools,
  { schedule, at }: Occurrence,
  detail: string,
): Promise<void> {
  const target = publicId('schedule', schedule.id);
  await recordAudit(tx, clock, schedule.org_id, systemActor, {
    action: 'schedule.refused',
    target,
    details: { at, detail },
  });
  log.warn(
    { org_id: publicId('organization', schedule.org_id), schedule_id: target, detail },
    'a scheduled event was refused',
  );
}

function publishOccurrence(
  tx: Queries,
  publisher: Tools['publisher'],
  { schedule, at, externalId }: Occurrence,
): Promise<void> {
  return publisher.publishWithin(tx, {
    orgId: schedule.org_id,
    idempotency: null,
    pointer: () => '',
    answer: () => ({ status: 202, body: '' }),
    events: [
      {
        type: schedule.type,
        data: schedule.data,
        externalId,
        occurredAt: at,
        deliverAt: null,
        audience: schedule.audience === null ? null : JSON.parse(schedule.audience),
        metadata: null,
        source: 'schedule',
      },
    ],
  });
}
