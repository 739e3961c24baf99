import type { Database } from '../../db/connect.ts';
import { isUnavailable } from '../../db/failures.ts';
import { judgeBefore } from '../../events/judging.ts';
import type { Snapshots } from '../../events/snapshot.ts';
import type { SchemaChecks } from '../../schemas/checks.ts';
import { Verdicts } from '../../schemas/questions.ts';
import { publicationOf, type Ran, runDueSchedules, type Schedule, type Scheduling } from './schedule-runs.ts';

/** Everything that the duty needs. */
export interface Publishing extends Scheduling {
  readonly database: Database;
  readonly snapshots: Snapshots;
  readonly schemas: SchemaChecks;
  /** Once it is closed, the process stops and nothing more begins. */
  readonly http: { readonly closed: boolean };
}

const batch = 50;
/** Batches in one run; then the other duties of the process get a turn. */
const mostBatches = 40;

/** Schedules that this run does not take again. */
interface Left {
  readonly ids: string[];
  /** Organization → its first schedule that waits for a slow schema. */
  readonly slow: Map<string, Schedule>;
}

/** Publishes due events, each in the transaction that moves its schedule to the next time. Answers how many. */
export async function publishDueSchedules(parts: Publishing): Promise<number> {
  const left: Left = { ids: [], slow: new Map() };
  let count = 0;
  for (let batches = 0; batches < mostBatches && !parts.http.closed; batches += 1) {
    const { schedules, events } = await publishBatch(parts, left);
    count += events;
    if (schedules === 0) break;
    // Gives requests a turn: the embedded database answers without ever yielding to the event loop.
    await new Promise(setImmediate);
  }
  // One schedule of each organization, so that a thousand of one do not delay the next run for all others.
  const slow = parts.http.closed ? [] : [...left.slow.values()];
  const published = await Promise.all(slow.map((schedule) => publishJudged(parts, schedule)));
  count += published.reduce((sum, events) => sum + events, 0);
  if (count === 0) return 0;
  parts.log.info({ count }, 'scheduled events published');
  parts.database.wakeUps.signal();
  return count;
}

async function publishBatch(parts: Publishing, left: Left): Promise<Omit<Ran, 'slow'>> {
  const take = { limit: batch, except: left.ids, verdicts: new Verdicts() };
  try {
    const ran = await parts.database.queries.transaction().execute((tx) => runDueSchedules(tx, parts, take));
    // In a batch, a slow schema leaves no time for the other schedules of its organization.
    const alone = await publishEach(parts, left, ran.slow);
    return { schedules: ran.schedules, events: ran.events + alone };
  } catch (error) {
    if (isUnavailable(error)) throw error;
    // A schedule that is refused (its data breaks a schema) or broken must not delay those of other organizations.
    return publishOneByOne(parts, left);
  }
}

async function publishOneByOne(parts: Publishing, left: Left): Promise<Omit<Ran, 'slow'>> {
  const total = { schedules: 0, events: 0 };
  for (let taken = 0; taken < batch; taken += 1) {
    const locked: string[] = [];
    const onTaken = (ids: readonly string[]) => void locked.push(...ids);
    const take = { limit: 1, except: left.ids, verdicts: new Verdicts(), onTaken };
    try {
      const ran = await parts.database.queries
        .transaction()
        .execute((tx) => runDueSchedules(tx, parts, take));
      if (ran.schedules === 0) break;
      leaveSlow(left, ran.slow);
      total.schedules += ran.schedules;
      total.events += ran.events;
    } catch (error) {
      const [id] = locked;
      if (isUnavailable(error) || id === undefined) throw error;
      left.ids.push(id);
      logFailure(parts, id, error);
    }
  }
  return total;
}

/** Publishes the due events of schedules, each in a transaction of its own; those that are still slow are left. */
async function publishEach(parts: Publishing, left: Left, schedules: readonly Schedule[]): Promise<number> {
  let count = 0;
  for (const { id } of schedules) {
    const take = { limit: 1, except: [], only: id, verdicts: new Verdicts() };
    const ran = await parts.database.queries.transaction().execute((tx) => runDueSchedules(tx, parts, take));
    leaveSlow(left, ran.slow);
    count += ran.events;
    await new Promise(setImmediate);
  }
  return count;
}

function leaveSlow(left: Left, slow: readonly Schedule[]): void {
  for (const schedule of slow) {
    left.ids.push(schedule.id);
    if (!left.slow.has(schedule.org_id)) left.slow.set(schedule.org_id, schedule);
  }
}

/** Judges the event of a schedule, then publishes; a schedule that has changed meanwhile is left to the next run. */
async function publishJudged(parts: Publishing, schedule: Schedule): Promise<number> {
  const { queries } = parts.database;
  const { orgId, events } = publicationOf({ schedule, at: new Date(parts.clock.now()) });
  try {
    const verdicts = await judgeBefore(queries, parts, orgId, { events });
    const take = { limit: 1, except: [], only: schedule.id, verdicts };
    const ran = await queries.transaction().execute((tx) => runDueSchedules(tx, parts, take));
    return ran.events;
  } catch (error) {
    if (isUnavailable(error)) throw error;
    logFailure(parts, schedule.id, error);
    return 0;
  }
}

function logFailure({ log }: Publishing, id: string, error: unknown): void {
  const detail = error instanceof Error ? error.message : String(error);
  log.error({ error: detail, schedule: id }, 'a schedule failed; it is retried');
}
