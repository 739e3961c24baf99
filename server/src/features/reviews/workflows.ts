import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { invalidInput, SluiceError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import { newestFirst, type Page } from '../../db/page.ts';
import { type MemberRole, resolveAudience, roles } from '../../tenants/members.ts';
import { getQueue } from './queues.ts';
import type { Tables } from './tables.ts';

export type Workflow = Selectable<Tables['workflows']>;

/** The reviewers: these members, the members with this role, or (`null`) every credential with the scope. */
export type Reviewers = { readonly memberIds: readonly string[] } | { readonly role: MemberRole } | null;

export const finalExpiryActions = ['expire', 'approve', 'reject'] as const;
export const expiryActions = [...finalExpiryActions, 'escalate'] as const;

/** What happens to tasks that expire. */
export interface ExpiryPolicy {
  /** For tasks without a time of their own; `null`: they never expire. */
  readonly afterSeconds: number | null;
  readonly action: (typeof expiryActions)[number];
  /** Exactly with `escalate`: the queue, the time there, and the action after it. */
  readonly escalation: {
    readonly queueId: string;
    readonly afterSeconds: number;
    readonly action: (typeof finalExpiryActions)[number];
  } | null;
}

export interface WorkflowInput {
  readonly name: string;
  readonly description: string | null;
  /** Number of approvals that approve a task. */
  readonly approvals: number;
  readonly reviewers: Reviewers;
  /** Whether one rejection rejects a task. */
  readonly rejectionEnds: boolean;
  readonly expiry: ExpiryPolicy;
}

/** @throws {SluiceError} invalid_input, not_found (a reviewer or queue) */
export async function createWorkflow(
  tx: Queries,
  clock: Clock,
  { orgId, createdBy }: { readonly orgId: string; readonly createdBy: string },
  input: WorkflowInput,
): Promise<Workflow> {
  const id = newId(clock);
  await checkInput(tx, { orgId, id }, input);
  return tx
    .insertInto('workflows')
    .values({
      org_id: orgId,
      id,
      ...columnsOf(input),
      created_by: createdBy,
      created_at: sql<Date>`now()`,
      updated_at: sql<Date>`now()`,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/**
 * Changes the given settings, also for pending tasks.
 * @throws {SluiceError} invalid_input, not_found (the workflow, a reviewer or queue)
 */
export async function changeWorkflow(
  tx: Queries,
  name: WorkflowName,
  change: Partial<WorkflowInput>,
): Promise<Workflow> {
  const before = await lockWorkflow(tx, name, 'change');
  const input = { ...inputOf(before), ...change };
  await checkInput(tx, name, input);
  return tx
    .updateTable('workflows')
    .set({ ...columnsOf(input), updated_at: sql<Date>`now()` })
    .where('org_id', '=', name.orgId)
    .where('id', '=', name.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** @throws {SluiceError} not_found; conflict, while tasks are pending or gates use the workflow */
export async function deleteWorkflow(tx: Queries, name: WorkflowName): Promise<void> {
  await lockWorkflow(tx, name, 'change');
  const { rows } = await sql<{ pending: boolean; gated: boolean }>`
    select exists (select 1 from review_tasks where org_id = ${name.orgId} and workflow_id = ${name.id} and status = 'pending') as pending,
           exists (select 1 from review_gates where org_id = ${name.orgId} and workflow_id = ${name.id}) as gated`.execute(
    tx,
  );
  if (rows[0]?.pending)
    throw new SluiceError('conflict', 'Tasks of this workflow are pending; decide them first.');
  if (rows[0]?.gated)
    throw new SluiceError('conflict', 'A review gate leads to this workflow; delete the gate first.');
  await tx
    .updateTable('workflows')
    .set({ deleted_at: sql<Date>`now()` })
    .where('org_id', '=', name.orgId)
    .where('id', '=', name.id)
    .execute();
}

/** @throws {SluiceError} not_found */
export async function getWorkflow(queries: Queries, { orgId, id }: WorkflowName): Promise<Workflow> {
  const found = await queries
    .selectFrom('workflows')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return found ?? missing();
}

/** Id → workflow, for the workflows of tasks, deleted workflows included. */
export async function workflowsOf(
  queries: Queries,
  tasks: readonly { readonly org_id: string; readonly workflow_id: string }[],
): Promise<Map<string, Workflow>> {
  const { rows } = await sql<Workflow>`
    select * from workflows where (org_id, id) in (
      select * from unnest(${tasks.map((task) => task.org_id)}::uuid[], ${tasks.map((task) => task.workflow_id)}::uuid[]))`.execute(
    queries,
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** A page of the organization's workflows, newest first. */
export function listWorkflows(queries: Queries, orgId: string, page: Page): Promise<Workflow[]> {
  const query = queries
    .selectFrom('workflows')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('deleted_at', 'is', null);
  return newestFirst(query, page);
}

export interface WorkflowName {
  readonly orgId: string;
  readonly id: string;
}

/**
 * Locks a workflow until the transaction ends: `change` exclusively, `use` against changes only.
 * @throws {SluiceError} not_found
 */
export async function lockWorkflow(
  tx: Queries,
  { orgId, id }: WorkflowName,
  purpose: 'use' | 'change',
): Promise<Workflow> {
  const query = tx
    .selectFrom('workflows')
    .selectAll()
    .where('org_id', '=', orgId)
    .where('id', '=', id)
    .where('deleted_at', 'is', null);
  const found = await (purpose === 'use' ? query.forShare() : query.forUpdate()).executeTakeFirst();
  return found ?? missing();
}

async function checkInput(tx: Queries, { orgId, id }: WorkflowName, input: WorkflowInput): Promise<void> {
  const { reviewers, expiry, approvals } = input;
  if (reviewers !== null && 'memberIds' in reviewers) {
    const wanted = [...new Set(reviewers.memberIds)];
    const present = await resolveAudience(tx, orgId, { members: wanted });
    if (present.size < wanted.length)
      throw new SluiceError('not_found', 'One of the reviewers is not a member of this organization.');
    if (wanted.length < approvals)
      throw invalidInput('/approvals', `${wanted.length} reviewers cannot give ${approvals} approvals.`);
  }
  if ((expiry.action === 'escalate') !== (expiry.escalation !== null)) {
    throw invalidInput('/expiry/escalation', 'Give it with the action "escalate", and only then.');
  }
  if (expiry.escalation !== null)
    await getQueue(tx, { orgId, id: expiry.escalation.queueId, workflowId: id });
}

function columnsOf({ name, description, approvals, reviewers, rejectionEnds, expiry }: WorkflowInput) {
  return {
    name,
    description,
    approvals,
    reviewer_ids: reviewers !== null && 'memberIds' in reviewers ? [...new Set(reviewers.memberIds)] : null,
    reviewer_role: reviewers !== null && 'role' in reviewers ? reviewers.role : null,
    rejection_ends: rejectionEnds,
    expiry_seconds: expiry.afterSeconds,
    expiry_action: expiry.action,
    escalation_queue_id: expiry.escalation?.queueId ?? null,
    escalation_seconds: expiry.escalation?.afterSeconds ?? null,
    escalation_action: expiry.escalation?.action ?? null,
  };
}

/** The settings of a workflow, in the form of its input. */
export function inputOf(row: Workflow): WorkflowInput {
  const { escalation_queue_id: queueId, escalation_seconds: afterSeconds, escalation_action: action } = row;
  const role = roles.find((candidate) => candidate === row.reviewer_role);
  return {
    name: row.name,
    description: row.description,
    approvals: row.approvals,
    reviewers:
      row.reviewer_ids !== null ? { memberIds: row.reviewer_ids } : role !== undefined ? { role } : null,
    rejectionEnds: row.rejection_ends,
    expiry: {
      afterSeconds: row.expiry_seconds,
      action: row.expiry_action,
      escalation:
        queueId !== null && afterSeconds !== null && action !== null
          ? { queueId, afterSeconds, action }
          : null,
    },
  };
}

function missing(): never {
  throw new SluiceError('not_found', 'No such workflow.');
}
