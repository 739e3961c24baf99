import { type Selectable, sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { parseId, publicId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import type { Publication } from '../../events/new-event.ts';
import { lockAudience } from '../../tenants/members.ts';
import type { NotificationType } from './message.ts';
import { type Notice, writeNotices } from './send.ts';
import type { Tables } from './tables.ts';

const reviewType: NotificationType = 'review';

/** A change of a review task: the entry of its history; `null`: it was created. */
interface TaskNews {
  readonly task: Selectable<Tables['review_tasks']>;
  readonly entry: Pick<Selectable<Tables['review_history']>, 'action' | 'actor' | 'member_id'> | null;
}

/**
 * Notifies members of review tasks: reviewers of tasks that wait for them; assignee and author of a task of its end.
 * Members are not notified of their own acts. Only in organizations whose catalogue has the type.
 */
export class ReviewNotices {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Writes inbox entries, and answers the events to publish. */
  async follow(tx: Queries, news: readonly TaskNews[]): Promise<Publication[]> {
    const relevant = news.filter(({ task, entry }) => stateOf(task, entry) !== null);
    const wanted = await withCatalogue(tx, relevant);
    if (wanted.length === 0) return [];
    const reviewers = await reviewersOf(tx, wanted.map(({ task }) => task).filter(isPending));
    const publications: Publication[] = [];
    for (const [orgId, items] of Map.groupBy(wanted, ({ task }) => task.org_id)) {
      const addressed = items.map((item) => ({ item, members: membersFor(item, reviewers) }));
      // Locked, and without those who have left meanwhile.
      const members = addressed.flatMap((one) => one.members);
      const present = new Set(await lockAudience(tx, orgId, { members }));
      const notices = addressed.flatMap(({ item, members }) =>
        noticeOf(
          item,
          members.filter((id) => present.has(id)),
        ),
      );
      const events = await writeNotices(tx, this.#clock, orgId, notices);
      if (events.length > 0) publications.push({ orgId, events });
    }
    return publications;
  }
}

/** `waiting`: the task needs a decision; otherwise, how it has ended; `null`: there is nothing to notify of. */
function stateOf(task: TaskNews['task'], entry: TaskNews['entry']) {
  if (task.status === 'rejected') return 'returned';
  if (task.status !== 'pending') return task.status;
  return entry === null || entry.action === 'revised' || entry.action === 'escalated' ? 'waiting' : null;
}

function isPending(task: TaskNews['task']): boolean {
  return task.status === 'pending';
}

/** Only the news in organizations whose catalogue has the type. */
async function withCatalogue(tx: Queries, news: readonly TaskNews[]): Promise<TaskNews[]> {
  if (news.length === 0) return [];
  const orgIds = [...new Set(news.map(({ task }) => task.org_id))];
  const { rows } = await sql<{ org_id: string }>`
    select org_id from event_types where org_id = any(${orgIds}::uuid[]) and name = ${reviewType}`.execute(
    tx,
  );
  const known = new Set(rows.map((row) => row.org_id));
  return news.filter(({ task }) => known.has(task.org_id));
}

/** Task → its reviewers: the assignee; without one, the members that its workflow names, by id or by role. */
async function reviewersOf(
  tx: Queries,
  tasks: readonly TaskNews['task'][],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (tasks.length === 0) return new Map();
  const { rows } = await sql<{ task_id: string; member_ids: string[] }>`
    select task.id as task_id, array_agg(member.id::text order by member.id) as member_ids
      from unnest(${tasks.map((task) => task.org_id)}::uuid[], ${tasks.map((task) => task.id)}::uuid[],
                  ${tasks.map((task) => task.workflow_id)}::uuid[], ${tasks.map((task) => task.assignee_id)}::uuid[])
        as task (org_id, id, workflow_id, assignee_id)
      join workflows workflow on workflow.org_id = task.org_id and workflow.id = task.workflow_id
      join members member on member.org_id = task.org_id
       and case when task.assignee_id is not null then member.id = task.assignee_id
                else member.id = any(workflow.reviewer_ids) or member.role = workflow.reviewer_role end
     group by task.id`.execute(tx);
  return new Map(rows.map((row) => [row.task_id, row.member_ids]));
}

function membersFor({ task, entry }: TaskNews, reviewers: ReadonlyMap<string, readonly string[]>): string[] {
  const members = isPending(task)
    ? (reviewers.get(task.id) ?? [])
    : [task.assignee_id, memberIn(task.created_by)].filter((id) => id !== null);
  const actor = entry && (entry.member_id ?? memberIn(entry.actor));
  return [...new Set(members)].filter((id) => id !== actor);
}

/** The inner id of a member in an actor's name, `member:mbr_…`; `null` for other actors. */
function memberIn(actor: string): string | null {
  const [kind, id = ''] = actor.split(':');
  return kind === 'member' ? parseId('member', id) : null;
}

const titles = {
  waiting: 'is waiting for review',
  returned: 'was returned',
  approved: 'was approved',
  revised: 'was approved with changes',
  expired: 'was not reviewed in time',
} as const;

/** Without the content of the task: not every reader of notifications may read it. */
function noticeOf({ task, entry }: TaskNews, members: readonly string[]): Notice[] {
  const state = stateOf(task, entry);
  if (state === null) return [];
  return [
    {
      members,
      type: reviewType,
      title: `"${task.title}" ${titles[state]}`,
      data: JSON.stringify({
        review_id: publicId('review', task.id),
        state,
        workflow_id: publicId('workflow', task.workflow_id),
        queue_id: task.queue_id === null ? null : publicId('queue', task.queue_id),
        assignee: task.assignee_id === null ? null : publicId('member', task.assignee_id),
        round: task.round,
        escalated: task.escalated,
        version: task.version,
      }),
    },
  ];
}
