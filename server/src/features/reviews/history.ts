import { type Selectable, sql } from 'kysely';
import type { Queries } from '../../db/connect.ts';
import type { Tables } from './tables.ts';

export type HistoryEntry = Selectable<Tables['review_history']>;
type Task = Selectable<Tables['review_tasks']>;

/** What is written down about one change; the rest is the task's. */
export interface NewEntry
  extends Pick<HistoryEntry, 'action' | 'actor' | 'actor_name' | 'ip'>,
    Partial<
      Pick<
        HistoryEntry,
        'voter' | 'member_id' | 'member_name' | 'comment' | 'reason' | 'content' | 'queue_id'
      >
    > {}

/** Appends one entry for each task, under the version that the task has now. */
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

/** Oldest first. */
export function listHistory(
  queries: Queries,
  task: Task,
  page: { after: number; limit: number },
): Promise<HistoryEntry[]> {
  return queries
    .selectFrom('review_history')
    .selectAll()
    .where('org_id', '=', task.org_id)
    .where('task_id', '=', task.id)
    .where('version', '>', page.after)
    .orderBy('version')
    .limit(page.limit)
    .execute();
}

/** The decisions of those tasks that have one, by task: the entry with which a task ended is its latest. */
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

/** Whether somebody has voted in the task's present round. */
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
