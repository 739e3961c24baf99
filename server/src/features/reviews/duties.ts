import { type Duty, untilDone } from '../../worker/duty.ts';
import { type Expiring, expireTasks, forgetGateReviews } from './expire.ts';

/**
 * The duties of reviews: ending tasks that have expired, and deleting old tasks of gates.
 * @param given.retentionDays days after which ended tasks of gates are deleted
 */
export function reviewDuties(given: Expiring & { readonly retentionDays: number }): Duty[] {
  const { database, retentionDays } = given;
  return [
    { name: 'end reviews', everyMs: 1_000, run: () => expireTasks(given) },
    {
      name: 'forget old reviews of gates',
      everyMs: 60_000,
      run: () => untilDone(() => forgetGateReviews(database.queries, retentionDays)),
    },
  ];
}
