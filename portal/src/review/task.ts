/** A review task as the API shows it. */
export interface ReviewTask {
  readonly id: string;
  readonly workflow_id: string;
  readonly queue_id: string | null;
  readonly title: string;
  readonly content: unknown;
  readonly revision?: unknown;
  readonly content_type: string | null;
  readonly priority: string;
  readonly status: TaskStatus;
  readonly version: number;
  readonly expires_at: string | null;
  readonly created_at: string;
  readonly decision: Decision | null;
}

export type TaskStatus = 'pending' | 'approved' | 'rejected' | 'revised' | 'expired';

export interface Decision {
  readonly status: TaskStatus;
  readonly by: string;
  readonly at: string;
  readonly comment: string | null;
  readonly reason: string | null;
}

export interface HistoryEntry {
  readonly version: number;
  readonly action: string;
  readonly by: string;
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
  | { readonly kind: 'revise'; readonly content: unknown; readonly comment: string };
