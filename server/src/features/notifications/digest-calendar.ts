import { readCalendar } from '../../base/calendar.ts';

const mondaysAtNine = '0 9 * * 1';
const day = 86_400_000;

/** The first Monday at nine after a time, by the clocks of a time zone. */
export function mondayAfter(timeZone: string, time: Date): Date {
  const monday = readCalendar(mondaysAtNine, timeZone).after(time);
  if (monday === null) throw new Error('There is always another Monday.');
  return monday;
}

/** The week that a digest sums up. */
export interface Week {
  readonly from: Date;
  /** Not in it any more. */
  readonly until: Date;
}

/**
 * The week before the latest Monday at nine. It begins where the one before it ended, if that was about a week ago: so
 * nothing is counted twice or left out when the time zone changes.
 * @param due a Monday at nine that has come
 * @param latest the end of the week that was summed up last
 */
export function weekToSumUp(timeZone: string, due: Date, latest: Date | null, now: Date): Week {
  // However long ago it was due, a few steps from here.
  let until = new Date(Math.max(due.getTime(), now.getTime() - 8 * day));
  if (until.getTime() !== due.getTime()) until = mondayAfter(timeZone, until);
  for (let next = mondayAfter(timeZone, until); next <= now; next = mondayAfter(timeZone, until))
    until = next;
  const weekBefore = mondayAfter(timeZone, new Date(until.getTime() - 8 * day));
  const joins = latest !== null && latest < until && until.getTime() - latest.getTime() <= 8 * day;
  return { from: joins ? latest : weekBefore, until };
}

/**
 * When the digest after that of a week is due. In another time zone, Monday at nine may come once more a few hours
 * later: that is still the same Monday.
 */
export function nextDigest(timeZone: string, until: Date): Date {
  return mondayAfter(timeZone, new Date(until.getTime() + 3 * day));
}
