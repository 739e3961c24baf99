import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { SluiceError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import { getMember } from '../../tenants/members.ts';
import { appendEntries, type NewEntry } from './history.ts';
import { getQueue } from './queues.ts';
import type { Tables } from './tables.ts';
import { lockWorkflow } from './workflows.ts';

export type Task = Selectable<Tables['review_tasks']>;
export const taskStatuses = ['pending', 'approved', 'rejected', 'revised', 'expired'] as const;
/** By the numbers that are stored. */
export const priorities = ['low', 'normal', 'high', 'urgent'] as const;
export type Priority = (typeof priorities)[number];

export interface NewTask {
  readonly workflowId: string;
  readonly queueId: string | null;
  readonly title: string;
  /** Any JSON, as text. */
  readonly content: string;
  readonly contentType: string | null;
  readonly priority: Priority;
  readonly assigneeId: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  /** `null`: never; `undefined`: as the workflow says. */
  readonly expiresAt: Date | null | undefined;
  /** What it holds, if a gate made it. */
  readonly source: { readonly gateId: string; readonly eventId: string; readonly eventType: string } | null;
}

/**
 * Makes a task in a workflow of the organization.
 * @throws {SluiceError} not_found (workflow, queue or assignee)
 */
export async function createTask(
  tx: Queries,
  clock: Clock,
  orgId: string,
  input: NewTask,
  entry: Omit<NewEntry, 'action'>,
): Promise<Task> {
  await lockWorkflow(tx, { orgId, id: input.workflowId }, 'use');
  if (input.queueId !== null) await getQueue(tx, { orgId, id: input.queueId, workflowId: input.workflowId });
  if (input.assigneeId !== null) await getMember(tx, orgId, input.assigneeId);
  const [task] = await insertTasks(tx, clock, [{ orgId, input, entry }]);
  if (!task) throw new Error('The task that was just made is not there.');
  return task;
}

/** Writes tasks with the first entries of their histories. */
export async function insertTasks(
  tx: Queries,
  clock: Clock,
  tasks: readonly {
    readonly orgId: string;
    readonly input: NewTask;
    readonly entry: Omit<NewEntry, 'action'>;
  }[],
): Promise<Task[]> {
  const rows = tasks.map((task) => ({ ...task, id: newId(clock) }));
  const column = <T>(read: (row: (typeof rows)[number]) => T): T[] => rows.map(read);
  const { rows: made } = await sql<Task>`
    insert into review_tasks (org_id, id, workflow_id, queue_id, title, content, content_type, priority, assignee_id, metadata, gate_id, event_id, event_type,
                              created_by, status, version, round, approvals, rejections, escalated, expires_at, created_at, updated_at)
    select given.org_id, given.id, given.workflow_id, given.queue_id, given.title, given.content, given.content_type, given.priority, given.assignee_id,
           given.metadata, given.gate_id, given.event_id, given.event_type, given.created_by, 'pending', 1, 1, 0, 0, false,
           case when given.by_workflow then now() + make_interval(secs => workflow.expiry_seconds) else given.expires_at end, now(), now()
      from unnest(${column((r) => r.orgId)}::uuid[], ${column((r) => r.id)}::uuid[], ${column((r) => r.input.workflowId)}::uuid[],
        ${column((r) => r.input.queueId)}::uuid[], ${column((r) => r.input.title)}::text[], ${column((r) => r.input.content)}::text[],
        ${column((r) => r.input.contentType)}::text[], ${column((r) => priorities.indexOf(r.input.priority))}::int[], ${column((r) => r.input.assigneeId)}::uuid[],
        ${column((r) => JSON.stringify(r.input.metadata))}::text[], ${column((r) => r.input.source?.gateId ?? null)}::uuid[],
        ${column((r) => r.input.source?.eventId ?? null)}::uuid[], ${column((r) => r.input.source?.eventType ?? null)}::text[],
        ${column((r) => r.entry.actor)}::text[], ${column((r) => r.input.expiresAt === undefined)}::boolean[],
        ${column((r) => r.input.expiresAt?.toISOString() ?? null)}::timestamptz[])
      as given (org_id, id, workflow_id, queue_id, title, content, content_type, priority, assignee_id, metadata, gate_id, event_id, event_type,
                created_by, by_workflow, expires_at)
      join workflows workflow on workflow.org_id = given.org_id and workflow.id = given.workflow_id
    returning *`.execute(tx);
  const byId = new Map(made.map((task) => [task.id, task]));
  const ordered = rows.flatMap(({ id, entry }) => {
    const task = byId.get(id);
    if (!task) throw new SluiceError('conflict', 'The workflow of this task was deleted at the same time.');
    return [{ task, entry: { ...entry, action: 'created' as const } }];
  });
  await appendEntries(tx, ordered);
  return ordered.map(({ task }) => task);
}

/** What a credential may see of an organization's tasks; `null`: everything. */
export interface TaskScope {
  readonly workflowId: string | null;
  readonly queueId: string | null;
}

export interface TaskFilter {
  readonly workflowId?: string;
  readonly queueId?: string;
  readonly status?: Task['status'];
  readonly assigneeId?: string;
}

/** Which come first: the newest, or the most urgent and among those the oldest. */
export type TaskOrder = 'newest' | 'urgency';

/** @param page with the `positionOf` the task before the page */
export function listTasks(
  queries: Queries,
  orgId: string,
  scope: TaskScope,
  filter: TaskFilter,
  page: { order: TaskOrder; after: string | null; limit: number },
): Promise<Task[]> {
  let query = queries.selectFrom('review_tasks').selectAll().where('org_id', '=', orgId);
  if (scope.workflowId !== null) query = query.where('workflow_id', '=', scope.workflowId);
  if (scope.queueId !== null) query = query.where('queue_id', '=', scope.queueId);
  if (filter.workflowId !== undefined) query = query.where('workflow_id', '=', filter.workflowId);
  if (filter.queueId !== undefined) query = query.where('queue_id', '=', filter.queueId);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  if (filter.assigneeId !== undefined) query = query.where('assignee_id', '=', filter.assigneeId);
  const [id, priority] = (page.after ?? '').split(' ');
  if (page.order === 'newest') {
    if (id) query = query.where('id', '<', id);
    return query.orderBy('id', 'desc').limit(page.limit).execute();
  }
  if (id && priority) {
    const level = Number(priority);
    query = query.where((where) =>
      where.or([
        where('priority', '<', level),
        where.and([where('priority', '=', level), where('id', '>', id)]),
      ]),
    );
  }
  return query.orderBy('priority', 'desc').orderBy('id').limit(page.limit).execute();
}

export function positionOf(task: Task): string {
  return `${task.id} ${task.priority}`;
}

export interface TaskName {
  readonly orgId: string;
  readonly id: string;
  readonly scope: TaskScope;
}

/** @throws {SluiceError} not_found, also for tasks outside the scope */
export async function getTask(queries: Queries, name: TaskName): Promise<Task> {
  const task = await queries
    .selectFrom('review_tasks')
    .selectAll()
    .where('org_id', '=', name.orgId)
    .where('id', '=', name.id)
    .executeTakeFirst();
  if (!task || !isWithin(name.scope, task)) throw new SluiceError('not_found', 'No such review.');
  return task;
}

/**
 * Locks a task for whoever wants to act on it. One that is over, or whose time is, is only read: those who come late
 * must not keep timed work from ending it.
 * @throws {SluiceError} not_found, also for tasks outside the scope
 */
export async function lockTask(tx: Queries, name: TaskName): Promise<Task & { readonly overdue: boolean }> {
  const read = (lock: ReturnType<typeof sql>) =>
    sql<Task & { overdue: boolean }>`
      select *, coalesce(expires_at <= now(), false) as overdue from review_tasks
       where org_id = ${name.orgId} and id = ${name.id} ${lock}`.execute(tx);
  const seen = (await read(sql``)).rows[0];
  if (!seen || !isWithin(name.scope, seen)) throw new SluiceError('not_found', 'No such review.');
  if (seen.status !== 'pending' || seen.overdue) return seen;
  const task = (await read(sql`for update`)).rows[0];
  if (!task || !isWithin(name.scope, task)) throw new SluiceError('not_found', 'No such review.');
  return task;
}

function isWithin(scope: TaskScope, task: Task): boolean {
  return (
    (scope.workflowId === null || scope.workflowId === task.workflow_id) &&
    (scope.queueId === null || scope.queueId === task.queue_id)
  );
}
