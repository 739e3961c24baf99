import { type Static, Type } from 'typebox';
import { invalidInput } from '../../../base/errors.ts';
import type { Queries } from '../../../db/connect.ts';
import { Closed, OrNull, Text, Timestamp } from '../../../http/fields.ts';
import { listOperation } from '../../../http/list-operation.ts';
import { operation } from '../../../http/operation.ts';
import type { SchemaChecks } from '../../../schemas/checks.ts';
import type { RecordTypeName } from '../record-types.ts';
import {
  deleteRecordType,
  getRecordType,
  listRecordTypes,
  putRecordType,
  type RecordType as Row,
} from '../record-types.ts';

const wordForm = /^[a-z0-9_]{1,48}$/;

const JsonSchema = Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Boolean()], {
  description: 'JSON Schema of the fields, draft 2020-12 (or draft-07 where `$schema` says so)',
});

const RecordType = Type.Object({
  module: Type.String({ examples: ['crm'] }),
  model: Type.String({ examples: ['account'] }),
  description: Type.String(),
  schema: OrNull(JsonSchema),
  created_at: Timestamp,
  updated_at: Timestamp,
});

/** The parameters of every route of a record type. */
export const TypeParams = Type.Object({
  module: Type.String({ pattern: wordForm.source, examples: ['crm'] }),
  model: Type.String({ pattern: wordForm.source, examples: ['account'] }),
});

/** Without the pattern: where a type is created, a wrong name is refused as invalid input instead of not found. */
const NewTypeParams = Type.Object({
  module: Type.String({ maxLength: 200, examples: ['crm'] }),
  model: Type.String({ maxLength: 200, examples: ['account'] }),
});

const Put = Closed({
  description: Type.Optional(Text(2_000, { examples: ['A company or a person that we do business with'] })),
  schema: Type.Optional(OrNull(JsonSchema)),
});

function show(row: Row): Static<typeof RecordType> {
  return {
    module: row.module,
    model: row.model,
    description: row.description,
    schema: row.schema === null ? null : JSON.parse(row.schema),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

const group = 'Records';

export const list = listOperation({
  id: 'listRecordTypes',
  summary: 'List record types by module and model',
  group,
  item: RecordType,
  read: ({ queries, orgId }, _input, page) => listRecordTypes(queries, orgId, page),
  position: ({ module, model }) => `${module}.${model}`,
  show,
});

export const get = operation({
  id: 'getRecordType',
  summary: 'Read a record type',
  group,
  takes: { params: TypeParams },
  answers: { 200: { description: 'The record type', schema: RecordType } },
  runs: 'read',
  async handle({ queries, orgId }, { params }) {
    return { status: 200, body: show(await getRecordType(queries, orgId, params)) };
  },
});

export const put = (schemas: SchemaChecks) =>
  operation({
    id: 'putRecordType',
    summary: 'Create or replace a record type',
    description:
      'A new record type adds the event types `{module}.{model}.create`, `.update` and `.delete` to the catalogue. Records that break a new schema do not change; they have to satisfy it from their next change on.',
    group,
    takes: { params: NewTypeParams, body: Put, exactMembers: [] },
    answers: {
      200: { description: 'Replaced', schema: RecordType },
      201: { description: 'Created', schema: RecordType },
      refusals: [429],
    },
    runs: 'write',
    async prepare({ body }, { orgId }) {
      if (body.schema !== undefined && body.schema !== null) await schemas.examine(orgId, body.schema, null);
    },
    async handle({ queries, orgId, audit }, { params, body }) {
      for (const part of ['module', 'model'] as const)
        if (!wordForm.test(params[part]))
          throw invalidInput(`/${part}`, 'A name is one word of a-z, 0-9 and _, at most 48 characters.');
      const { recordType, created } = await putRecordType(queries, orgId, {
        module: params.module,
        model: params.model,
        description: body.description ?? '',
        schema: body.schema ?? null,
      });
      await audit({
        action: created ? 'record_type.created' : 'record_type.changed',
        target: `${params.module}.${params.model}`,
      });
      return { status: created ? 201 : 200, body: show(recordType) };
    },
  });

/** Refuses the deletion of a record type while an installed app declares a scope on it. */
export type RefuseWhileDeclared = (tx: Queries, orgId: string, model: RecordTypeName) => Promise<void>;

export const remove = (refuseWhileDeclared: RefuseWhileDeclared) =>
  operation({
    id: 'deleteRecordType',
    summary: 'Delete a record type without records, on which no installed app declares a scope',
    group,
    takes: { params: TypeParams },
    answers: { 204: { description: 'Deleted' } },
    runs: 'write',
    async handle({ queries, orgId, audit }, { params }) {
      await deleteRecordType(queries, orgId, params);
      await refuseWhileDeclared(queries, orgId, params);
      await audit({
        action: 'record_type.deleted',
        target: `${params.module}.${params.model}`,
      });
      return { status: 204 };
    },
  });
