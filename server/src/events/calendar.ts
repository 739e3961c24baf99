import { Cron } from 'croner';

/** Times of a cron expression in a time zone. */
export interface Calendar {
  /** The first time after the given one; `null` when there is none. */
  after(time: Date): Date | null;
}

/**
 * Reads a cron expression of five fields. Around a change of the clocks, a time of day that is skipped that day happens
 * at the change, and one that comes twice happens once.
 * @throws {Error} saying what is wrong with the expression or the time zone
 */
export function readCalendar(cron: string, timeZone: string): Calendar {
  const calendar = new Cron(cron, { timezone: timeZone, mode: '5-part', paused: true });
  return { after: (time) => calendar.nextRun(time) };
}
