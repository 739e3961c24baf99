import type { Queries } from '../../db/connect.ts';
import { eventNames } from '../../events/events.ts';
import type { NewEvent, Publication } from '../../events/new-event.ts';
import type { HistoryEntry } from './history.ts';
import { publicTask } from './public-form.ts';
import type { Task } from './tasks.ts';

/** A change of a task: the entry of its history; `null`: it was created. */
export interface News {
  readonly task: Task;
  readonly entry: HistoryEntry | null;
}

/** Follows the changes of tasks: the port by which reviews reach notifications. */
export interface TaskFollower {
  /** Writes in the transaction of the change, and answers the events to publish. */
  follow(tx: Queries, news: readonly News[]): Promise<Publication[]>;
}

/** The events to publish about changes of tasks: of reviews themselves and of the follower. */
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

/** One publication for each organization, without the content: not every subscriber of events may read it. */
async function reviewEvents(tx: Queries, news: readonly News[]): Promise<Publication[]> {
  const publications: Publication[] = [];
  for (const [orgId, items] of Map.groupBy(news, ({ task }) => task.org_id)) {
    const eventIds = items.flatMap(({ task }) => task.event_id ?? []);
    const names = await eventNames(tx, orgId, eventIds);
    publications.push({ orgId, events: items.map((item) => eventOf(item, names)) });
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
