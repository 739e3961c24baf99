import { type Static, Type } from 'typebox';
import { publicId } from '../../../base/ids.ts';
import { patternForm } from '../../../endpoints/match.ts';
import { IdOf, IdParams, inputId, OrNull, pathId, Text, Timestamp } from '../../../http/fields.ts';
import { operation } from '../../../http/operation.ts';
import { PageOf, PageQuery, pageOf, readCursor } from '../../../http/page.ts';
import type { SchemaChecks } from '../../../schemas/checks.ts';
import { createGate, deleteGate, getGate, listGates, type ReviewGate as Row } from '../gates.ts';

const group = 'Review gates';

const Condition = OrNull(
  Type.Union([Type.Object({}, { additionalProperties: true }), Type.Boolean()], {
    description: 'JSON Schema: only data that it describes is held. All data, if left out',
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

const Create = Type.Object(
  {
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
          description: 'Every endpoint, if left out',
        }),
      ),
    ),
    workflow_id: IdOf('workflow'),
    queue_id: Type.Optional(OrNull(IdOf('queue'))),
    condition: Type.Optional(Condition),
  },
  { additionalProperties: false },
);

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

export const list = operation({
  id: 'listReviewGates',
  summary: 'List review gates, newest first',
  group,
  takes: { query: PageQuery },
  answers: { 200: { description: 'A page', schema: PageOf(Gate) } },
  runs: 'read',
  async handle({ queries, orgId, sealer }, { query }) {
    const name = { sealer, list: 'review gates', orgId };
    const rows = await listGates(queries, orgId, {
      before: readCursor(name, query.cursor),
      limit: query.limit + 1,
    });
    return { status: 200, body: pageOf(name, rows, query.limit, (row) => row.id, show) };
  },
});

export const create = (schemas: SchemaChecks) =>
  operation({
    id: 'createReviewGate',
    summary: 'Hold deliveries for review',
    description:
      'From now on, deliveries of events that match are held until their review is decided: approved they go out, revised they go out with the changed data, rejected they are cancelled. A delivery that several gates match is held by the oldest.',
    group,
    takes: { body: Create, refers: true },
    answers: { 201: { description: 'The gate', schema: Gate }, refusals: [429] },
    runs: 'write',
    async prepare({ body }, { orgId }) {
      const { condition = null } = body;
      if (condition !== null) await schemas.examine(orgId, condition, null, '/condition');
    },
    async handle({ queries, orgId, actor, clock, audit }, { body }) {
      const input = {
        name: body.name ?? null,
        types: body.types,
        endpointIds:
          body.endpoints?.map((id, index) => inputId('endpoint', id, `/endpoints/${index}`)) ?? null,
        workflowId: inputId('workflow', body.workflow_id, '/workflow_id'),
        queueId: body.queue_id ? inputId('queue', body.queue_id, '/queue_id') : null,
        condition: body.condition ?? null,
      };
      const row = await createGate(queries, clock, orgId, input, actor.name);
      const id = publicId('reviewGate', row.id);
      await audit({
        action: 'review_gate.created',
        target: id,
        details: { types: row.types },
      });
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
  summary: 'Take a review gate away',
  description: 'What it holds stays held until it is decided.',
  group,
  takes: { params: IdParams },
  answers: { 204: { description: 'Deleted' } },
  runs: 'write',
  async handle({ queries, orgId, audit }, { params }) {
    await deleteGate(queries, orgId, pathId('reviewGate', params.id));
    await audit({
      action: 'review_gate.deleted',
      target: params.id,
    });
    return { status: 204 };
  },
});
