import { Cron } from 'croner';

/** Times of a cron expression in a time zone. */
export interface Calendar {
  /** The first time after the given one; `null` when there is none. */
  after(time: Date): Date | null;
}

/** The library also accepts nicknames, single dates and seconds. */
const fiveFields = /^\S+(?: +\S+){4}$/;
/** `Area/Place` or an abbreviation, but not `+02:00`: only some versions of Node accept that as a time zone. */
const zoneName = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/;

/**
 * Reads a cron expression of five fields. When daylight saving time begins, a skipped time of day takes place at the
 * change; when it ends, a repeated time of day takes place once. Expressions for every hour follow real time.
 * @throws {Error} whose message says what is wrong with the expression or the time zone
 */
export function readCalendar(cron: string, timeZone: string): Calendar {
  if (!fiveFields.test(cron)) throw new Error('it does not have five fields, with spaces between them');
  const calendar = new Cron(cron, { timezone: timeZone, mode: '5-part', paused: true });
  return { after: (time) => calendar.nextRun(time) };
}

/** Whether a text is the name of a time zone in this process's IANA data. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return zoneName.test(name);
  } catch {
    return false;
  }
}

/** The next times of a calendar, at most `count` of them. */
export function timesAfter(calendar: Calendar, time: Date, count: number): Date[] {
  const times: Date[] = [];
  for (let at = calendar.after(time); at !== null && times.length < count; at = calendar.after(at))
    times.push(at);
  return times;
}
