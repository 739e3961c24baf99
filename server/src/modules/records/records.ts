import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { SluiceError } from '../../base/errors.ts';
import { newId, publicId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import type { Tables } from '../../db/tables.ts';
import type { Publisher } from '../../events/publish.ts';
import { isJsonObject, isSame, type JsonObject, mergePatch, parseExact } from './exact-json.ts';
import { changeType, fieldsCheck, type RecordAction, type RecordType } from './record-types.ts';

type RecordRow = Selectable<Tables['records']>;

export interface RecordTools {
  readonly clock: Clock;
  readonly publisher: Publisher;
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
  const row = await tx
    .insertInto('records')
    .values({
      org_id: type.org_id,
      module: type.module,
      model: type.model,
      id: newId(tools.clock),
      fields: checkedText(type, fields),
      created_at: sql<Date>`now()`,
      updated_at: sql<Date>`now()`,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await publishChange(tx, tools, type, 'create', row, null);
  return row;
}

/**
 * Merges a patch into a record and publishes its `update` with what the writer before left behind. A patch that
 * changes nothing writes and publishes nothing.
 * @throws {SluiceError} not_found, invalid_input (the schema), payload_too_large
 */
export async function changeRecord(
  tx: Queries,
  tools: RecordTools,
  type: RecordType,
  id: string,
  patch: JsonObject,
): Promise<RecordRow> {
  const before = await lockRecord(tx, type, id);
  const fields = readFields(before);
  const merged = mergePatch(fields, patch);
  if (isSame(fields, merged)) return before;
  const row = await tx
    .updateTable('records')
    .set({ fields: checkedText(type, merged), updated_at: sql<Date>`greatest(now(), updated_at)` })
    .where('org_id', '=', type.org_id)
    .where('module', '=', type.module)
    .where('model', '=', type.model)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await publishChange(tx, tools, type, 'update', row, before);
  return row;
}

/**
 * Deletes a record and publishes its `delete`.
 * @throws {SluiceError} not_found
 */
export async function deleteRecord(
  tx: Queries,
  tools: RecordTools,
  type: RecordType,
  id: string,
): Promise<void> {
  const before = await lockRecord(tx, type, id);
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

/** Newest first. */
export function listRecords(
  queries: Queries,
  type: RecordType,
  page: { before: string | null; limit: number },
): Promise<RecordRow[]> {
  let query = recordsOf(queries, type);
  if (page.before !== null) query = query.where('id', '<', page.before);
  return query.orderBy('id', 'desc').limit(page.limit).execute();
}

function recordsOf(queries: Queries, type: RecordType) {
  return queries
    .selectFrom('records')
    .selectAll()
    .where('org_id', '=', type.org_id)
    .where('module', '=', type.module)
    .where('model', '=', type.model);
}

/** The lock makes writers of one record take turns, so that each sees what the one before it committed. */
async function lockRecord(tx: Queries, type: RecordType, id: string): Promise<RecordRow> {
  return (await recordsOf(tx, type).where('id', '=', id).forUpdate().executeTakeFirst()) ?? missing();
}

function checkedText(type: RecordType, fields: unknown): string {
  const text = JSON.stringify(fields);
  const size = Buffer.byteLength(text);
  if (size > fieldsLimit)
    throw new SluiceError(
      'payload_too_large',
      `The record would have ${size} bytes; ${fieldsLimit} are allowed.`,
    );
  const errors = fieldsCheck(type)(JSON.parse(text));
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
  await publisher.publishWithin(tx, {
    orgId: type.org_id,
    events: [
      {
        type: changeType(type, action),
        data: JSON.stringify({
          current: current && showRecord(current),
          previous: previous && showRecord(previous),
        }),
        externalId: null,
        occurredAt: null,
        deliverAt: null,
        audience: null,
        metadata: null,
        source: 'api',
      },
    ],
    idempotency: null,
    pointer: () => '',
    answer: () => ({ status: 200, body: '' }),
  });
}

function missing(): never {
  throw new SluiceError('not_found', 'No such record.');
}
