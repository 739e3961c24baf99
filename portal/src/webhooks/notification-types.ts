import type { CreateIntegrationBody } from '@sluice/client';

export type NotificationType = NonNullable<CreateIntegrationBody['events']>[number];

/** What members are told about. */
export const notificationTypes: readonly { readonly name: NotificationType; readonly description: string }[] =
  [
    { name: 'task_assigned', description: 'A request was assigned to a member' },
    { name: 'task_status', description: 'A request that a member takes part in has another status' },
    { name: 'blocker', description: 'Something blocks a request, was noticed, or is out of the way' },
    { name: 'review', description: 'Something waits for review, or came back from it' },
    { name: 'meeting', description: 'A meeting begins in ten minutes, moved, or was cancelled' },
    { name: 'weekly_digest', description: 'The week in figures, each Monday' },
    { name: 'team_support.approved', description: 'A request for team support was granted' },
    { name: 'system', description: 'What happened by itself, such as a webhook that was disabled' },
  ];

/** The types among events, in the order in which they are offered. */
export function typesAmong(events: readonly string[]): NotificationType[] {
  return notificationTypes.map(({ name }) => name).filter((name) => events.includes(name));
}
