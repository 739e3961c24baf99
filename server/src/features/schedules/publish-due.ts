import type { Database } from '../../db/connect.ts';
import { isUnavailable } from '../../db/failures.ts';
import { judgeBefore } from '../../events/judging.ts';
import type { Snapshots } from '../../events/snapshot.ts';
import type { SchemaChecks } from '../../schemas/checks.ts';
import { Verdicts } from '../../schemas/questions.ts';
import { publicationOf, type Ran, type RunParts, runDueSchedules, type Schedule } from './schedule-runs.ts';

/** What publishing by schedule works with. */
export interface Parts extends RunParts {
  readonly database: Database;
  readonly snapshots: Snapshots;
  readonly schemas: SchemaChecks;
  /** Nothing more is begun once it is closed. */
  readonly http: { readonly closed: boolean };
}

const batch = 50;
/** In one go; then others of this process's timed work have their turn. */
const mostBatches = 40;

/** Schedules that one look cannot move on. */
interface Left {
  readonly ids: string[];
  /** Organization → the first of its schedules whose data meets a schema that takes long. */
  readonly slow: Map<string, Schedule>;
}

/** Publishes what schedules owe, in the transactions that move them on. Answers how many events. */
export async function publishDueSchedules(parts: Parts): Promise<number> {
  const left: Left = { ids: [], slow: new Map() };
  let count = 0;
  for (let batches = 0; batches < mostBatches && !parts.http.closed; batches += 1) {
    const { schedules, events } = await publishBatch(parts, left);
    count += events;
    if (schedules === 0) break;
    // Requests that arrive meanwhile have a turn: the embedded database answers without ever waiting.
    await new Promise(setImmediate);
  }
  // One of each organization, so that a thousand of one do not keep everybody's next look waiting.
  const slow = parts.http.closed ? [] : [...left.slow.values()];
  const published = await Promise.all(slow.map((schedule) => publishJudged(parts, schedule)));
  count += published.reduce((sum, events) => sum + events, 0);
  if (count === 0) return 0;
  parts.log.info({ count }, 'scheduled events published');
  parts.database.wakeUps.signal();
  return count;
}

async function publishBatch(parts: Parts, left: Left): Promise<Omit<Ran, 'slow'>> {
  const take = { limit: batch, except: left.ids, verdicts: new Verdicts() };
  try {
    const ran = await parts.database.queries.transaction().execute((tx) => runDueSchedules(tx, parts, take));
    // In a batch, one that takes long leaves no time for the others of its organization.
    const alone = await publishEach(parts, left, ran.slow);
    return { schedules: ran.schedules, events: ran.events + alone };
  } catch (error) {
    if (isUnavailable(error)) throw error;
    // One that is refused (its data breaks a schema by now) or broken must not hold up those of everybody else.
    return publishOneByOne(parts, left);
  }
}

async function publishOneByOne(parts: Parts, left: Left): Promise<Omit<Ran, 'slow'>> {
  const total = { schedules: 0, events: 0 };
  for (let taken = 0; taken < batch; taken += 1) {
    const atStake: string[] = [];
    const onTaken = (ids: readonly string[]) => void atStake.push(...ids);
    const take = { limit: 1, except: left.ids, verdicts: new Verdicts(), onTaken };
    try {
      const ran = await parts.database.queries
        .transaction()
        .execute((tx) => runDueSchedules(tx, parts, take));
      if (ran.schedules === 0) break;
      setAside(left, ran.slow);
      total.schedules += ran.schedules;
      total.events += ran.events;
    } catch (error) {
      const [id] = atStake;
      if (isUnavailable(error) || id === undefined) throw error;
      left.ids.push(id);
      complain(parts, id, error);
    }
  }
  return total;
}

/** Publishes what these owe, each in a transaction of its own; what takes long there as well is put aside. */
async function publishEach(parts: Parts, left: Left, schedules: readonly Schedule[]): Promise<number> {
  let count = 0;
  for (const { id } of schedules) {
    const take = { limit: 1, except: [], only: id, verdicts: new Verdicts() };
    const ran = await parts.database.queries.transaction().execute((tx) => runDueSchedules(tx, parts, take));
    setAside(left, ran.slow);
    count += ran.events;
    await new Promise(setImmediate);
  }
  return count;
}

function setAside(left: Left, slow: readonly Schedule[]): void {
  for (const schedule of slow) {
    left.ids.push(schedule.id);
    if (!left.slow.has(schedule.org_id)) left.slow.set(schedule.org_id, schedule);
  }
}

/** Judges a schedule's data, then publishes what it owes; one that has changed meanwhile is left to the next look. */
async function publishJudged(parts: Parts, schedule: Schedule): Promise<number> {
  const { queries } = parts.database;
  const { orgId, events } = publicationOf({ schedule, at: new Date(parts.clock.now()) });
  try {
    const verdicts = await judgeBefore(queries, parts, orgId, { events });
    const take = { limit: 1, except: [], only: schedule.id, verdicts };
    const ran = await queries.transaction().execute((tx) => runDueSchedules(tx, parts, take));
    return ran.events;
  } catch (error) {
    if (isUnavailable(error)) throw error;
    complain(parts, schedule.id, error);
    return 0;
  }
}

function complain({ log }: Parts, id: string, error: unknown): void {
  const detail = error instanceof Error ? error.message : String(error);
  log.error({ error: detail, schedule: id }, 'a schedule failed; it is tried again');
}
