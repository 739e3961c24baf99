import { type Duty, untilDone } from '../../worker/duty.ts';
import { forgetNotifications } from './notifications.ts';
import { type Sending, sendDueNotifications, sendReminders, sendWeeklyDigests } from './send-due.ts';

/**
 * The duties of notifications: sending due notifications, reminders and digests, and deleting old notifications.
 * @param given.retentionDays days after which ended notifications are deleted
 */
export function notificationDuties(given: Sending & { readonly retentionDays: number }): Duty[] {
  const { database, retentionDays } = given;
  return [
    { name: 'send notifications', everyMs: 1_000, run: () => sendDueNotifications(given) },
    { name: 'remind of meetings', everyMs: 1_000, run: () => sendReminders(given) },
    { name: 'send weekly digests', everyMs: 5_000, run: () => sendWeeklyDigests(given) },
    {
      name: 'forget old notifications',
      everyMs: 60_000,
      run: () => untilDone(() => forgetNotifications(database.queries, retentionDays)),
    },
  ];
}
