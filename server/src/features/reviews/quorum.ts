/** What a workflow asks for. */
export interface Quorum {
  /** Approvals that end a task well. */
  readonly approvals: number;
  readonly rejectionEnds: boolean;
  /** How many may act; `null`: nobody knows. */
  readonly eligible: number | null;
}

export interface Votes {
  readonly approvals: number;
  readonly rejections: number;
}

/** What the votes of one round mean. Votes are never taken back, so the first outcome is the last. */
export function outcomeOf(quorum: Quorum, votes: Votes): 'approved' | 'rejected' | 'pending' {
  if (votes.approvals >= quorum.approvals) return 'approved';
  if (votes.rejections === 0) return 'pending';
  const isLost =
    quorum.eligible === null
      ? votes.rejections >= quorum.approvals
      : quorum.eligible - votes.rejections < quorum.approvals;
  return quorum.rejectionEnds || isLost ? 'rejected' : 'pending';
}
