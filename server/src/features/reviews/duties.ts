import { type Duty, untilDone } from '../../worker/duty.ts';
import { type ExpiryTools, expireTasks, forgetGateReviews } from './expire.ts';

/**
 * The timed work of reviews: ending those whose time has run out, and forgetting those that gates made.
 * @param given.retentionDays days for which ended reviews of gates are kept
 */
export function reviewDuties(given: ExpiryTools & { readonly retentionDays: number }): Duty[] {
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
