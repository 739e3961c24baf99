import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import { invalidInput } from '../../../base/errors.ts';
import { publicId } from '../../../base/ids.ts';
import { IdOf, inputTime, MapOf, pathId, Timestamp } from '../../../http/fields.ts';
import { readIfMatch } from '../../../http/if-match.ts';
import { type Answer, type Context, operation } from '../../../http/operation.ts';
import { PageOf, PageQuery, pageOf, readCursor } from '../../../http/page.ts';
import { isJsonObject, type JsonObject, parseExact } from '../exact-json.ts';
import { getRecordType, type RecordTypeName } from '../record-types.ts';
import type { RecordTools } from '../records.ts';
import {
  changeRecord,
  createRecord,
  deleteRecord,
  getRecord,
  listRecords,
  ownFields,
  positionOf,
  recordOrders,
  showRecord,
} from '../records.ts';
import { cutRefusals, refuseHiddenFields, visibleFields } from './record-access.ts';
import { TypeParams } from './record-types.ts';

const Record = Type.Object(
  { id: IdOf('record'), created_at: Type.Optional(Timestamp), updated_at: Type.Optional(Timestamp) },
  {
    additionalProperties: true,
    description:
      'The fields of the record, with `id`, `created_at` and `updated_at`; an app sees what its scope names, and the id',
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
    description: 'Fields as the schema of the record type wants them',
    examples: [{ name: 'Example Ltd', email: 'office@example.com' }],
  },
);

const RecordParams = Type.Object({
  ...TypeParams.properties,
  id: Type.String({ minLength: 1, maxLength: 200 }),
});

/** The fields in the body, with every digit, if the credential may write them. */
function readBody(raw: Uint8Array, visible: readonly string[] | null, name: RecordTypeName): JsonObject {
  const fields = parseExact(Buffer.from(raw).toString());
  if (!isJsonObject(fields)) throw invalidInput('', 'must be object');
  const own = ownFields.find((field) => Object.hasOwn(fields, field));
  if (own !== undefined) throw invalidInput(`/${own}`, 'The service writes this one; leave it out.');
  refuseHiddenFields(visible, { ...name, access: 'write' }, Object.keys(fields));
  return fields;
}

function audit({ audit }: Context, action: string, id: string, name: RecordTypeName) {
  return audit({
    action,
    target: publicId('record', id),
    details: { module: name.module, model: name.model },
  });
}

/** Names a record as the caller may see it: what changes only where it is hidden changes no tag. */
function tagOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

function answerRecord(status: number, record: JsonObject): Answer {
  const text = JSON.stringify(record);
  return { status, text, headers: { etag: `"${tagOf(text)}"` } };
}

/** Whether a record is as the caller has seen it, by its `If-Match`. */
function readSeen(ifMatch: string | undefined, visible: readonly string[] | null) {
  const isSeen = readIfMatch(ifMatch);
  return (row: Parameters<typeof showRecord>[0]) =>
    ifMatch === undefined || isSeen(tagOf(JSON.stringify(showRecord(row, visible))));
}

/** What publishing the changes of records takes. */
export type Publishing = Pick<RecordTools, 'publisher' | 'schemas'>;

const group = 'Records';

