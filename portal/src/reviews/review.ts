import type { OpenEmbedSessionAnswer, Review, ReviewHistoryEntry } from '@sluice/client';

/** A review task; its content, and the content as reviewers changed it, as the exact text of their JSON. */
export type ReviewTask = Omit<Review, 'content' | 'revision'> & {
  readonly content: string;
  readonly revision: string | null;
};

export type Decision = NonNullable<Review['decision']>;

/** What the credential may do. */
export type Capabilities = OpenEmbedSessionAnswer['capabilities'];

export type Action =
  | { readonly kind: 'approve'; readonly comment: string }
  | { readonly kind: 'reject'; readonly reason: string }
  /** `content` is JSON text. */
  | { readonly kind: 'revise'; readonly content: string; readonly comment: string };

/** Who did it, as people would say it. */
export function nameOf(by: ReviewHistoryEntry['by']): string {
  return by.member?.name ?? by.name ?? by.kind.replaceAll('_', ' ');
}
