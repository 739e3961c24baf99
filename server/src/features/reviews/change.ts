import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { publicId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import { cancelHeld, releaseHeld } from '../../deliveries/held.ts';
import type { Publisher } from '../../events/publisher.ts';
import { type Actor, recordAudits } from '../../tenants/audit.ts';
import { announcements, type TaskFollower } from './announce.ts';
import { appendEntries, type HistoryEntry, type NewEntry } from './history.ts';
import type { Tables } from './tables.ts';
import type { Task } from './tasks.ts';

export interface ReviewTools {
  readonly clock: Clock;
  readonly publisher: Pick<Publisher, 'publishAllWithin'>;
  readonly taskFollower: TaskFollower;
}

/** What becomes of a task that the transaction has locked. */
export interface Change {
  readonly task: Task;
  readonly actor: Actor;
  /** What differs from now on. */
  readonly next: Partial<
    Pick<Task, 'status' | 'round' | 'approvals' | 'rejections' | 'revision' | 'queue_id' | 'escalated'>
  > & {
    /** Seconds from now; left out: as it was. */
    readonly expiresIn?: number;
  };
  readonly entry: Omit<NewEntry, 'actor' | 'ip'>;
}

export interface Changed {
  readonly task: Task;
  readonly entry: HistoryEntry;
}

/**
 * Changes tasks, with everything that belongs to it: the history, the audit log, and, of those that end by it, the
 * event and what waits for them. All of it commits with the caller's transaction or not at all.
 */
export async function applyChanges(
  tx: Queries,
  tools: ReviewTools,
  changes: readonly Change[],
): Promise<Changed[]> {
  const tasks = await writeTasks(tx, changes);
  const withTasks = changes.map((change) => ({ ...change, after: present(tasks.get(change.task.id)) }));
  const entries = await appendEntries(
    tx,
    withTasks.map(({ after, actor, entry }) => ({
      task: after,
      entry: { ...entry, actor: actor.name, ip: actor.ip },
    })),
  );
  const entryOf = new Map(entries.map((entry) => [entry.task_id, entry]));
  const changed = withTasks.map(({ after }) => ({ task: after, entry: present(entryOf.get(after.id)) }));
  await recordAudits(
    tx,
    tools.clock,
    withTasks.map(({ after, actor, entry }) => ({
      orgId: after.org_id,
      actor,
      entry: {
        action: `review.${entry.action}`,
        target: publicId('review', after.id),
        details: {
          status: after.status,
          version: after.version,
          ...(entry.member_id ? { member: publicId('member', entry.member_id) } : {}),
        },
      },
    })),
  );
  await endHoldsOf(
    tx,
    changed.map(({ task }) => task).filter((task) => task.status !== 'pending'),
  );
  await tools.publisher.publishAllWithin(tx, await announcements(tx, tools.taskFollower, changed));
  return changed;
}

async function writeTasks(tx: Queries, changes: readonly Change[]): Promise<Map<string, Task>> {
  const rows = changes.map(({ task, next: { expiresIn, ...next } }) => ({
    ...task,
    ...next,
    expiresIn: expiresIn ?? null,
  }));
  const column = <T>(read: (row: (typeof rows)[number]) => T): T[] => rows.map(read);
  const { rows: written } = await sql<Task>`
    update review_tasks task set
      status = given.status, version = task.version + 1, round = given.round, approvals = given.approvals, rejections = given.rejections,
      revision = given.revision, queue_id = given.queue_id, escalated = given.escalated, updated_at = now(),
      expires_at = case when given.expires_in is null then task.expires_at else now() + make_interval(secs => given.expires_in) end
      from unnest(${column((r) => r.org_id)}::uuid[], ${column((r) => r.id)}::uuid[], ${column((r) => r.status)}::text[], ${column((r) => r.round)}::int[],
        ${column((r) => r.approvals)}::int[], ${column((r) => r.rejections)}::int[], ${column((r) => r.revision)}::text[], ${column((r) => r.queue_id)}::uuid[],
        ${column((r) => r.escalated)}::boolean[], ${column((r) => r.expiresIn)}::int[])
      as given (org_id, id, status, round, approvals, rejections, revision, queue_id, escalated, expires_in)
     where task.org_id = given.org_id and task.id = given.id
    returning task.*`.execute(tx);
  return new Map(written.map((task) => [task.id, task]));
}

/** Lets go or cancels what was held by tasks that have ended. */
async function endHoldsOf(tx: Queries, ended: readonly Task[]): Promise<void> {
  const gated = new Map(ended.flatMap((task) => (task.gate_id === null ? [] : [[task.id, task] as const])));
  if (gated.size === 0) return;
  const names = [...gated.values()];
  const { rows } = await sql<Selectable<Tables['review_holds']>>`
    select org_id, delivery_id, task_id from review_holds where (org_id, task_id) in (
      select * from unnest(${names.map((task) => task.org_id)}::uuid[], ${names.map((task) => task.id)}::uuid[]))`.execute(
    tx,
  );
  const holds = rows.map((row) => ({
    orgId: row.org_id,
    id: row.delivery_id,
    task: present(gated.get(row.task_id)),
  }));
  await releaseHeld(
    tx,
    holds
      .filter(({ task }) => task.status === 'approved' || task.status === 'revised')
      .map(({ orgId, id, task }) => ({ orgId, id, data: task.revision })),
  );
  await cancelHeld(
    tx,
    holds.filter(({ task }) => task.status === 'rejected' || task.status === 'expired'),
  );
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('A task that was locked is not there.');
  return value;
}
