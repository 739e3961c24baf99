import { publicId } from '../../base/ids.ts';
import type { HistoryEntry } from './history.ts';
import { priorities, type Task } from './tasks.ts';

/** The author of a change of a task. */
export interface PublicActor {
  readonly kind: 'key' | 'member' | 'embed_token' | 'gate' | 'system';
  /** The credential's public id; `null` for the system. */
  readonly id: string | null;
  readonly name: string | null;
  /** The member in whose name it was done. */
  readonly member: { readonly id: string; readonly name: string | null } | null;
}

const actorKinds = ['key', 'member', 'embed_token', 'gate'] as const;

export function publicActor(entry: HistoryEntry): PublicActor {
  const [kind, id] = entry.actor.split(':');
  return {
    kind: actorKinds.find((candidate) => candidate === kind) ?? 'system',
    id: id ?? null,
    name: entry.actor_name,
    member:
      entry.member_id === null ? null : { id: publicId('member', entry.member_id), name: entry.member_name },
  };
}

/** The decision of a task, for answers, events and refusals. */
export function publicDecision(entry: HistoryEntry) {
  return {
    status: entry.status,
    action: entry.action,
    by: publicActor(entry),
    comment: entry.comment,
    reason: entry.reason,
    version: entry.version,
    at: entry.at.toISOString(),
  };
}

/** A task without its content. */
export function publicTask(
  task: Task,
  decision: HistoryEntry | undefined,
  eventNames: ReadonlyMap<string, string>,
) {
  return {
    id: publicId('review', task.id),
    workflow_id: publicId('workflow', task.workflow_id),
    queue_id: task.queue_id === null ? null : publicId('queue', task.queue_id),
    title: task.title,
    content_type: task.content_type,
    priority: priorities[task.priority] ?? 'normal',
    assignee: task.assignee_id === null ? null : publicId('member', task.assignee_id),
    metadata: readMetadata(task.metadata),
    status: task.status,
    version: task.version,
    approvals: task.approvals,
    rejections: task.rejections,
    escalated: task.escalated,
    expires_at: task.expires_at?.toISOString() ?? null,
    decision: decision === undefined ? null : publicDecision(decision),
    gate_id: task.gate_id === null ? null : publicId('reviewGate', task.gate_id),
    event_id:
      task.event_id === null ? null : (eventNames.get(task.event_id) ?? publicId('event', task.event_id)),
    event_type: task.event_type,
    created_by: task.created_by,
    created_at: task.created_at.toISOString(),
    updated_at: task.updated_at.toISOString(),
  };
}

export type PublicTask = ReturnType<typeof publicTask>;

function readMetadata(text: string): Record<string, string> {
  return JSON.parse(text);
}
