import { type Duty, untilDone } from '../../worker/duty.ts';
import { forgetNotifications } from './notifications.ts';
import { sendDueNotifications, sendReminders, sendWeeklyDigests, type Tools } from './send-due.ts';

/**
 * The timed work of notifications: what is due, reminders, digests, and what retention is over for.
 * @param given.retentionDays days for which notifications that have ended are kept
 */
export function notificationDuties(given: Tools & { readonly retentionDays: number }): Duty[] {
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
