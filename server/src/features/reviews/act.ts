import { SluiceError } from '../../base/errors.ts';
import { publicId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import type { Judging } from '../../events/judging.ts';
import type { Verdicts } from '../../schemas/questions.ts';
import type { Actor } from '../../tenants/audit.ts';
import { getMember, type Member, resolveAudience } from '../../tenants/members.ts';
import { type Announcing, applyChanges, type Change, type Changed } from './change.ts';
import { expiryOf } from './expire.ts';
import { decisionsOf, hasVoted } from './history.ts';
import { publicDecision } from './public-form.ts';
import { outcomeOf, type Quorum } from './quorum.ts';
import { refuseUnfitRevision } from './revised-data.ts';
import { lockTask, type Task, type TaskName } from './tasks.ts';
import { type Workflow, workflowsOf } from './workflows.ts';

/** The author of an act. */
export interface Reviewer {
  readonly actor: Actor;
  /** The name of the credential. */
  readonly name: string | null;
  /** The member in whose name it acts; `null`: in its own name. */
  readonly memberId: string | null;
}

export type Act =
  | { readonly kind: 'approve'; readonly comment: string | null }
  | { readonly kind: 'reject'; readonly reason: string }
  /** `content`: the whole revised content, any JSON as text. */
  | { readonly kind: 'revise'; readonly content: string; readonly comment: string | null };

/** An act of a reviewer on a task. */
export interface Acting {
  readonly reviewer: Reviewer;
  readonly act: Act;
  /** Whether the reviewer has seen this version of the task. */
  isSeen(version: number): boolean;
  /** Of a revision: what `judgeRevision` has answered. */
  readonly verdicts: Verdicts;
}

/**
 * Applies an act of a reviewer to a task, which stays locked: concurrent acts on one task come one after another.
 * @throws {SluiceError} not_found, review_decided, stale_version, not_a_reviewer, already_voted, invalid_event_data,
 *   too_much_under_way (a slow schema has changed since it was judged)
 */
export async function actOnTask(
  tx: Queries,
  parts: Announcing & Judging,
  name: TaskName,
  { reviewer, act, isSeen, verdicts }: Acting,
): Promise<Changed> {
  const task = await lockTask(tx, name);
  const workflow = (await workflowsOf(tx, [task])).get(task.workflow_id);
  if (!workflow) throw new Error('A task has no workflow.');
  if (task.status !== 'pending') throw await decided(tx, task);
  if (task.overdue) throw tooLate(task, workflow);
  if (!isSeen(task.version)) {
    throw new SluiceError('stale_version', `The task is at version ${task.version} now.`, {
      facts: { version: task.version },
    });
  }
  const member = reviewer.memberId === null ? null : await getMember(tx, name.orgId, reviewer.memberId);
  if (!isReviewer(workflow, member)) {
    throw new SluiceError(
      'not_a_reviewer',
      member === null
        ? 'The workflow names its reviewers.'
        : 'The workflow does not name this member as a reviewer.',
    );
  }
  const voter = member === null ? reviewer.actor.name : `member:${publicId('member', member.id)}`;
  const round = act.kind === 'revise' && workflow.approvals > 1 ? task.round + 1 : task.round;
  if (await hasVoted(tx, task, round, voter))
    throw new SluiceError('already_voted', 'This reviewer has voted on the task as it is now.');
  if (act.kind === 'revise' && task.event_type !== null) {
    const revised = { orgId: name.orgId, type: task.event_type, data: act.content };
    await refuseUnfitRevision(tx, parts, revised, verdicts);
  }
  const change: Change = {
    task,
    actor: reviewer.actor,
    next: nextOf(task, act, round, await quorumOf(tx, workflow)),
    entry: {
      ...entryOf(act),
      voter,
      actor_name: reviewer.name,
      member_id: member?.id ?? null,
      member_name: member?.name ?? null,
    },
  };
  const [changed] = await applyChanges(tx, parts, [change]);
  if (!changed) throw new Error('A change was lost.');
  return changed;
}

function entryOf(act: Act): Pick<Change['entry'], 'action' | 'comment' | 'reason' | 'content'> {
  if (act.kind === 'approve') return { action: 'approved', comment: act.comment };
  if (act.kind === 'reject') return { action: 'rejected', reason: act.reason };
  return { action: 'revised', comment: act.comment, content: act.content };
}

/** A revision sets the votes to zero, because they were about other content. */
function nextOf(task: Task, act: Act, round: number, quorum: Quorum): Change['next'] {
  const before = act.kind === 'revise' ? { approvals: 0, rejections: 0 } : task;
  const votes = {
    approvals: before.approvals + (act.kind === 'reject' ? 0 : 1),
    rejections: before.rejections + (act.kind === 'reject' ? 1 : 0),
  };
  const revision = act.kind === 'revise' ? act.content : task.revision;
  const outcome = outcomeOf(quorum, votes);
  return {
    ...votes,
    round,
    revision,
    status: outcome === 'approved' && revision !== null ? 'revised' : outcome,
  };
}

function isReviewer(workflow: Workflow, member: Member | null): boolean {
  if (workflow.reviewer_ids !== null) return member !== null && workflow.reviewer_ids.includes(member.id);
  return workflow.reviewer_role === null || workflow.reviewer_role === member?.role;
}

async function quorumOf(tx: Queries, workflow: Workflow): Promise<Quorum> {
  const {
    org_id: orgId,
    approvals,
    rejection_ends: rejectionEnds,
    reviewer_ids: members,
    reviewer_role: role,
  } = workflow;
  if (members === null && role === null) return { approvals, rejectionEnds, eligible: null };
  const audience = { members: members ?? [], roles: role === null ? [] : [role] };
  const present = await resolveAudience(tx, orgId, audience);
  return { approvals, rejectionEnds, eligible: present.size };
}

async function decided(tx: Queries, task: Task): Promise<SluiceError> {
  const entry = (await decisionsOf(tx, [task])).get(task.id);
  return new SluiceError('review_decided', `The task is ${task.status}.`, {
    facts: { decision: entry === undefined ? null : publicDecision(entry) },
  });
}

/** The refusal of an act on a task that has expired, although its end is not written yet. */
function tooLate(task: Task, workflow: Workflow): SluiceError {
  const expiry = expiryOf(task, workflow);
  const at = task.expires_at?.toISOString() ?? '';
  if (expiry.status === null)
    return new SluiceError(
      'review_decided',
      `The time ran out at ${at}; the task is moving to another queue.`,
      {
        facts: { decision: null },
      },
    );
  const decision = {
    status: expiry.status,
    action: 'expired',
    by: { kind: 'system', id: null, name: null, member: null },
    comment: null,
    reason: null,
    version: task.version + 1,
    at,
  };
  return new SluiceError('review_decided', `The time ran out at ${at}: the task is ${expiry.status}.`, {
    facts: { decision },
  });
}
