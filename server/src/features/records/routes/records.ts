import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import { invalidInput } from '../../../base/errors.ts';
import { parseId, publicId } from '../../../base/ids.ts';
import { IdOf, inputTime, MapOf, pathId, Timestamp } from '../../../http/fields.ts';
import { readIfMatch } from '../../../http/if-match.ts';
import { listOperation } from '../../../http/list-operation.ts';
import { type Answer, type Context, operation } from '../../../http/operation.ts';
import { Verdicts } from '../../../schemas/questions.ts';
import { isJsonObject, type JsonObject, parseExact } from '../exact-json.ts';
import { findRecordType, getRecordType, type RecordTypeName } from '../record-types.ts';
import {
  changeRecord,
  createRecord,
  deleteRecord,
  getRecord,
  judgeFields,
  judgePatch,
  listRecords,
  ownFields,
  positionOf,
  type RecordWriting,
  recordOrders,
  showRecord,
} from '../records.ts';
import { refuseHiddenFields, visibleFields, withoutHiddenFields } from './record-access.ts';
import { TypeParams } from './record-types.ts';

const Record = Type.Object(
  { id: IdOf('record'), created_at: Type.Optional(Timestamp), updated_at: Type.Optional(Timestamp) },
  {
    additionalProperties: true,
    description:
      'The fields of the record, with `id`, `created_at` and `updated_at`; an app sees the id and the fields of its scope',
    examples: [
      {
        id: 'rec_01jd8r5w3kfq5bz0p2v6x7y8z9',
        name: 'Example Ltd',
        created_at: '2026-04-06T14:30:00.000Z',
        updated_at: '2026-04-06T14:30:00.000Z',
      },
    ],
  },
);

const Fields = MapOf(
  {
    pattern: '^(?!__proto__$)[^\\u0000-\\u001f\\u007f]{1,128}$',
    description: '1 to 128 characters, no control characters, and not __proto__',
  },
  Type.Unknown(),
  {
    maxProperties: 500,
    description: 'Fields, by the schema of the record type',
    examples: [{ name: 'Example Ltd', email: 'office@example.com' }],
  },
);

const RecordParams = Type.Object({
  ...TypeParams.properties,
  id: Type.String({ minLength: 1, maxLength: 200 }),
});

/** The body with every digit of its numbers. */
function exactly(raw: Uint8Array): unknown {
  return parseExact(Buffer.from(raw).toString());
}

/**
 * The fields in the body, with every digit of their numbers.
 * @throws {SluiceError} invalid_input; missing_scope, where the credential may not write one of them
 */
function readBody(raw: Uint8Array, visible: readonly string[] | null, name: RecordTypeName): JsonObject {
  const fields = exactly(raw);
  if (!isJsonObject(fields)) throw invalidInput('', 'must be object');
  const own = ownFields.find((field) => Object.hasOwn(fields, field));
  if (own !== undefined) throw invalidInput(`/${own}`, 'The service sets this member; leave it out.');
  refuseHiddenFields(visible, { ...name, access: 'write' }, Object.keys(fields));
  return fields;
}

function audit({ audit }: Context, action: string, id: string, { module, model }: RecordTypeName) {
  return audit({ action, target: publicId('record', id), details: { module, model } });
}

/** The entity tag of a record as the caller sees it: a change of hidden fields does not change it. */
function tagOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

function answerRecord(status: number, record: JsonObject): Answer {
  const text = JSON.stringify(record);
  return { status, text, headers: { etag: `"${tagOf(text)}"` } };
}

/** Whether the caller has seen a version of a record, by `If-Match`. */
function readSeen(ifMatch: string | undefined, visible: readonly string[] | null) {
  const isSeen = readIfMatch(ifMatch);
  return (row: Parameters<typeof showRecord>[0]) =>
    ifMatch === undefined || isSeen(tagOf(JSON.stringify(showRecord(row, visible))));
}

const group = 'Records';

export const list = listOperation({
  id: 'listRecords',
  summary: 'List records',
  description:
    'In the order `updated`, with the latest `updated_at` that you have as `updated_since`, the list misses no change, also of concurrent writers; deleted records are not in it. An app needs `updated_at` among its fields for either parameter.',
  group,
  params: TypeParams,
  query: {
    order: Type.Enum([...recordOrders], {
      default: 'newest',
      description: 'By the time of creation; `updated`: by the time of the last change, oldest first',
    }),
    updated_since: Type.Optional(
      Type.String({ ...Timestamp, description: 'Only records whose last change was then or later' }),
    ),
  },
  item: Record,
  async read({ queries, orgId, credential }, { params, query: { order, updated_since: since } }, page) {
    const wanted = { ...params, access: 'read' } as const;
    const visible = visibleFields(credential, wanted);
    if (order === 'updated' || since !== undefined) refuseHiddenFields(visible, wanted, ['updated_at'], '?');
    const type = await getRecordType(queries, orgId, params);
    const updatedSince = inputTime(since ?? null, '?updated_since');
    return listRecords(queries, type, { order, updatedSince }, page);
  },
  position: (row, { query }) => positionOf(query.order, row),
  show: (row, { credential }, { params }) =>
    showRecord(row, visibleFields(credential, { ...params, access: 'read' })),
});

