import { isUnavailable } from '../db/failures.ts';
import { runDueSchedules } from '../events/schedule-runs.ts';
import type { WorkerTools } from './tools.ts';

type Tools = Pick<WorkerTools, 'database' | 'publisher' | 'clock' | 'log'>;

const batch = 50;
/** In one go; then others of this process's timed work have their turn. */
const mostBatches = 40;

/** Publishes what schedules owe, in the transactions that move them on. Answers how many events. */
export async function publishDueSchedules(tools: Tools): Promise<number> {
  let count = 0;
  for (let batches = 0; batches < mostBatches; batches += 1) {
    const { schedules, events } = await publishBatch(tools);
    count += events;
    if (schedules === 0) break;
    // Whoever publishes meanwhile has a turn: the embedded database answers without ever waiting.
    await new Promise(setImmediate);
  }
  if (count === 0) return 0;
  tools.log.info({ count }, 'scheduled events published');
  tools.database.wakeUps.signal();
  return count;
}

async function publishBatch(tools: Tools): Promise<{ schedules: number; events: number }> {
  try {
    return await tools.database.queries
      .transaction()
      .execute((tx) => runDueSchedules(tx, tools, { limit: batch, except: [] }));
  } catch (error) {
    if (isUnavailable(error)) throw error;
    // One that is refused (its data breaks a schema by now) or broken must not hold up those of everybody else.
    return publishOneByOne(tools);
  }
}

async function publishOneByOne(tools: Tools): Promise<{ schedules: number; events: number }> {
  const total = { schedules: 0, events: 0 };
  const broken: string[] = [];
  for (let taken = 0; taken < batch; taken += 1) {
    const atStake: string[] = [];
    try {
      const { schedules, events } = await tools.database.queries.transaction().execute((tx) =>
        runDueSchedules(tx, tools, {
          limit: 1,
          except: broken,
          onTaken: (ids) => void atStake.push(...ids),
        }),
      );
      if (schedules === 0) break;
      total.schedules += schedules;
      total.events += events;
    } catch (error) {
      if (isUnavailable(error) || atStake.length === 0) throw error;
      broken.push(...atStake);
      const detail = error instanceof Error ? error.message : String(error);
      tools.log.error({ error: detail, schedules: atStake }, 'a schedule failed; it is tried again');
    }
  }
  return total;
}
