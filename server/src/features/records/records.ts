import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { SluiceError } from '../../base/errors.ts';
import { newId, publicId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import type { Publisher } from '../../events/publisher.ts';
import type { SchemaChecks } from '../../schemas/checks.ts';
import { cannotTell } from '../../schemas/verdict.ts';
import { isJsonObject, isSame, type JsonObject, mergePatch, parseExact } from './exact-json.ts';
import { changeType, fieldsSchema, type RecordAction, type RecordType } from './record-types.ts';
import type { Tables } from './tables.ts';

type RecordRow = Selectable<Tables['records']>;

export interface RecordTools {
  readonly clock: Clock;
  readonly publisher: Pick<Publisher, 'publishWithin'>;
  readonly schemas: SchemaChecks;
}

/** How records are listed: by when they were made, or the one whose last change is the longest ago first. */
export const recordOrders = ['newest', 'oldest', 'updated'] as const;

export interface RecordList {
  readonly order: (typeof recordOrders)[number];
  /** Only what was changed then or later. */
  readonly updatedSince: Date | null;
  /** A position that `positionOf` answered. */
  readonly after: string | null;
  readonly limit: number;
}

/** Both sides of a change go into one event, whose data may have 256 KiB. */
const fieldsLimit = 100_000;

/** What the service writes around the fields. */
export const ownFields = ['id', 'created_at', 'updated_at'] as const;

/**
 * A record as the API and events show it: its fields with `id`, `created_at` and `updated_at` around them.
 * @param visible the fields that may be seen; `null`: all. The id always may.
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
 * Makes a record and publishes its `create`, in the caller's transaction.
 * @throws {SluiceError} invalid_input (the schema), payload_too_large
 */
export async function createRecord(
  tx: Queries,
  tools: RecordTools,
  type: RecordType,
  fields: JsonObject,
): Promise<RecordRow> {
  const text = checkedText(tools, type, fields);
  const at = await takeTime(tx, type);
  const row = await tx
    .insertInto('records')
    .values({
      org_id: type.org_id,
      module: type.module,
      model: type.model,
      id: newId(tools.clock),
      fields: text,
      created_at: at,
      updated_at: at,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await publishChange(tx, tools, type, 'create', row, null);
  return row;
}

/**
 * Merges a patch into a record and publishes its `update` with what the writer before left behind. A patch that
 * changes nothing writes and publishes nothing.
 * @param isSeen whether a record is as the caller has seen it
 * @throws {SluiceError} not_found, stale_version, invalid_input (the schema), payload_too_large
 */
export async function changeRecord(
  tx: Queries,
  tools: RecordTools,
  type: RecordType,
  { id, patch, isSeen }: { id: string; patch: JsonObject; isSeen: IsSeen },
): Promise<{ row: RecordRow; changed: boolean }> {
  const before = await lockSeen(tx, type, id, isSeen);
  const fields = readFields(before);
  const merged = mergePatch(fields, patch);
  if (isSame(fields, merged)) return { row: before, changed: false };
  const text = checkedText(tools, type, merged);
  const row = await tx
    .updateTable('records')
    .set({ fields: text, updated_at: await takeTime(tx, type) })
    .where('org_id', '=', type.org_id)
    .where('module', '=', type.module)
    .where('model', '=', type.model)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await publishChange(tx, tools, type, 'update', row, before);
  return { row, changed: true };
}

/**
 * Deletes a record and publishes its `delete`.
 * @param isSeen whether a record is as the caller has seen it
 * @throws {SluiceError} not_found, stale_version
 */
export async function deleteRecord(
  tx: Queries,
  tools: RecordTools,
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
  await publishChange(tx, tools, type, 'delete', null, before);
}

/** @throws {SluiceError} not_found */
export async function getRecord(queries: Queries, type: RecordType, id: string): Promise<RecordRow> {
  return (await recordsOf(queries, type).where('id', '=', id).executeTakeFirst()) ?? missing();
}

/** A record, and where a list goes on after it. */
export interface ListedRecord extends RecordRow {
  readonly changed_at: string;
}

export function listRecords(queries: Queries, type: RecordType, list: RecordList): Promise<ListedRecord[]> {
  let query = recordsOf(queries, type).select(
    sql<string>`to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`.as('changed_at'),
  );
  if (list.updatedSince !== null)
    query = query.where('updated_at', '>=', sql<Date>`${list.updatedSince.toISOString()}::timestamptz`);
  if (list.order === 'updated') {
    const [at = '', id = ''] = list.after?.split(' ') ?? [];
    if (list.after !== null)
      query = query.where(sql<boolean>`(updated_at, id) > (${at}::timestamptz, ${id}::uuid)`);
    query = query.orderBy('updated_at').orderBy('id');
  } else {
    const newest = list.order === 'newest';
    if (list.after !== null) query = query.where('id', newest ? '<' : '>', list.after);
    query = query.orderBy('id', newest ? 'desc' : 'asc');
  }
  return query.limit(list.limit).execute();
}

/** Where a list in this order goes on. */
export function positionOf(order: RecordList['order'], row: ListedRecord): string {
  return order === 'updated' ? `${row.changed_at} ${row.id}` : row.id;
}

/**
 * The time of the change that this transaction makes. The type's row stays locked until the commit, so times are
 * committed in their order: whoever has listed what changed until then has missed nothing before it.
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
  if (!isSeen(row)) throw new SluiceError('stale_version', 'The record is not as you have seen it.');
  return row;
}

/** The lock makes writers of one record take turns, so that each sees what the one before it committed. */
async function lockRecord(tx: Queries, type: RecordType, id: string): Promise<RecordRow> {
  return (await recordsOf(tx, type).where('id', '=', id).forUpdate().executeTakeFirst()) ?? missing();
}

/**
 * The fields as text, if they are not too long and satisfy the schema of their type. Within a transaction, so that a
 * schema which cannot be told quickly refuses them.
 */
function checkedText({ schemas }: RecordTools, type: RecordType, fields: unknown): string {
  const text = JSON.stringify(fields);
  const size = Buffer.byteLength(text);
  if (size > fieldsLimit)
    throw new SluiceError(
      'payload_too_large',
      `The record would have ${size} bytes; ${fieldsLimit} are allowed.`,
    );
  const schema = fieldsSchema(type);
  if (schema === null) return text;
  const [verdict] = schemas.withoutWaiting(type.org_id, [{ schema, data: text, whetherOnly: false }]);
  const { errors } = verdict ?? cannotTell('it takes too long for a change');
  if (errors.length > 0)
    throw new SluiceError('invalid_input', errors[0]?.detail ?? 'The record breaks its schema.', { errors });
  return text;
}

async function publishChange(
  tx: Queries,
  { publisher }: RecordTools,
  type: RecordType,
  action: RecordAction,
  current: RecordRow | null,
  previous: RecordRow | null,
): Promise<void> {
  const data = JSON.stringify({
    current: current && showRecord(current),
    previous: previous && showRecord(previous),
  });
  await publisher.publishWithin(tx, type.org_id, [{ type: changeType(type, action), data, source: 'api' }]);
}

function missing(): never {
  throw new SluiceError('not_found', 'No such record.');
}
