/** The types of notifications. Members' webhooks get all of them. */
export const notificationTypes = [
  'task_assigned',
  'task_status',
  'blocker',
  'review',
  'meeting',
  'weekly_digest',
  'team_support.approved',
  'system',
] as const;
export type NotificationType = (typeof notificationTypes)[number];

/** The content of a notification. */
export interface Message {
  readonly type: NotificationType;
  readonly title: string;
  readonly body?: string | null;
  /** A link to a page; `http` or `https`. */
  readonly url?: string | null;
  /** JSON object as text, byte for byte as it was received. */
  readonly data?: string | null;
}
