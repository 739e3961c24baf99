import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { SluiceError } from '../../base/errors.ts';
import { newId, publicId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import type { Page } from '../../db/page.ts';
import type { Publisher } from '../../events/publisher.ts';
import { changedMeanwhile } from '../../events/snapshot.ts';
import type { SchemaChecks } from '../../schemas/checks.ts';
import { type Question, Verdicts } from '../../schemas/questions.ts';
import { isJsonObject, isSame, type JsonObject, mergePatch, parseExact } from './exact-json.ts';
import { changeType, fieldsSchema, type RecordType } from './record-types.ts';
import type { Tables } from './tables.ts';

type RecordRow = Selectable<Tables['records']>;

/** Everything that changes of records need. */
export interface RecordWriting {
  readonly clock: Clock;
  readonly publisher: Pick<Publisher, 'publishWithin'>;
  readonly schemas: SchemaChecks;
}

/** Orders of a list: by the time of creation; `updated`: by the time of the last change, oldest first. */
export const recordOrders = ['newest', 'oldest', 'updated'] as const;

export interface RecordFilter {
  readonly order: (typeof recordOrders)[number];
  /** Only records whose last change was then or later. */
  readonly updatedSince: Date | null;
}

/** Bytes: an event has the record before and after its change, and its data may have 256 KiB. */
const fieldsLimit = 100_000;

/** Members that the service adds to the fields. */
export const ownFields = ['id', 'created_at', 'updated_at'] as const;

/**
 * A record as the API and events show it: its fields with `id`, `created_at` and `updated_at`.
 * @param visible the fields to show besides the id; `null`: all fields
 */
export function showRecord(row: RecordRow, visible: readonly string[] | null = null): JsonObject {
  const whole = {
    id: publicId('record', row.id),
    ...readFields(row),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
  if (visible === null) return whole;
  return Object.fromEntries(Object.entries(whole).filter(([key]) => key === 'id' || visible.includes(key)));
}

function readFields(row: RecordRow): JsonObject {
  const fields = parseExact(row.fields);
  if (!isJsonObject(fields)) throw new Error('The fields of a record are not an object.');
  return fields;
}

/**
 * Judges the fields that a record is to have by the schema of its type. May wait for the side thread, so it comes before
 * the transaction that writes them; the verdict holds there for the same schema and the same fields.
 * @throws {SluiceError} too_much_under_way
 */
export async function judgeFields(
  schemas: Pick<SchemaChecks, 'patiently'>,
  type: RecordType,
  fields: unknown,
): Promise<Verdicts> {
  const verdicts = new Verdicts();
  const question = questionOf(type, JSON.stringify(fields));
  if (question === null || Buffer.byteLength(question.data) > fieldsLimit) return verdicts;
  const [verdict] = await schemas.patiently(type.org_id, [question]);
  if (verdict) verdicts.set(question, verdict);
  return verdicts;
}

/**
 * Judges what a patch makes of a record as it is now, before the transaction that applies it.
 * @throws {SluiceError} too_much_under_way
 */
export async function judgePatch(
  queries: Queries,
  schemas: Pick<SchemaChecks, 'patiently'>,
  type: RecordType,
  { id, patch }: { readonly id: string; readonly patch: unknown },
): Promise<Verdicts> {
  if (type.schema === null) return new Verdicts();
  const row = await recordsOf(queries, type).where('id', '=', id).executeTakeFirst();
  return row ? judgeFields(schemas, type, mergePatch(readFields(row), patch)) : new Verdicts();
}

/**
 * Creates a record and publishes its `create`.
 * @param creation `verdicts`: of `judgeFields`
 * @throws {SluiceError} invalid_input, where the record breaks its schema; payload_too_large; too_much_under_way, where a
 *   slow schema has changed since it was judged
 */
export async function createRecord(
  tx: Queries,
  writing: RecordWriting,
  type: RecordType,
  { fields, verdicts }: { readonly fields: JsonObject; readonly verdicts: Verdicts },
): Promise<RecordRow> {
  const text = checkedText(writing, type, fields, verdicts);
  const at = await takeTime(tx, type);
  const row = await tx
    .insertInto('records')
    .values({
      org_id: type.org_id,
      module: type.module,
      model: type.model,
      id: newId(writing.clock),
      fields: text,
      created_at: at,
      updated_at: at,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await publishChange(tx, writing, type, { current: row, previous: null });
  return row;
}

/**
 * Merges a patch into a record and publishes its `update`; writes and publishes nothing where the patch changes nothing.
 * @param change `isSeen`: whether the caller has seen this version of the record; `verdicts`: of `judgePatch`
 * @throws {SluiceError} not_found, stale_version, payload_too_large; invalid_input, where the record breaks its schema;
 *   too_much_under_way, where the record or a slow schema has changed since it was judged
 */
export async function changeRecord(
  tx: Queries,
  writing: RecordWriting,
  type: RecordType,
  { id, patch, isSeen, verdicts }: { id: string; patch: JsonObject; isSeen: IsSeen; verdicts: Verdicts },
): Promise<{ row: RecordRow; changed: boolean }> {
  const before = await lockSeen(tx, type, id, isSeen);
  const fields = readFields(before);
  const merged = mergePatch(fields, patch);
  if (isSame(fields, merged)) return { row: before, changed: false };
  const text = checkedText(writing, type, merged, verdicts);
  const row = await tx
    .updateTable('records')
    .set({ fields: text, updated_at: await takeTime(tx, type) })
    .where('org_id', '=', type.org_id)
    .where('module', '=', type.module)
    .where('model', '=', type.model)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await publishChange(tx, writing, type, { current: row, previous: before });
  return { row, changed: true };
}

/**
 * Deletes a record and publishes its `delete`.
 * @param deletion `isSeen`: whether the caller has seen this version of the record
 * @throws {SluiceError} not_found, stale_version
 */
export async function deleteRecord(
  tx: Queries,
  writing: RecordWriting,
  type: RecordType,
  { id, isSeen }: { id: string; isSeen: IsSeen },
): Promise<void> {
  const before = await lockSeen(tx, type, id, isSeen);
  await tx
    .deleteFrom('records')
    .where('org_id', '=', type.org_id)
    .where('module', '=', type.module)
    .where('model', '=', type.model)
    .where('id', '=', id)
    .execute();
  await publishChange(tx, writing, type, { current: null, previous: before });
}

/** @throws {SluiceError} not_found */
export async function getRecord(queries: Queries, type: RecordType, id: string): Promise<RecordRow> {
  return (await recordsOf(queries, type).where('id', '=', id).executeTakeFirst()) ?? missing();
}

export interface ListedRecord extends RecordRow {
  /** `updated_at` with microseconds, which a `Date` does not have. */
  readonly changed_at: string;
}

/**
 * A page of the records of a type.
 * @param page `after`: the `positionOf` a record in the same order
 */
export function listRecords(
  queries: Queries,
  type: RecordType,
  { order, updatedSince }: RecordFilter,
  page: Page,
): Promise<ListedRecord[]> {
  let query = recordsOf(queries, type).select(
    sql<string>`to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`.as('changed_at'),
  );
  if (updatedSince !== null)
    query = query.where('updated_at', '>=', sql<Date>`${updatedSince.toISOString()}::timestamptz`);
  if (order === 'updated') {
    const [at = '', id = ''] = page.after?.split(' ') ?? [];
    if (page.after !== null)
      query = query.where(sql<boolean>`(updated_at, id) > (${at}::timestamptz, ${id}::uuid)`);
    query = query.orderBy('updated_at').orderBy('id');
  } else {
    const newest = order === 'newest';
    if (page.after !== null) query = query.where('id', newest ? '<' : '>', page.after);
    query = query.orderBy('id', newest ? 'desc' : 'asc');
  }
  return query.limit(page.limit).execute();
}

/** The position of a record in a list with this order. */
export function positionOf(order: RecordFilter['order'], row: ListedRecord): string {
  return order === 'updated' ? `${row.changed_at} ${row.id}` : row.id;
}

/**
 * Takes the time for a change of a record. The row of the type stays locked until the commit, so changes become visible
 * in the order of their times: a client that lists records by their last change misses none.
 */
async function takeTime(tx: Queries, type: RecordType) {
  const { rows } = await sql<{ at: string }>`
    update record_types set last_change = greatest(now(), last_change + interval '1 microsecond')
     where org_id = ${type.org_id} and module = ${type.module} and model = ${type.model}
    returning last_change::text as at`.execute(tx);
  if (!rows[0]) throw new SluiceError('not_found', 'No such record type.');
  // As text: a Date has no microseconds.
  return sql<Date>`${rows[0].at}::timestamptz`;
}

function recordsOf(queries: Queries, type: RecordType) {
  return queries
    .selectFrom('records')
    .selectAll()
    .where('org_id', '=', type.org_id)
    .where('module', '=', type.module)
    .where('model', '=', type.model);
}

type IsSeen = (row: RecordRow) => boolean;

async function lockSeen(tx: Queries, type: RecordType, id: string, isSeen: IsSeen): Promise<RecordRow> {
  const row = await lockRecord(tx, type, id);
  if (!isSeen(row)) throw new SluiceError('stale_version', 'The record has changed since you have read it.');
  return row;
}

/** The lock makes the writers of a record take turns, so that each sees the committed change before it. */
async function lockRecord(tx: Queries, type: RecordType, id: string): Promise<RecordRow> {
  return (await recordsOf(tx, type).where('id', '=', id).forUpdate().executeTakeFirst()) ?? missing();
}

function questionOf(type: RecordType, data: string): Question | null {
  const schema = fieldsSchema(type);
  return schema === null ? null : { schema, data, whetherOnly: false };
}

/**
 * The fields as text, checked against their size limit and their schema. Called in a transaction, which cannot wait for
 * the side thread: what was not judged before is told on this thread or not at all.
 * @throws {SluiceError} payload_too_large, invalid_input, too_much_under_way
 */
function checkedText(
  { schemas }: RecordWriting,
  type: RecordType,
  fields: unknown,
  verdicts: Verdicts,
): string {
  const text = JSON.stringify(fields);
  const size = Buffer.byteLength(text);
  if (size > fieldsLimit)
    throw new SluiceError(
      'payload_too_large',
      `The record would have ${size} bytes; ${fieldsLimit} are allowed.`,
    );
  const question = questionOf(type, text);
  if (question === null) return text;
  const verdict = verdicts.get(question) ?? schemas.withoutWaiting(type.org_id, [question])[0] ?? null;
  if (verdict === null) throw changedMeanwhile();
  const { errors } = verdict;
  if (errors.length > 0)
    throw new SluiceError('invalid_input', errors[0]?.detail ?? 'The record breaks its schema.', { errors });
  return text;
}

async function publishChange(
  tx: Queries,
  { publisher }: RecordWriting,
  type: RecordType,
  { current, previous }: { readonly current: RecordRow | null; readonly previous: RecordRow | null },
): Promise<void> {
  const action = current === null ? 'delete' : previous === null ? 'create' : 'update';
  const data = JSON.stringify({
    current: current && showRecord(current),
    previous: previous && showRecord(previous),
  });
  await publisher.publishWithin(tx, type.org_id, [{ type: changeType(type, action), data, source: 'api' }]);
}

function missing(): never {
  throw new SluiceError('not_found', 'No such record.');
}
