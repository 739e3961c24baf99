import { type Static, Type } from 'typebox';
import { publicId } from '../../../base/ids.ts';
import {
  Closed,
  given,
  IdOf,
  IdParams,
  inputId,
  OrNull,
  pathId,
  Text,
  Timestamp,
} from '../../../http/fields.ts';
import { listOperation } from '../../../http/list-operation.ts';
import { operation } from '../../../http/operation.ts';
import { roles } from '../../../tenants/members.ts';
import { createQueue, listQueues, type Queue as QueueRow } from '../queues.ts';
import {
  changeWorkflow,
  createWorkflow,
  deleteWorkflow,
  type ExpiryPolicy,
  expiryActions,
  finalExpiryActions,
  getWorkflow,
  inputOf,
  listWorkflows,
  type Reviewers as ReviewersInput,
  type Workflow as Row,
} from '../workflows.ts';

const group = 'Workflows';
const aYear = 31_536_000;
const Seconds = Type.Integer({ minimum: 1, maximum: aYear });

const Reviewers = OrNull(
  Type.Union([
    Closed({ members: Type.Array(IdOf('member'), { minItems: 1, maxItems: 100 }) }),
    Closed({ role: Type.Enum([...roles]) }),
  ]),
);

const Expiry = Closed(
  {
    after_seconds: OrNull(Seconds),
    action: Type.Enum([...expiryActions]),
    escalation: Type.Optional(
      OrNull(
        Closed(
          { queue_id: IdOf('queue'), after_seconds: Seconds, action: Type.Enum([...finalExpiryActions]) },
          { description: 'With `escalate`: the queue, the time there, and the action after it' },
        ),
      ),
    ),
  },
  {
    description:
      'What happens to tasks that expire; `after_seconds` is for tasks without a time of their own',
  },
);

const Workflow = Type.Object({
  id: IdOf('workflow'),
  name: Type.String(),
  description: OrNull(Type.String()),
  approvals: Type.Integer({ description: 'Number of approvals that approve a task' }),
  reviewers: Reviewers,
  rejection_ends: Type.Boolean({ description: 'Whether one rejection rejects a task' }),
  expiry: Expiry,
  created_by: Type.String(),
  created_at: Timestamp,
  updated_at: Timestamp,
});

const Approvals = Type.Integer({ minimum: 1, maximum: 100 });
const optional = {
  description: Type.Optional(OrNull(Text(2_000))),
  approvals: Type.Optional(Approvals),
  reviewers: Type.Optional(Reviewers),
  rejection_ends: Type.Optional(Type.Boolean()),
  expiry: Type.Optional(Expiry),
};
const Create = Closed({ name: Text(200, { minLength: 1, examples: ['Refunds'] }), ...optional });
const Change = Closed(
  { name: Type.Optional(Text(200, { minLength: 1 })), ...optional },
  { minProperties: 1 },
);

function readReviewers(reviewers: Static<typeof Reviewers>): ReviewersInput {
  if (reviewers === null || 'role' in reviewers) return reviewers;
  return {
    memberIds: reviewers.members.map((id, index) => inputId('member', id, `/reviewers/members/${index}`)),
  };
}

function readExpiry({
  after_seconds: afterSeconds,
  action,
  escalation,
}: Static<typeof Expiry>): ExpiryPolicy {
  return {
    afterSeconds,
    action,
    escalation: escalation
      ? {
          queueId: inputId('queue', escalation.queue_id, '/expiry/escalation/queue_id'),
          afterSeconds: escalation.after_seconds,
          action: escalation.action,
        }
      : null,
  };
}

