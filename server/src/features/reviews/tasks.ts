import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { SluiceError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import type { Page } from '../../db/page.ts';
import { getRow } from '../../db/rows.ts';
import { getMember } from '../../tenants/members.ts';
import { appendEntries, type NewEntry } from './history.ts';
import { getQueue } from './queues.ts';
import type { Tables } from './tables.ts';
import { lockWorkflow } from './workflows.ts';

export type Task = Selectable<Tables['review_tasks']>;
export const taskStatuses = ['pending', 'approved', 'rejected', 'revised', 'expired'] as const;
/** The index of a priority is the number that is stored. */
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
  /** `null`: never; `undefined`: by the workflow. */
  readonly expiresAt: Date | null | undefined;
  /** The gate and the event whose deliveries it holds; `null`: it holds none. */
  readonly source: { readonly gateId: string; readonly eventId: string; readonly eventType: string } | null;
}

/** A task to create, and the first entry of its history. */
export interface TaskDraft {
  readonly orgId: string;
  readonly input: NewTask;
  readonly entry: Omit<NewEntry, 'action'>;
}

/**
 * Creates a task.
 * @throws {SluiceError} not_found (workflow, queue or assignee)
 */
export async function createTask(tx: Queries, clock: Clock, draft: TaskDraft): Promise<Task> {
  const { orgId, input } = draft;
  await lockWorkflow(tx, { orgId, id: input.workflowId }, 'use');
  if (input.queueId !== null) await getQueue(tx, { orgId, id: input.queueId, workflowId: input.workflowId });
  if (input.assigneeId !== null) await getMember(tx, orgId, input.assigneeId);
  const [task] = await insertTasks(tx, clock, [draft]);
  if (!task) throw new Error('The new task is missing.');
  return task;
}

/**
 * Creates tasks, each with the first entry of its history; in the order of the drafts.
 * @throws {SluiceError} conflict, where a workflow was deleted meanwhile
 */
export async function insertTasks(tx: Queries, clock: Clock, drafts: readonly TaskDraft[]): Promise<Task[]> {
  const rows = drafts.map((draft) => ({ ...draft, id: newId(clock) }));
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

/** The tasks that a credential may see; both `null`: all tasks of the organization. */
export interface TaskScope {
  readonly workflowId: string | null;
  readonly queueId: string | null;
}

export interface TaskFilter {
  readonly scope: TaskScope;
  readonly workflowId?: string;
  readonly queueId?: string;
  readonly status?: Task['status'];
  readonly assigneeId?: string;
  /** `urgency`: the most urgent first, and the oldest among those. */
  readonly order: 'newest' | 'urgency';
}

/**
 * A page of an organization's tasks.
 * @param page `after`: the `positionOf` a task
 */
export function listTasks(
  queries: Queries,
  orgId: string,
  { scope, order, ...filter }: TaskFilter,
  page: Page,
): Promise<Task[]> {
  let query = queries.selectFrom('review_tasks').selectAll().where('org_id', '=', orgId);
  if (scope.workflowId !== null) query = query.where('workflow_id', '=', scope.workflowId);
  if (scope.queueId !== null) query = query.where('queue_id', '=', scope.queueId);
  if (filter.workflowId !== undefined) query = query.where('workflow_id', '=', filter.workflowId);
  if (filter.queueId !== undefined) query = query.where('queue_id', '=', filter.queueId);
  if (filter.status !== undefined) query = query.where('status', '=', filter.status);
  if (filter.assigneeId !== undefined) query = query.where('assignee_id', '=', filter.assigneeId);
  const [id, priority] = (page.after ?? '').split(' ');
  if (order === 'newest') {
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

/** The position of a task in a list, in either order. */
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
  return within(name.scope, await getRow(queries, 'review_tasks', name, 'review'));
}

/**
 * Locks a pending task until the transaction ends. A task that has ended or expired is read without a lock, so that late
 * acts do not keep the duty from ending it.
 * @throws {SluiceError} not_found, also for tasks outside the scope
 */
export async function lockTask(tx: Queries, name: TaskName): Promise<Task & { readonly overdue: boolean }> {
  const read = (lock: ReturnType<typeof sql>) =>
    sql<Task & { overdue: boolean }>`
      select *, coalesce(expires_at <= now(), false) as overdue from review_tasks
       where org_id = ${name.orgId} and id = ${name.id} ${lock}`.execute(tx);
  const seen = within(name.scope, (await read(sql``)).rows[0]);
  if (seen.status !== 'pending' || seen.overdue) return seen;
  return within(name.scope, (await read(sql`for update`)).rows[0]);
}

function within<Found extends Task>({ workflowId, queueId }: TaskScope, task: Found | undefined): Found {
  const isVisible =
    task !== undefined &&
    (workflowId === null || workflowId === task.workflow_id) &&
    (queueId === null || queueId === task.queue_id);
  if (!isVisible) throw new SluiceError('not_found', 'No such review.');
  return task;
}
