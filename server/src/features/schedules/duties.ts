import { type Duty, untilDone } from '../../worker/duty.ts';
import { type Parts, publishDueSchedules } from './publish-due.ts';
import { forgetRuns } from './schedule-runs.ts';

/**
 * The timed work of schedules: publishing what is due, and forgetting old runs.
 * @param given.retentionDays days for which runs are kept
 */
export function scheduleDuties(given: Parts & { readonly retentionDays: number }): Duty[] {
  const { database, retentionDays } = given;
  return [
    { name: 'publish by schedule', everyMs: 1_000, run: () => publishDueSchedules(given) },
    {
      name: 'forget old schedule runs',
      everyMs: 60_000,
      run: () => untilDone(() => forgetRuns(database.queries, retentionDays)),
    },
  ];
}