function show(row: Row): Static<typeof Workflow> {
  const { name, description, approvals, reviewers, rejectionEnds, expiry } = inputOf(row);
  return {
    id: publicId('workflow', row.id),
    name,
    description,
    approvals,
    reviewers:
      reviewers !== null && 'memberIds' in reviewers
        ? { members: reviewers.memberIds.map((id) => publicId('member', id)) }
        : reviewers,
    rejection_ends: rejectionEnds,
    expiry: {
      after_seconds: expiry.afterSeconds,
      action: expiry.action,
      escalation: expiry.escalation && {
        queue_id: publicId('queue', expiry.escalation.queueId),
        after_seconds: expiry.escalation.afterSeconds,
        action: expiry.escalation.action,
      },
    },
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

export const list = listOperation({
  id: 'listWorkflows',
  summary: 'List workflows, newest first',
  group,
  item: Workflow,
  read: ({ queries, orgId }, _input, page) => listWorkflows(queries, orgId, page),
  position: ({ id }) => id,
  show,
});

export const create = operation({
  id: 'createWorkflow',
  summary: 'Create a workflow',
  description: 'The reviewers, the number of approvals, and what happens to tasks that expire.',
  group,
  takes: { body: Create, refers: true },
  answers: { 201: { description: 'The workflow', schema: Workflow } },
  runs: 'write',
  async handle(context, { body }) {
    const { queries, orgId, actor, clock, audit } = context;
    const input = {
      name: body.name,
      description: body.description ?? null,
      approvals: body.approvals ?? 1,
      reviewers: readReviewers(body.reviewers ?? null),
      rejectionEnds: body.rejection_ends ?? true,
      expiry: readExpiry(body.expiry ?? { after_seconds: null, action: 'expire' }),
    };
    const row = await createWorkflow(queries, clock, { orgId, createdBy: actor.name }, input);
    await audit({
      action: 'workflow.created',
      target: publicId('workflow', row.id),
      details: { name: row.name },
    });
    return { status: 201, body: show(row) };
  },
});

export const get = operation({
  id: 'getWorkflow',
  summary: 'Read a workflow',
  group,
  takes: { params: IdParams },
  answers: { 200: { description: 'The workflow', schema: Workflow } },
  runs: 'read',
  async handle({ queries, orgId }, { params }) {
    return {
      status: 200,
      body: show(await getWorkflow(queries, { orgId, id: pathId('workflow', params.id) })),
    };
  },
});

export const change = operation({
  id: 'changeWorkflow',
  summary: 'Change a workflow',
  description: 'Pending tasks follow the new rules from their next action on; their times stay.',
  group,
  takes: { params: IdParams, body: Change },
  answers: { 200: { description: 'The workflow', schema: Workflow } },
  runs: 'write',
  async handle(context, { params, body }) {
    const changes = given({
      name: body.name,
      description: body.description,
      approvals: body.approvals,
      reviewers: body.reviewers === undefined ? undefined : readReviewers(body.reviewers),
      rejectionEnds: body.rejection_ends,
      expiry: body.expiry === undefined ? undefined : readExpiry(body.expiry),
    });
    const row = await changeWorkflow(
      context.queries,
      { orgId: context.orgId, id: pathId('workflow', params.id) },
      changes,
    );
    await context.audit({
      action: 'workflow.changed',
      target: params.id,
      details: { changed: Object.keys(body) },
    });
    return { status: 200, body: show(row) };
  },
});

export const remove = operation({
  id: 'deleteWorkflow',
  summary: 'Delete a workflow',
  description: 'Only while no task of it is pending and no gate uses it. Its ended tasks stay.',
  group,
  takes: { params: IdParams },
  answers: { 204: { description: 'Deleted' } },
  runs: 'write',
  async handle(context, { params }) {
    await deleteWorkflow(context.queries, { orgId: context.orgId, id: pathId('workflow', params.id) });
    await context.audit({ action: 'workflow.deleted', target: params.id });
    return { status: 204 };
  },
});

const Queue = Type.Object({
  id: IdOf('queue'),
  workflow_id: IdOf('workflow'),
  name: Type.String(),
  created_at: Timestamp,
});

function showQueue(row: QueueRow): Static<typeof Queue> {
  return {
    id: publicId('queue', row.id),
    workflow_id: publicId('workflow', row.workflow_id),
    name: row.name,
    created_at: row.created_at.toISOString(),
  };
}

export const queues = listOperation({
  id: 'listQueues',
  summary: 'List the queues of a workflow, oldest first',
  group,
  params: IdParams,
  item: Queue,
  async read({ queries, orgId }, { params }, page) {
    const { id } = await getWorkflow(queries, { orgId, id: pathId('workflow', params.id) });
    return listQueues(queries, { orgId, id }, page);
  },
  position: ({ id }) => id,
  show: showQueue,
});

export const addQueue = operation({
  id: 'createQueue',
  summary: 'Add a queue to a workflow',
  group,
  takes: {
    params: IdParams,
    body: Closed({ name: Text(200, { minLength: 1, examples: ['Second line'] }) }),
  },
  answers: { 201: { description: 'The queue', schema: Queue } },
  runs: 'write',
  async handle(context, { params, body }) {
    const { queries, orgId, clock, audit } = context;
    const workflow = await getWorkflow(queries, { orgId, id: pathId('workflow', params.id) });
    const row = await createQueue(queries, clock, { orgId, id: workflow.id }, body.name);
    const details = { workflow: params.id, name: row.name };
    await audit({ action: 'queue.created', target: publicId('queue', row.id), details });
    return { status: 201, body: showQueue(row) };
  },
});
