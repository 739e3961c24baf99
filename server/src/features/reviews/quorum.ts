/** The votes that a workflow requires. */
export interface Quorum {
  /** Number of approvals that approve a task. */
  readonly approvals: number;
  /** Whether one rejection rejects a task. */
  readonly rejectionEnds: boolean;
  /** Number of reviewers; `null`: unknown, because the workflow does not name them. */
  readonly eligible: number | null;
}

export interface Votes {
  readonly approvals: number;
  readonly rejections: number;
}

/** The outcome of the votes of a round. Votes cannot be withdrawn, so an outcome other than `pending` is final. */
export function outcomeOf(quorum: Quorum, votes: Votes): 'approved' | 'rejected' | 'pending' {
  if (votes.approvals >= quorum.approvals) return 'approved';
  if (votes.rejections === 0) return 'pending';
  const isLost =
    quorum.eligible === null
      ? votes.rejections >= quorum.approvals
      : quorum.eligible - votes.rejections < quorum.approvals;
  return quorum.rejectionEnds || isLost ? 'rejected' : 'pending';
}
