/** A review task as the API shows it; content as the exact text of its JSON. */
export interface ReviewTask {
  readonly id: string;
  readonly title: string;
  readonly content_type: string | null;
  readonly priority: string;
  readonly status: TaskStatus;
  readonly version: number;
  readonly approvals: number;
  readonly approvals_needed: number;
  readonly expires_at: string | null;
  readonly created_at: string;
  readonly decision: Decision | null;
  readonly content: string;
  /** The content as reviewers changed it. */
  readonly revision: string | null;
}

/** A task in the list: without its content. */
export type ListedTask = Pick<
  ReviewTask,
  'id' | 'title' | 'priority' | 'status' | 'expires_at' | 'created_at'
>;

export type TaskStatus = 'pending' | 'approved' | 'rejected' | 'revised' | 'expired';

export interface By {
  readonly kind: string;
  readonly name: string | null;
  readonly member: { readonly name: string | null } | null;
}

export interface Decision {
  readonly status: TaskStatus;
  readonly by: By;
  readonly at: string;
  readonly comment: string | null;
  readonly reason: string | null;
}

export interface HistoryEntry {
  readonly version: number;
  readonly action: string;
  readonly by: By;
  readonly at: string;
  readonly comment: string | null;
  readonly reason: string | null;
}

export interface Capabilities {
  readonly approve: boolean;
  readonly reject: boolean;
  readonly edit: boolean;
}

export type Action =
  | { readonly kind: 'approve'; readonly comment: string }
  | { readonly kind: 'reject'; readonly reason: string }
  /** `content` is JSON text. */
  | { readonly kind: 'revise'; readonly content: string; readonly comment: string };

/** Who did it, as people would say it. */
export function nameOf(by: By): string {
  return by.member?.name ?? by.name ?? by.kind.replaceAll('_', ' ');
}
