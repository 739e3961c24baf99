import { type Static, Type } from 'typebox';
import { publicId } from '../../../base/ids.ts';
import { patternForm } from '../../../endpoints/match.ts';
import { Closed, IdOf, IdParams, inputId, OrNull, pathId, Text, Timestamp } from '../../../http/fields.ts';
import { listOperation } from '../../../http/list-operation.ts';
import { operation } from '../../../http/operation.ts';
import type { SchemaChecks } from '../../../schemas/checks.ts';
import { createGate, deleteGate, getGate, listGates, type ReviewGate as Row } from '../gates.ts';

const group = 'Review gates';

const Condition = OrNull(
  Type.Union([Type.Object({}, { additionalProperties: true }), Type.Boolean()], {
    description: 'JSON Schema of the data to hold; by default, all data is held',
    examples: [{ properties: { amount: { minimum: 1000 } } }],
  }),
);

const Gate = Type.Object({
  id: IdOf('reviewGate'),
  name: OrNull(Type.String()),
  types: Type.Array(Type.String()),
  endpoints: OrNull(Type.Array(IdOf('endpoint'))),
  workflow_id: IdOf('workflow'),
  queue_id: OrNull(IdOf('queue')),
  condition: Condition,
  created_by: Type.String(),
  created_at: Timestamp,
});

const Create = Closed({
  name: Type.Optional(OrNull(Text(200))),
  types: Type.Array(Type.String({ pattern: patternForm.source, maxLength: 130 }), {
    minItems: 1,
    maxItems: 100,
    description: '`*`, names of event types, or prefixes such as `invoice.*`',
    examples: [['invoice.*']],
  }),
  endpoints: Type.Optional(
    OrNull(
      Type.Array(IdOf('endpoint'), {
        minItems: 1,
        maxItems: 100,
        description: 'By default, every endpoint',
      }),
    ),
  ),
  workflow_id: IdOf('workflow'),
  queue_id: Type.Optional(OrNull(IdOf('queue'))),
  condition: Type.Optional(Condition),
});

function show(row: Row): Static<typeof Gate> {
  return {
    id: publicId('reviewGate', row.id),
    name: row.name,
    types: row.types,
    endpoints: row.endpoint_ids?.map((id) => publicId('endpoint', id)) ?? null,
    workflow_id: publicId('workflow', row.workflow_id),
    queue_id: row.queue_id === null ? null : publicId('queue', row.queue_id),
    condition: row.condition === null ? null : JSON.parse(row.condition),
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
  };
}

export const list = listOperation({
  id: 'listReviewGates',
  summary: 'List review gates, newest first',
  group,
  item: Gate,
  read: ({ queries, orgId }, _input, page) => listGates(queries, orgId, page),
  position: ({ id }) => id,
  show,
});

export const create = (schemas: SchemaChecks) =>
  operation({
    id: 'createReviewGate',
    summary: 'Hold deliveries for review',
    description:
      'Matching deliveries are held until their review is decided: approved, they are sent; revised, they are sent with the revised data; rejected, they are cancelled. A delivery that several gates match is held by the oldest.',
    group,
    takes: { body: Create, refers: true },
    answers: { 201: { description: 'The gate', schema: Gate }, refusals: [429] },
    runs: 'write',
    async prepare({ body }, { orgId }) {
      const { condition = null } = body;
      if (condition !== null) await schemas.examine(orgId, condition, null, '/condition');
    },
    async handle({ queries, orgId, actor, clock, audit }, { body }) {
      const row = await createGate(queries, clock, orgId, {
        name: body.name ?? null,
        types: body.types,
        endpointIds:
          body.endpoints?.map((id, index) => inputId('endpoint', id, `/endpoints/${index}`)) ?? null,
        workflowId: inputId('workflow', body.workflow_id, '/workflow_id'),
        queueId: inputId('queue', body.queue_id || null, '/queue_id'),
        condition: body.condition ?? null,
        createdBy: actor.name,
      });
      const id = publicId('reviewGate', row.id);
      await audit({ action: 'review_gate.created', target: id, details: { types: row.types } });
      return { status: 201, body: show(row) };
    },
  });

export const get = operation({
  id: 'getReviewGate',
  summary: 'Read a review gate',
  group,
  takes: { params: IdParams },
  answers: { 200: { description: 'The gate', schema: Gate } },
  runs: 'read',
  async handle({ queries, orgId }, { params }) {
    return { status: 200, body: show(await getGate(queries, orgId, pathId('reviewGate', params.id))) };
  },
});

export const remove = operation({
  id: 'deleteReviewGate',
  summary: 'Delete a review gate',
  description: 'The deliveries that it holds stay held until they are reviewed.',
  group,
  takes: { params: IdParams },
  answers: { 204: { description: 'Deleted' } },
  runs: 'write',
  async handle({ queries, orgId, audit }, { params }) {
    await deleteGate(queries, orgId, pathId('reviewGate', params.id));
    await audit({ action: 'review_gate.deleted', target: params.id });
    return { status: 204 };
  },
});
