import type { Queries } from '../../db/connect.ts';
import { eventNames } from '../../events/events.ts';
import type { NewEvent, Publication } from '../../events/new-event.ts';
import type { HistoryEntry } from './history.ts';
import { publicTask } from './public-form.ts';
import type { Task } from './tasks.ts';

/** A task and what just happened to it: an entry of its history, or (`null`) that it was made. */
export interface News {
  readonly task: Task;
  readonly entry: HistoryEntry | null;
}

/** Hears what happens to tasks. Reviews know only this much of notifications. */
export interface TaskFollower {
  /** Does its part in the same transaction, and answers what is to be published besides. */
  follow(tx: Queries, news: readonly News[]): Promise<Publication[]>;
}

/** What is to be published about tasks, by reviews and by their follower. */
export async function announcements(
  tx: Queries,
  follower: TaskFollower,
  news: readonly News[],
): Promise<Publication[]> {
  if (news.length === 0) return [];
  return [...(await reviewEvents(tx, news.filter(beginsOrEnds))), ...(await follower.follow(tx, news))];
}

function beginsOrEnds({ task, entry }: News): boolean {
  return entry === null || task.status !== 'pending';
}

/**
 * One publication for each organization. The content stays out of it: subscribers of events need not be allowed to read
 * what is under review.
 */
async function reviewEvents(tx: Queries, news: readonly News[]): Promise<Publication[]> {
  const byOrganization = new Map<string, News[]>();
  for (const item of news)
    byOrganization.set(item.task.org_id, [...(byOrganization.get(item.task.org_id) ?? []), item]);
  const publications: Publication[] = [];
  for (const [orgId, items] of byOrganization) {
    const names = await eventNames(
      tx,
      orgId,
      items.flatMap(({ task }) => (task.event_id === null ? [] : [task.event_id])),
    );
    publications.push({
      orgId,
      events: items.map((item) => eventOf(item, names)),
    });
  }
  return publications;
}

function eventOf({ task, entry }: News, names: ReadonlyMap<string, string>): NewEvent {
  return {
    type: task.status === 'pending' ? 'review.created' : `review.${task.status}`,
    data: JSON.stringify(publicTask(task, entry ?? undefined, names)),
    audience: task.assignee_id === null ? null : { members: [task.assignee_id] },
    source: 'system',
  };
}
