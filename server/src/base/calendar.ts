import { Cron } from 'croner';

/** Times of a cron expression in a time zone. */
export interface Calendar {
  /** The first time after the given one; `null` when there is none. */
  after(time: Date): Date | null;
}

/** The library would take nicknames, single dates and seconds as well. */
const fiveFields = /^\S+(?: +\S+){4}$/;
/** `Area/Place` or an abbreviation: not `+02:00`, which some versions of Node take for a time zone and others do not. */
const zoneName = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/;

/**
 * Reads a cron expression of five fields. Around a change of the clocks, a time of day that is skipped that day happens
 * at the change, and one that comes twice happens once; expressions for every hour go on by real time.
 * @throws {Error} saying what is wrong with the expression or the time zone
 */
export function readCalendar(cron: string, timeZone: string): Calendar {
  if (!fiveFields.test(cron)) throw new Error('it has not five fields, with spaces between them');
  const calendar = new Cron(cron, { timezone: timeZone, mode: '5-part', paused: true });
  return { after: (time) => calendar.nextRun(time) };
}

/** Whether a text names a time zone that the IANA data of this process knows. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return zoneName.test(name);
  } catch {
    return false;
  }
}

/** The next times after one, as many as there are up to a number. */
export function timesAfter(calendar: Calendar, time: Date, count: number): Date[] {
  const times: Date[] = [];
  for (let at = calendar.after(time); at !== null && times.length < count; at = calendar.after(at))
    times.push(at);
  return times;
}
