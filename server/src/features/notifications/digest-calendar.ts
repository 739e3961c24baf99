import { readCalendar } from '../../base/calendar.ts';

const mondaysAtNine = '0 9 * * 1';
const day = 86_400_000;

/** The first Monday, 9:00, after a time, in a time zone. */
export function mondayAfter(timeZone: string, time: Date): Date {
  const monday = readCalendar(mondaysAtNine, timeZone).after(time);
  if (monday === null) throw new Error('The calendar has no next Monday.');
  return monday;
}

/** The week of a digest: `until` does not belong to it. */
export interface Week {
  readonly from: Date;
  readonly until: Date;
}

/**
 * The week before the latest Monday, 9:00. It begins at the end of the last week where that was about a week ago, so that
 * a change of the time zone neither repeats nor skips notifications.
 * @param due a Monday, 9:00, in the past
 * @param latest the end of the week of the last digest
 */
export function weekToSumUp(timeZone: string, due: Date, latest: Date | null, now: Date): Week {
  // Begins at most eight days back, so that few steps are left however long ago the digest was due.
  let until = new Date(Math.max(due.getTime(), now.getTime() - 8 * day));
  if (until.getTime() !== due.getTime()) until = mondayAfter(timeZone, until);
  for (let next = mondayAfter(timeZone, until); next <= now; next = mondayAfter(timeZone, until))
    until = next;
  const weekBefore = mondayAfter(timeZone, new Date(until.getTime() - 8 * day));
  const joins = latest !== null && latest < until && until.getTime() - latest.getTime() <= 8 * day;
  return { from: joins ? latest : weekBefore, until };
}

/**
 * The time of the next digest. Three days are added first, because in another time zone the same Monday, 9:00, may be a
 * few hours later.
 */
export function nextDigest(timeZone: string, until: Date): Date {
  return mondayAfter(timeZone, new Date(until.getTime() + 3 * day));
}