export const list = operation({
  id: 'listRecords',
  summary: 'List records',
  description:
    'In the order `updated`, with the latest `updated_at` that you have as `updated_since`, the list misses no change, whoever writes at the same time; what was deleted is not in it. An app needs `updated_at` among its fields for either.',
  group,
  takes: {
    params: TypeParams,
    query: Type.Object(
      {
        ...PageQuery.properties,
        order: Type.Enum([...recordOrders], {
          default: 'newest',
          description: 'By when they were made, or `updated`: what was changed the longest ago first',
        }),
        updated_since: Type.Optional(
          Type.String({ ...Timestamp, description: 'Only what was changed then or later' }),
        ),
      },
      { additionalProperties: false },
    ),
  },
  answers: { 200: { description: 'A page', schema: PageOf(Record) } },
  runs: 'read',
  async handle({ queries, orgId, credential, sealer }, { params, query }) {
    const { order, updated_since: since } = query;
    const wanted = { ...params, access: 'read' } as const;
    const visible = visibleFields(credential, wanted);
    if (order === 'updated' || since !== undefined) refuseHiddenFields(visible, wanted, ['updated_at'], '?');
    const type = await getRecordType(queries, orgId, params);
    const list = `records ${type.module}.${type.model} ${order}`;
    const name = { sealer, list, orgId };
    const rows = await listRecords(queries, type, {
      order,
      updatedSince: since === undefined ? null : inputTime(since, '?updated_since'),
      after: readCursor(name, query.cursor),
      limit: query.limit + 1,
    });
    return {
      status: 200,
      body: pageOf(
        name,
        rows,
        query.limit,
        (row) => positionOf(order, row),
        (row) => showRecord(row, visible),
      ),
    };
  },
});

export const create = ({ publisher, schemas }: Publishing) =>
  operation({
    id: 'createRecord',
    summary: 'Create a record',
    description: 'The record and its event, `{module}.{model}.create`, commit together.',
    group,
    takes: { params: TypeParams, body: Fields, exactMembers: [] },
    answers: { 201: { description: 'The record', schema: Record }, refusals: [429] },
    runs: 'write',
    async admit({ credential }, { params, raw }) {
      readBody(raw, visibleFields(credential, { ...params, access: 'write' }), params);
    },
    async handle(context, { params, raw }) {
      const { queries, clock, orgId, credential } = context;
      const visible = visibleFields(credential, { ...params, access: 'write' });
      const type = await getRecordType(queries, orgId, params);
      const row = await createRecord(
        queries,
        { clock, publisher, schemas },
        type,
        readBody(raw, visible, params),
      );
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

export const change = ({ publisher, schemas }: Publishing) =>
  operation({
    id: 'changeRecord',
    summary: 'Change fields of a record',
    description:
      'The body is a JSON Merge Patch (RFC 7396): null removes a field. The change and its event, `{module}.{model}.update`, commit together; a patch that changes nothing makes no event. With `If-Match`, nothing is changed that somebody else has changed since.',
    group,
    takes: { params: RecordParams, body: Fields, exactMembers: [], mergePatch: true, ifMatch: true },
    answers: { 200: { description: 'The record', schema: Record }, refusals: [429] },
    runs: 'write',
    async handle(context, { params, raw, ifMatch }) {
      const { queries, clock, orgId, credential } = context;
      const name = { module: params.module, model: params.model };
      const visible = visibleFields(credential, { ...name, access: 'write' });
      const type = await getRecordType(queries, orgId, name);
      const patch = readBody(raw, visible, name);
      const id = pathId('record', params.id);
      const isSeen = readSeen(ifMatch, visible);
      const { row, changed } = await cutRefusals(visible, () =>
        changeRecord(queries, { clock, publisher, schemas }, type, { id, patch, isSeen }),
      );
      if (changed) await audit(context, 'record.changed', row.id, name);
      return answerRecord(200, showRecord(row, visible));
    },
  });

export const remove = ({ publisher, schemas }: Publishing) =>
  operation({
    id: 'deleteRecord',
    summary: 'Delete a record',
    description: 'It and its event, `{module}.{model}.delete`, commit together.',
    group,
    takes: { params: RecordParams, ifMatch: true },
    answers: { 204: { description: 'Deleted' }, refusals: [429] },
    runs: 'write',
    async handle(context, { params, ifMatch }) {
      const { queries, clock, orgId, credential } = context;
      const name = { module: params.module, model: params.model };
      const visible = visibleFields(credential, { ...name, access: 'write' });
      const type = await getRecordType(queries, orgId, name);
      const id = pathId('record', params.id);
      await deleteRecord(queries, { clock, publisher, schemas }, type, {
        id,
        isSeen: readSeen(ifMatch, visible),
      });
      await audit(context, 'record.deleted', id, name);
      return { status: 204 };
    },
  });
