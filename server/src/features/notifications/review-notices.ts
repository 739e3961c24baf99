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

/** What happened to a review task: the latest entry of its history, or (`null`) that it was made. */
interface TaskNews {
  readonly task: Selectable<Tables['review_tasks']>;
  readonly entry: Pick<Selectable<Tables['review_history']>, 'action' | 'actor' | 'member_id'> | null;
}

/**
 * Tells members of review tasks: those whom a task waits for, that it does; its assignee and whoever asked for it, how
 * it ended. Nobody hears of what they did themselves. Only where the organization's catalogue has the type.
 */
export class ReviewNotices {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Writes into inboxes in the caller's transaction, and answers what is to be published. */
  async follow(tx: Queries, news: readonly TaskNews[]): Promise<Publication[]> {
    const heard = await withTheType(
      tx,
      news.filter(({ task, entry }) => stateOf(task, entry) !== null),
    );
    if (heard.length === 0) return [];
    const reviewers = await reviewersOf(tx, heard.map(({ task }) => task).filter(isPending));
    const publications: Publication[] = [];
    for (const orgId of new Set(heard.map(({ task }) => task.org_id))) {
      const own = heard.filter(({ task }) => task.org_id === orgId);
      const wanted = own.map((item) => ({ item, members: concerned(item, reviewers) }));
      // One that has left meanwhile hears nothing.
      const present = new Set(
        await lockAudience(tx, orgId, { members: wanted.flatMap(({ members }) => members) }),
      );
      const notices = wanted.flatMap(({ item, members }) =>
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

/** `waiting`: somebody has to decide; otherwise how it ended. `null`: nothing that anybody waits for. */
function stateOf(task: TaskNews['task'], entry: TaskNews['entry']) {
  if (task.status === 'rejected') return 'returned';
  if (task.status !== 'pending') return task.status;
  return entry === null || entry.action === 'revised' || entry.action === 'escalated' ? 'waiting' : null;
}

function isPending(task: TaskNews['task']): boolean {
  return task.status === 'pending';
}

async function withTheType(tx: Queries, news: readonly TaskNews[]): Promise<TaskNews[]> {
  if (news.length === 0) return [];
  const orgIds = [...new Set(news.map(({ task }) => task.org_id))];
  const { rows } = await sql<{ org_id: string }>`
    select org_id from event_types where org_id = any(${orgIds}::uuid[]) and name = ${reviewType}`.execute(
    tx,
  );
  const known = new Set(rows.map((row) => row.org_id));
  return news.filter(({ task }) => known.has(task.org_id));
}

/** Task → the members whom it waits for: its assignee, otherwise those whom its workflow names, by id or by role. */
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

function concerned({ task, entry }: TaskNews, reviewers: ReadonlyMap<string, readonly string[]>): string[] {
  const members = isPending(task)
    ? (reviewers.get(task.id) ?? [])
    : [task.assignee_id, memberIn(task.created_by)].filter((id) => id !== null);
  const actor = entry && (entry.member_id ?? memberIn(entry.actor));
  return [...new Set(members)].filter((id) => id !== actor);
}

/** The member of an actor's name, if it is one: `member:mbr_…`. */
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

/** Without what is under review: whoever reads notifications need not be who may read that. */
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
