import type { Queries } from '../../db/connect.ts';
import { eventNames } from '../../events/events.ts';
import type { NewEvent, PublishRequest } from '../../events/new-event.ts';
import type { HistoryEntry } from './history.ts';
import { publicTask } from './public-form.ts';
import type { Task } from './tasks.ts';

/** A task that was just made (`decision` is left out) or that just ended. */
export interface News {
  readonly task: Task;
  readonly decision?: HistoryEntry;
}

/**
 * What is to be published about tasks: one request for each organization. The content stays out of it: whoever
 * subscribes to events need not be who may read what is under review.
 */
export async function announcements(tx: Queries, news: readonly News[]): Promise<PublishRequest[]> {
  const byOrganization = new Map<string, News[]>();
  for (const item of news)
    byOrganization.set(item.task.org_id, [...(byOrganization.get(item.task.org_id) ?? []), item]);
  const requests: PublishRequest[] = [];
  for (const [orgId, items] of byOrganization) {
    const names = await eventNames(
      tx,
      orgId,
      items.flatMap(({ task }) => (task.event_id === null ? [] : [task.event_id])),
    );
    requests.push({
      orgId,
      events: items.map((item) => eventOf(item, names)),
      idempotency: null,
      pointer: () => '',
      answer: () => ({ status: 202, body: '' }),
    });
  }
  return requests;
}

function eventOf({ task, decision }: News, names: ReadonlyMap<string, string>): NewEvent {
  return {
    type: task.status === 'pending' ? 'review.created' : `review.${task.status}`,
    data: JSON.stringify(publicTask(task, decision, names)),
    externalId: null,
    occurredAt: null,
    deliverAt: null,
    audience: task.assignee_id === null ? null : { members: [task.assignee_id] },
    metadata: null,
    source: 'system',
  };
}
