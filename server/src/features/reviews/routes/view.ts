import { type Static, Type } from 'typebox';
import type { HoldingReview } from '../../../api/deliveries.ts';
import { publicId } from '../../../base/ids.ts';
import type { Queries } from '../../../db/connect.ts';
import { eventNames } from '../../../events/events.ts';
import type { Credential } from '../../../http/credential.ts';
import { IdOf, Metadata, OrNull, Timestamp } from '../../../http/fields.ts';
import { decisionsOf, type HistoryEntry } from '../history.ts';
import { heldFor, taskHolding } from '../holds.ts';
import { type PublicTask, publicActor, publicTask } from '../public-form.ts';
import { priorities, type Task, type TaskScope, taskStatuses } from '../tasks.ts';
import { workflowsOf } from '../workflows.ts';

export const Status = Type.Enum([...taskStatuses]);
export const Priority = Type.Enum([...priorities]);
const Action = Type.Enum(['created', 'approved', 'rejected', 'revised', 'expired', 'escalated']);

const By = Type.Object(
  {
    kind: Type.Enum(['key', 'member', 'embed_token', 'gate', 'system']),
    id: OrNull(Type.String({ description: "The credential's id" })),
    name: OrNull(Type.String({ description: 'The name of the credential' })),
    member: OrNull(
      Type.Object(
        { id: IdOf('member'), name: OrNull(Type.String()) },
        { description: 'The member in whose name it was done' },
      ),
    ),
  },
  { description: 'The author' },
);

const Decision = Type.Object({
  status: Status,
  action: Action,
  by: By,
  comment: OrNull(Type.String()),
  reason: OrNull(Type.String()),
  version: Type.Integer(),
  at: Timestamp,
});

export const Review = Type.Object({
  id: IdOf('review'),
  workflow_id: IdOf('workflow'),
  queue_id: OrNull(IdOf('queue')),
  title: Type.String(),
  content_type: OrNull(Type.String()),
  priority: Priority,
  assignee: OrNull(IdOf('member')),
  metadata: Metadata,
  status: Status,
  version: Type.Integer({ description: 'Grows with every change; also the `ETag`' }),
  approvals: Type.Integer({ description: 'So far, for the present content' }),
  rejections: Type.Integer(),
  escalated: Type.Boolean(),
  expires_at: OrNull(Timestamp),
  decision: OrNull(Decision),
  gate_id: OrNull(IdOf('reviewGate')),
  event_id: OrNull(Type.String({ description: 'The event whose deliveries it holds' })),
  event_type: OrNull(Type.String()),
  created_by: Type.String(),
  created_at: Timestamp,
  updated_at: Timestamp,
});

export const ReviewDetail = Type.Object({
  ...Review.properties,
  approvals_needed: Type.Integer(),
  deliveries: Type.Array(IdOf('delivery'), { description: 'Deliveries that it holds or has held' }),
  content: Type.Unknown({ description: 'The content under review, byte for byte as it was received' }),
  revision: Type.Unknown({
    description: 'The content as a reviewer has revised it; null without a revision',
  }),
});

export const Entry = Type.Object({
  version: Type.Integer({ description: 'Of the task after this change' }),
  action: Action,
  status: Status,
  round: Type.Integer({ description: 'Revisions begin a new round of approvals' }),
  by: By,
  ip: OrNull(Type.String({ description: 'The address of the author; not shown to embed tokens' })),
  comment: OrNull(Type.String()),
  reason: OrNull(Type.String()),
  queue_id: OrNull(IdOf('queue')),
  at: Timestamp,
  content: Type.Unknown({ description: 'Of a revision: the revised content; otherwise null' }),
});

/** The tasks that a credential may see. */
export function scopeOfTasks(credential: Credential | null): TaskScope {
  return credential?.kind === 'embed' ? credential : { workflowId: null, queueId: null };
}

/** Tasks as the API shows them, with their decisions and without their content. */
export async function showTasks(
  queries: Queries,
  orgId: string,
  tasks: readonly Task[],
): Promise<Map<Task, PublicTask>> {
  const decisions = await decisionsOf(queries, tasks);
  const eventIds = tasks.flatMap((task) => task.event_id ?? []);
  const names = await eventNames(queries, orgId, eventIds);
  return new Map(tasks.map((task) => [task, publicTask(task, decisions.get(task.id), names)]));
}

/** A task as JSON text. Content and revision are inserted as text, because parsing them would change their bytes. */
export async function taskText(queries: Queries, task: Task): Promise<string> {
  const shown = (await showTasks(queries, task.org_id, [task])).get(task);
  const workflow = (await workflowsOf(queries, [task])).get(task.workflow_id);
  const deliveries = task.gate_id === null ? [] : await heldFor(queries, task);
  return withExact(
    {
      ...shown,
      approvals_needed: workflow?.approvals ?? 1,
      deliveries: deliveries.map((id) => publicId('delivery', id)),
    },
    { content: task.content, revision: task.revision },
  );
}

/** An entry of the history as JSON text; embed tokens do not see addresses. */
export function entryText(entry: HistoryEntry, credential: Credential | null): string {
  const shown: Omit<Static<typeof Entry>, 'content'> = {
    version: entry.version,
    action: entry.action,
    status: entry.status,
    round: entry.round,
    by: publicActor(entry),
    ip: credential?.kind === 'embed' ? null : entry.ip,
    comment: entry.comment,
    reason: entry.reason,
    queue_id: entry.queue_id === null ? null : publicId('queue', entry.queue_id),
    at: entry.at.toISOString(),
  };
  return withExact(shown, { content: entry.content });
}

/** An object as JSON text, with further members whose values are JSON text. */
function withExact(rest: object, exact: Readonly<Record<string, string | null>>): string {
  const members = Object.entries(exact).map(([key, text]) => `,${JSON.stringify(key)}:${text ?? 'null'}`);
  return `${JSON.stringify(rest).slice(0, -1)}${members.join('')}}`;
}

/** The review task that held a delivery, for `getDelivery`. */
export const holdingReview: HoldingReview = {
  schema: OrNull(
    Type.Object(
      { id: IdOf('review'), gate_id: OrNull(IdOf('reviewGate')), status: Status, decision: OrNull(Decision) },
      { description: 'The review task that held it, or null. The task has the data before and after' },
    ),
  ),
  async show(queries, orgId, deliveryId) {
    const task = await taskHolding(queries, orgId, deliveryId);
    if (task === null) return null;
    const shown = (await showTasks(queries, orgId, [task])).get(task);
    if (!shown) return null;
    const { id, gate_id, status, decision } = shown;
    return { id, gate_id, status, decision };
  },
};
