import type { Database } from '../../db/connect.ts';
import { isUnavailable } from '../../db/failures.ts';
import { type SchemaChecks, UndecidedError } from '../../schemas/checks.ts';
import { type RunTools, runDueSchedules } from './schedule-runs.ts';

/** What publishing by schedule works with. */
export interface Tools extends RunTools {
  readonly database: Database;
  readonly schemas: SchemaChecks;
  /** Nothing more is begun once it is closed. */
  readonly http: { readonly closed: boolean };
}

const batch = 50;
/** In one go; then others of this process's timed work have their turn. */
const mostBatches = 40;

interface Moved {
  readonly schedules: number;
  readonly events: number;
}

/** Schedules that one look cannot move on. */
interface Left {
  readonly ids: string[];
  /** Organization → the first of its schedules whose data meets a schema that takes long. */
  readonly slow: Map<string, string>;
}

/** Publishes what schedules owe, in the transactions that move them on. Answers how many events. */
export async function publishDueSchedules(tools: Tools): Promise<number> {
  const left: Left = { ids: [], slow: new Map() };
  let count = 0;
  for (let batches = 0; batches < mostBatches && !tools.http.closed; batches += 1) {
    const { schedules, events } = await publishBatch(tools, left);
    count += events;
    if (schedules === 0) break;
    // Whoever publishes meanwhile has a turn: the embedded database answers without ever waiting.
    await new Promise(setImmediate);
  }
  // One of each organization, so that a thousand of one do not keep everybody's next look waiting.
  const ids = tools.http.closed ? [] : [...left.slow.values()];
  const slow = await Promise.all(ids.map((id) => publishSlow(tools, id)));
  count += slow.reduce((sum, events) => sum + events, 0);
  if (count === 0) return 0;
  tools.log.info({ count }, 'scheduled events published');
  tools.database.wakeUps.signal();
  return count;
}

async function publishBatch(tools: Tools, left: Left): Promise<Moved> {
  try {
    return await tools.database.queries
      .transaction()
      .execute((tx) => runDueSchedules(tx, tools, { limit: batch, except: left.ids }));
  } catch (error) {
    if (isUnavailable(error)) throw error;
    // One that is refused (its data breaks a schema by now) or broken must not hold up those of everybody else.
    return publishOneByOne(tools, left);
  }
}

async function publishOneByOne(tools: Tools, left: Left): Promise<Moved> {
  const total = { schedules: 0, events: 0 };
  for (let taken = 0; taken < batch; taken += 1) {
    const atStake: string[] = [];
    try {
      const { schedules, events } = await tools.database.queries.transaction().execute((tx) =>
        runDueSchedules(tx, tools, {
          limit: 1,
          except: left.ids,
          onTaken: (ids) => void atStake.push(...ids),
        }),
      );
      if (schedules === 0) break;
      total.schedules += schedules;
      total.events += events;
    } catch (error) {
      const [id] = atStake;
      if (isUnavailable(error) || id === undefined) throw error;
      left.ids.push(id);
      if (!(error instanceof UndecidedError)) complain(tools, id, error);
      else if (!left.slow.has(error.orgId)) left.slow.set(error.orgId, id);
    }
  }
  return total;
}

async function publishSlow(tools: Tools, id: string): Promise<number> {
  try {
    const { events } = await tools.schemas.whileDecided(() =>
      tools.database.queries
        .transaction()
        .execute((tx) => runDueSchedules(tx, tools, { limit: 1, except: [], only: id })),
    );
    return events;
  } catch (error) {
    if (isUnavailable(error)) throw error;
    complain(tools, id, error);
    return 0;
  }
}

function complain({ log }: Tools, id: string, error: unknown): void {
  const detail = error instanceof Error ? error.message : String(error);
  log.error({ error: detail, schedule: id }, 'a schedule failed; it is tried again');
}
