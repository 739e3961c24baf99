import { type Calendar, isTimeZone, readCalendar } from '../../base/calendar.ts';
import { invalidInput } from '../../base/errors.ts';

/**
 * Reads a cron expression and a time zone in a request.
 * @throws {SluiceError} invalid_input, for a wrong expression or time zone, and for a time that never comes
 */
export function checkedCalendar(cron: string, timeZone: string): Calendar {
  if (!isTimeZone(timeZone)) throw invalidInput('/time_zone', `There is no time zone "${timeZone}".`);
  const calendar = readChecked(cron, timeZone);
  if (calendar.after(new Date(0)) === null)
    throw invalidInput('/cron', 'This time never comes: there is no such day.');
  return calendar;
}

function readChecked(cron: string, timeZone: string): Calendar {
  try {
    return readCalendar(cron, timeZone);
  } catch (error) {
    throw invalidInput(
      '/cron',
      `This is not a cron expression of five fields: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
