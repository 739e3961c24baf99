/** What members are told about. Their webhooks get all of them; receivers branch on the type. */
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

/** What a notification says. */
export interface Message {
  readonly type: NotificationType;
  readonly title: string;
  readonly body?: string | null;
  /** Where to read on; `http` or `https`. */
  readonly url?: string | null;
  /** The exact bytes of one JSON object. */
  readonly data?: string | null;
}
