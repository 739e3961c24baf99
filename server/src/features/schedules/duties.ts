import { type Duty, untilDone } from '../../worker/duty.ts';
import { type Publishing, publishDueSchedules } from './publish-due.ts';
import { forgetRuns } from './schedule-runs.ts';

/**
 * The duties of schedules: publishing due events, and deleting old runs.
 * @param given.retentionDays days after which runs are deleted
 */
export function scheduleDuties(given: Publishing & { readonly retentionDays: number }): Duty[] {
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