export const create = (writing: RecordWriting) =>
  operation({
    id: 'createRecord',
    summary: 'Create a record',
    description: 'The record and its event, `{module}.{model}.create`, commit together.',
    group,
    takes: { params: TypeParams, body: Fields, exactMembers: [] },
    answers: { 201: { description: 'The record', schema: Record }, refusals: [429] },
    runs: 'write',
    async prepare({ params, raw }, { queries, orgId }) {
      const type = await findRecordType(queries, orgId, params);
      return type ? judgeFields(writing.schemas, type, exactly(raw)) : new Verdicts();
    },
    async admit({ credential }, { params, raw }) {
      readBody(raw, visibleFields(credential, { ...params, access: 'write' }), params);
    },
    async handle(context, { params, raw }, verdicts) {
      const { queries, orgId, credential } = context;
      const visible = visibleFields(credential, { ...params, access: 'write' });
      const type = await getRecordType(queries, orgId, params);
      const fields = readBody(raw, visible, params);
      const row = await createRecord(queries, writing, type, { fields, verdicts });
      await audit(context, 'record.created', row.id, params);
      return answerRecord(201, showRecord(row, visible));
    },
  });

export const get = operation({
  id: 'getRecord',
  summary: 'Read a record',
  group,
  takes: { params: RecordParams },
  answers: { 200: { description: 'The record', schema: Record } },
  runs: 'read',
  async handle({ queries, orgId, credential }, { params }) {
    const visible = visibleFields(credential, { module: params.module, model: params.model, access: 'read' });
    const type = await getRecordType(queries, orgId, params);
    const row = await getRecord(queries, type, pathId('record', params.id));
    return answerRecord(200, showRecord(row, visible));
  },
});

export const change = (writing: RecordWriting) =>
  operation({
    id: 'changeRecord',
    summary: 'Change fields of a record',
    description:
      'The body is a JSON Merge Patch (RFC 7396): null removes a field. The change and its event, `{module}.{model}.update`, commit together; a patch that changes nothing publishes no event. With `If-Match`, the change is refused with 412 where the record has changed since it was read.',
    group,
    takes: { params: RecordParams, body: Fields, exactMembers: [], mergePatch: true, ifMatch: true },
    answers: { 200: { description: 'The record', schema: Record }, refusals: [429] },
    runs: 'write',
    async prepare({ params, raw }, { queries, orgId }) {
      const type = await findRecordType(queries, orgId, params);
      const id = parseId('record', params.id);
      if (!type || id === null) return new Verdicts();
      return judgePatch(queries, writing.schemas, type, { id, patch: exactly(raw) });
    },
    async handle(context, { params, raw, ifMatch }, verdicts) {
      const { queries, orgId, credential } = context;
      const name = { module: params.module, model: params.model };
      const visible = visibleFields(credential, { ...name, access: 'write' });
      const type = await getRecordType(queries, orgId, name);
      const patch = readBody(raw, visible, name);
      const id = pathId('record', params.id);
      const isSeen = readSeen(ifMatch, visible);
      const { row, changed } = await withoutHiddenFields(visible, () =>
        changeRecord(queries, writing, type, { id, patch, isSeen, verdicts }),
      );
      if (changed) await audit(context, 'record.changed', row.id, name);
      return answerRecord(200, showRecord(row, visible));
    },
  });

export const remove = (writing: RecordWriting) =>
  operation({
    id: 'deleteRecord',
    summary: 'Delete a record',
    description: 'The deletion and its event, `{module}.{model}.delete`, commit together.',
    group,
    takes: { params: RecordParams, ifMatch: true },
    answers: { 204: { description: 'Deleted' }, refusals: [429] },
    runs: 'write',
    async handle(context, { params, ifMatch }) {
      const { queries, orgId, credential } = context;
      const name = { module: params.module, model: params.model };
      const visible = visibleFields(credential, { ...name, access: 'write' });
      const type = await getRecordType(queries, orgId, name);
      const id = pathId('record', params.id);
      await deleteRecord(queries, writing, type, { id, isSeen: readSeen(ifMatch, visible) });
      await audit(context, 'record.deleted', id, name);
      return { status: 204 };
    },
  });
