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
    name: OrNull(Type.String({ description: 'What the credential is called' })),
    member: OrNull(
      Type.Object(
        { id: IdOf('member'), name: OrNull(Type.String()) },
        { description: 'The member that it was done as' },
      ),
    ),
  },
  { description: 'Who did it' },
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
  version: Type.Integer({ description: 'Grows with everything that is done to it; also the `ETag`' }),
  approvals: Type.Integer({ description: 'So far, for the content as it is now' }),
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
  deliveries: Type.Array(IdOf('delivery'), { description: 'What it holds, or held' }),
  content: Type.Unknown({ description: 'What is under review, written exactly as it was received' }),
  revision: Type.Unknown({ description: 'The content as reviewers changed it; null if nobody did' }),
});

export const Entry = Type.Object({
  version: Type.Integer({ description: 'Of the task after it' }),
  action: Action,
  status: Status,
  round: Type.Integer({ description: 'Revisions begin a new round of approvals' }),
  by: By,
  ip: OrNull(Type.String({ description: 'Where from; not shown to embed tokens' })),
  comment: OrNull(Type.String()),
  reason: OrNull(Type.String()),
  queue_id: OrNull(IdOf('queue')),
  at: Timestamp,
  content: Type.Unknown({ description: 'Of a revision: the content as it was changed; otherwise null' }),
});

/** What a credential may see of the organization's tasks. */
export function scopeOfTasks(credential: Credential | null): TaskScope {
  return credential?.kind === 'embed' ? credential : { workflowId: null, queueId: null };
}

/** Tasks with their decisions, without their content. */
export async function showTasks(
  queries: Queries,
  orgId: string,
  tasks: readonly Task[],
): Promise<Map<Task, PublicTask>> {
  const decisions = await decisionsOf(queries, tasks);
  const names = await eventNames(
    queries,
    orgId,
    tasks.flatMap((task) => (task.event_id === null ? [] : [task.event_id])),
  );
  return new Map(tasks.map((task) => [task, publicTask(task, decisions.get(task.id), names)]));
}

/** One task as JSON text, its content as it came in: written by hand, since parsing and printing would change it. */
export async function taskText(queries: Queries, task: Task): Promise<string> {
  const shown = (await showTasks(queries, task.org_id, [task])).get(task);
  const workflow = (await workflowsOf(queries, [{ orgId: task.org_id, id: task.workflow_id }])).get(
    task.workflow_id,
  );
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

/** An object as JSON text, with members whose text is ready. */
function withExact(rest: object, exact: Readonly<Record<string, string | null>>): string {
  const members = Object.entries(exact).map(([key, text]) => `,${JSON.stringify(key)}:${text ?? 'null'}`);
  return `${JSON.stringify(rest).slice(0, -1)}${members.join('')}}`;
}

/** The review that held a delivery, in short. */
export const holdingReview: HoldingReview = {
  schema: OrNull(
    Type.Object(
      { id: IdOf('review'), gate_id: OrNull(IdOf('reviewGate')), status: Status, decision: OrNull(Decision) },
      { description: 'What held it; null if nothing did. The review has the data before and after' },
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
