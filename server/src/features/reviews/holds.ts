import type { Queries } from '../../db/connect.ts';
import type { Task } from './tasks.ts';

/** The deliveries that a task holds or has held: the first 1,000. */
export async function heldFor(queries: Queries, task: Task): Promise<string[]> {
  const rows = await queries
    .selectFrom('review_holds')
    .select('delivery_id')
    .where('org_id', '=', task.org_id)
    .where('task_id', '=', task.id)
    .orderBy('delivery_id')
    .limit(1_000)
    .execute();
  return rows.map((row) => row.delivery_id);
}

/** The task that holds a delivery or has held it. */
export async function taskHolding(queries: Queries, orgId: string, deliveryId: string): Promise<Task | null> {
  const task = await queries
    .selectFrom('review_holds as hold')
    .innerJoin('review_tasks as task', (join) =>
      join.onRef('task.org_id', '=', 'hold.org_id').onRef('task.id', '=', 'hold.task_id'),
    )
    .selectAll('task')
    .where('hold.org_id', '=', orgId)
    .where('hold.delivery_id', '=', deliveryId)
    .executeTakeFirst();
  return task ?? null;
}
