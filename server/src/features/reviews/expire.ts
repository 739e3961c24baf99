import { sql } from 'kysely';
import type { Logger } from '../../base/log.ts';
import type { Database, Queries } from '../../db/connect.ts';
import { isUnavailable } from '../../db/failures.ts';
import { transact } from '../../db/transaction.ts';
import { systemActor } from '../../tenants/audit.ts';
import { type Announcing, applyChanges, type Change } from './change.ts';
import type { Task } from './tasks.ts';
import { type Workflow, workflowsOf } from './workflows.ts';

/** Everything that ending expired tasks needs. */
export interface Expiring extends Announcing {
  readonly database: Database;
  readonly log: Logger;
}

/** What happens to a task that expires: the status with which it ends, or (`null`) the queue to which it moves. */
export function expiryOf(
  task: Task,
  workflow: Workflow,
):
  | { readonly status: Exclude<Task['status'], 'pending'> }
  | { readonly status: null; readonly queueId: string; readonly seconds: number } {
  const {
    expiry_action: first,
    escalation_queue_id: queueId,
    escalation_seconds: seconds,
    escalation_action: second,
  } = workflow;
  const escalates = first === 'escalate' && !task.escalated && task.queue_id !== queueId;
  if (escalates && queueId !== null && seconds !== null) return { status: null, queueId, seconds };
  switch (first === 'escalate' ? second : first) {
    case 'approve':
      // With the last revision, where there is one.
      return { status: task.revision === null ? 'approved' : 'revised' };
    case 'reject':
      return { status: 'rejected' };
    default:
      return { status: 'expired' };
  }
}

const batchSize = 100;

/**
 * Ends or moves all tasks that have expired, and answers how many. May run on several nodes at once: each locks the
 * tasks that it changes, and skips those that another one has locked.
 */
export async function expireTasks(parts: Expiring): Promise<number> {
  for (let total = 0; ; ) {
    const count = await expireBatch(parts);
    total += count;
    if (count < batchSize) {
      if (total > 0) parts.database.wakeUps.signal();
      return total;
    }
  }
}

async function expireBatch(parts: Expiring): Promise<number> {
  try {
    return await transact(parts.database.queries, (tx) => expireLocked(tx, parts, null));
  } catch (error) {
    if (isUnavailable(error)) throw error;
    return expireOneByOne(parts);
  }
}

/** In a transaction for each task, so that a task that cannot be ended does not keep the others pending. */
async function expireOneByOne(parts: Expiring): Promise<number> {
  const { queries } = parts.database;
  const { rows } = await sql<{ id: string }>`
    select id from review_tasks where status = 'pending' and expires_at <= now() order by expires_at limit 1000`.execute(
    queries,
  );
  let count = 0;
  for (const { id } of rows) {
    try {
      count += await transact(queries, (tx) => expireLocked(tx, parts, id));
    } catch (error) {
      if (isUnavailable(error)) throw error;
      const message = error instanceof Error ? error.message : String(error);
      parts.log.error({ review_id: id, error: message }, 'a review cannot be ended');
    }
  }
  return Math.min(count, batchSize - 1);
}

async function expireLocked(tx: Queries, parts: Announcing, only: string | null): Promise<number> {
  const { rows: tasks } = await sql<Task>`
    select * from review_tasks
     where status = 'pending' and expires_at <= now() and (${only}::uuid is null or id = ${only}::uuid)
     order by expires_at limit ${batchSize}
       for update skip locked`.execute(tx);
  if (tasks.length === 0) return 0;
  const workflows = await workflowsOf(tx, tasks);
  const changes = tasks.map((task) => {
    const workflow = workflows.get(task.workflow_id);
    if (!workflow) throw new Error('A task has no workflow.');
    return changeOf(task, workflow);
  });
  await applyChanges(tx, parts, changes);
  return changes.length;
}

function changeOf(task: Task, workflow: Workflow): Change {
  const expiry = expiryOf(task, workflow);
  const actor = systemActor;
  if (expiry.status !== null)
    return { task, actor, next: { status: expiry.status }, entry: { action: 'expired', actor_name: null } };
  const { queueId, seconds } = expiry;
  return {
    task,
    actor,
    next: { queue_id: queueId, escalated: true, expiresIn: seconds },
    entry: { action: 'escalated', actor_name: null, queue_id: queueId },
  };
}

/**
 * Deletes up to 1,000 ended tasks of gates, with their copies of event data; answers how many. A task stays while one of
 * its deliveries is open or has failed, because the delivery sends the revision also when it is retried by hand.
 */
export function forgetGateReviews(queries: Queries, retentionDays: number): Promise<number> {
  return transact(queries, async (tx) => {
    await sql`set local sluice.retention = 'on'`.execute(tx);
    const { rows } = await sql`
      with forgotten as (
        delete from review_tasks where (org_id, id) in (
          select org_id, id from review_tasks
           where gate_id is not null and status <> 'pending' and updated_at < now() - make_interval(days => ${retentionDays})
             and not exists (
               select 1 from review_holds hold
                 join open_deliveries delivery on delivery.org_id = hold.org_id and delivery.id = hold.delivery_id
                where hold.org_id = review_tasks.org_id and hold.task_id = review_tasks.id)
             and not exists (
               select 1 from review_holds hold
                 join closed_deliveries delivery on delivery.org_id = hold.org_id and delivery.id = hold.delivery_id
                where hold.org_id = review_tasks.org_id and hold.task_id = review_tasks.id and delivery.state = 'failed')
           order by updated_at limit 1000 for update skip locked)
        returning org_id, id
      ), without_history as (
        delete from review_history entry using forgotten where entry.org_id = forgotten.org_id and entry.task_id = forgotten.id
      ), without_holds as (
        delete from review_holds hold using forgotten where hold.org_id = forgotten.org_id and hold.task_id = forgotten.id
      )
      select id from forgotten`.execute(tx);
    return rows.length;
  });
}
