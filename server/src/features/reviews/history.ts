import { type Selectable, sql } from 'kysely';
import type { Queries } from '../../db/connect.ts';
import type { Page } from '../../db/page.ts';
import type { Tables } from './tables.ts';

export type HistoryEntry = Selectable<Tables['review_history']>;
type Task = Selectable<Tables['review_tasks']>;

/** A new entry of a task's history, without the columns that are copied from the task. */
export interface NewEntry
  extends Pick<HistoryEntry, 'action' | 'actor' | 'actor_name' | 'ip'>,
    Partial<
      Pick<
        HistoryEntry,
        'voter' | 'member_id' | 'member_name' | 'comment' | 'reason' | 'content' | 'queue_id'
      >
    > {}

/** Appends an entry for each task, with the present version of the task. */
export function appendEntries(
  tx: Queries,
  entries: readonly { readonly task: Task; readonly entry: NewEntry }[],
): Promise<HistoryEntry[]> {
  return tx
    .insertInto('review_history')
    .values(
      entries.map(({ task, entry }) => ({
        org_id: task.org_id,
        task_id: task.id,
        version: task.version,
        status: task.status,
        round: task.round,
        voter: null,
        member_id: null,
        member_name: null,
        comment: null,
        reason: null,
        content: null,
        queue_id: null,
        ...entry,
        at: sql<Date>`now()`,
      })),
    )
    .returningAll()
    .execute();
}

/** A page of a task's history, oldest first. */
export function listHistory(queries: Queries, task: Task, { after, limit }: Page): Promise<HistoryEntry[]> {
  return queries
    .selectFrom('review_history')
    .selectAll()
    .where('org_id', '=', task.org_id)
    .where('task_id', '=', task.id)
    .where('version', '>', Number(after ?? 0))
    .orderBy('version')
    .limit(limit)
    .execute();
}

/** Task id → its decision, for tasks that have ended: the entry of its present version. */
export async function decisionsOf(
  queries: Queries,
  tasks: readonly Task[],
): Promise<Map<string, HistoryEntry>> {
  const decided = tasks.filter((task) => task.status !== 'pending');
  if (decided.length === 0) return new Map();
  const { rows } = await sql<HistoryEntry>`
    select * from review_history where (org_id, task_id, version) in (
      select * from unnest(${decided.map((task) => task.org_id)}::uuid[], ${decided.map((task) => task.id)}::uuid[], ${decided.map((task) => task.version)}::int[]))`.execute(
    queries,
  );
  return new Map(rows.map((row) => [row.task_id, row]));
}

/** Whether a voter has voted on a task in a round. */
export async function hasVoted(tx: Queries, task: Task, round: number, voter: string): Promise<boolean> {
  const vote = await tx
    .selectFrom('review_history')
    .select('version')
    .where('org_id', '=', task.org_id)
    .where('task_id', '=', task.id)
    .where('round', '=', round)
    .where('voter', '=', voter)
    .executeTakeFirst();
  return vote !== undefined;
}
