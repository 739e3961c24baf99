import type { InputError } from '../base/errors.ts';
import type { Queries } from '../db/connect.ts';
import type { SchemaChecks } from '../schemas/checks.ts';
import { type Question, remembering, Verdicts } from '../schemas/questions.ts';
import type { NewEvent } from './new-event.ts';
import { plan } from './plan.ts';
import { changedMeanwhile, type Snapshot, type Snapshots } from './snapshot.ts';

/** What judging data outside and inside transactions needs. */
export interface Judging {
  readonly snapshots: Snapshots;
  readonly schemas: SchemaChecks;
}

/** Data for an event of some type. */
export interface EventData {
  readonly type: string;
  /** JSON text. */
  readonly data: string;
}

/**
 * Tells what schemas and gates' conditions say about events that a transaction is to publish, and what schemas say about
 * data that it is to keep for later. May wait for the side thread, so it comes before that transaction. The verdicts hold
 * there if the schemas are still the same.
 * @throws {SluiceError} too_much_under_way
 */
export async function judgeBefore(
  queries: Queries,
  { snapshots, schemas }: Judging,
  orgId: string,
  { events = [], data = [] }: { readonly events?: readonly NewEvent[]; readonly data?: readonly EventData[] },
): Promise<Verdicts> {
  const verdicts = new Verdicts();
  if (events.length + data.length === 0) return verdicts;
  const snapshot = (await snapshots.current(queries, [orgId])).get(orgId);
  if (!snapshot) return verdicts;
  const judge = remembering(verdicts, (questions) => schemas.patiently(orgId, questions));
  await plan(judge, snapshot, [events]);
  await judge(data.flatMap((each) => questionOf(snapshot, each) ?? []));
  return verdicts;
}

/**
 * What is wrong with data by its type's schema, in the transaction that keeps the data; pointers into the data.
 * @param verdicts what was told before the transaction
 * @throws {SluiceError} too_much_under_way, where a slow schema has changed since
 */
export async function faultsOf(
  tx: Queries,
  { snapshots, schemas }: Judging,
  { orgId, ...data }: EventData & { readonly orgId: string },
  verdicts: Verdicts,
): Promise<readonly InputError[]> {
  const snapshot = (await snapshots.current(tx, [orgId])).get(orgId);
  const question = snapshot ? questionOf(snapshot, data) : null;
  if (!question) return [];
  const judge = remembering(verdicts, async (questions) => schemas.withoutWaiting(orgId, questions));
  const [verdict] = await judge([question]);
  if (!verdict) throw changedMeanwhile();
  return verdict.errors;
}

function questionOf(snapshot: Snapshot, { type, data }: EventData): Question | null {
  const schema = snapshot.schemas.get(type);
  return schema ? { schema, data, whetherOnly: false } : null;
}
