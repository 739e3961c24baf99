import { sql } from 'kysely';
import type { Logger } from '../../base/log.ts';
import type { Database, Queries } from '../../db/connect.ts';
import { isUnavailable } from '../../db/failures.ts';
import { transact } from '../../db/transaction.ts';
import { systemActor } from '../../tenants/audit.ts';
import { applyChanges, type Change, type ReviewTools } from './change.ts';
import type { Task } from './tasks.ts';
import { type Workflow, workflowsOf } from './workflows.ts';

export interface ExpiryTools extends ReviewTools {
  readonly database: Database;
  readonly log: Logger;
}

/** What the end of its time means for a task: how it ends, or (`null`) the queue that it moves to. */
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
      // As it stands: with the revision that some reviewers have made.
      return { status: task.revision === null ? 'approved' : 'revised' };
    case 'reject':
      return { status: 'rejected' };
    default:
      return { status: 'expired' };
  }
}

const batchSize = 100;

/**
 * Does what is to be done about tasks whose time has run out, and answers how many. Safe to run anywhere at any time:
 * each task is locked, changed and committed by one, and skipped by the others.
 */
export async function expireTasks(tools: ExpiryTools): Promise<number> {
  for (let total = 0; ; ) {
    const count = await expireBatch(tools);
    total += count;
    if (count < batchSize) {
      if (total > 0) tools.database.wakeUps.signal();
      return total;
    }
  }
}

async function expireBatch(tools: ExpiryTools): Promise<number> {
  const { queries } = tools.database;
  try {
    return await transact(queries, (tx) => expireLocked(tx, tools, null));
  } catch (error) {
    if (isUnavailable(error)) throw error;
    return expireOneByOne(tools);
  }
}

/** One task that can't be ended must not keep the others waiting. */
async function expireOneByOne(tools: ExpiryTools): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    select id from review_tasks where status = 'pending' and expires_at <= now() order by expires_at limit 1000`.execute(
    tools.database.queries,
  );
  let count = 0;
  for (const { id } of rows) {
    try {
      count += await transact(tools.database.queries, (tx) => expireLocked(tx, tools, id));
    } catch (error) {
      if (isUnavailable(error)) throw error;
      tools.log.error(
        { review_id: id, error: error instanceof Error ? error.message : String(error) },
        'a review cannot be ended',
      );
    }
  }
  return Math.min(count, batchSize - 1);
}

async function expireLocked(tx: Queries, tools: ReviewTools, only: string | null): Promise<number> {
  const { rows: tasks } = await sql<Task>`
    select * from review_tasks
     where status = 'pending' and expires_at <= now() and (${only}::uuid is null or id = ${only}::uuid)
     order by expires_at limit ${batchSize}
       for update skip locked`.execute(tx);
  if (tasks.length === 0) return 0;
  const workflows = await workflowsOf(
    tx,
    tasks.map((task) => ({ orgId: task.org_id, id: task.workflow_id })),
  );
  const changes = tasks.map((task): Change => {
    const workflow = workflows.get(task.workflow_id);
    if (!workflow) throw new Error('The workflow of a task is not there.');
    const expiry = expiryOf(task, workflow);
    return expiry.status === null
      ? {
          task,
          actor: systemActor,
          next: { queue_id: expiry.queueId, escalated: true, expiresIn: expiry.seconds },
          entry: { action: 'escalated', actor_name: null, queue_id: expiry.queueId },
        }
      : {
          task,
          actor: systemActor,
          next: { status: expiry.status },
          entry: { action: 'expired', actor_name: null },
        };
  });
  await applyChanges(tx, tools, changes);
  return changes.length;
}

/**
 * Forgets tasks that gates made, with the event data that they hold copies of; some at a time. Answers how many. What
 * is still to be sent needs its task, and so does what has failed and can be retried by hand: it goes out as it was
 * revised.
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
