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

/** Everything that a change of tasks needs besides the transaction. */
export interface Announcing {
  readonly clock: Clock;
  readonly publisher: Pick<Publisher, 'publishAllWithin'>;
  readonly taskFollower: TaskFollower;
}

/** A change of a task that the transaction has locked. */
export interface Change {
  readonly task: Task;
  readonly actor: Actor;
  /** The columns that change. */
  readonly next: Partial<
    Pick<Task, 'status' | 'round' | 'approvals' | 'rejections' | 'revision' | 'queue_id' | 'escalated'>
  > & {
    /** Seconds from now; by default, the expiry does not change. */
    readonly expiresIn?: number;
  };
  readonly entry: Omit<NewEntry, 'actor' | 'ip'>;
}

export interface Changed {
  readonly task: Task;
  readonly entry: HistoryEntry;
}

/**
 * Changes tasks and writes their history and the audit log. For tasks that end, it also releases or cancels the
 * deliveries that they hold, and publishes the events.
 */
export async function applyChanges(
  tx: Queries,
  { clock, publisher, taskFollower }: Announcing,
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
  const audits = withTasks.map(({ after: { org_id: orgId, id, status, version }, actor, entry }) => {
    const details = {
      status,
      version,
      ...(entry.member_id && { member: publicId('member', entry.member_id) }),
    };
    const target = publicId('review', id);
    return { orgId, actor, entry: { action: `review.${entry.action}`, target, details } };
  });
  await recordAudits(tx, clock, audits);
  const ended = changed.map(({ task }) => task).filter(({ status }) => status !== 'pending');
  await endHoldsOf(tx, ended);
  await publisher.publishAllWithin(tx, await announcements(tx, taskFollower, changed));
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

/** Releases or cancels the deliveries that ended tasks hold. */
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
  if (value === undefined) throw new Error('A locked task is missing.');
  return value;
}
