/** When failed attempts are retried; all durations in seconds. */
import type { Contract, DisableRule, RetryRule } from './contract.ts';

/**
 * Seconds to wait after a failed attempt, not rounded; `null` after the last attempt of a round. A receiver's
 * `Retry-After` can make the wait longer, up to the rule's maximum, but never shorter.
 *
 * @param attempt number of the failed attempt within its round, from 1.
 * @param random returns a number in [0, 1), as `Math.random` does.
 * @param retryAfterSeconds the response's `Retry-After` by `parseRetryAfter`; `null` without one.
 */
export function nextDelay(
  rule: RetryRule,
  attempt: number,
  random: () => number,
  retryAfterSeconds: number | null = null,
): number | null {
  const nominal = rule.delays[attempt - 1];
  if (nominal === undefined) return null;
  const delay = rule.jitter === 0 ? nominal : nominal * (1 + rule.jitter * (2 * random() - 1));
  if (retryAfterSeconds === null) return delay;
  return Math.max(delay, Math.min(retryAfterSeconds, rule.maxRetryAfterSeconds));
}

export interface PlannedAttempt {
  /** From 1. */
  readonly attempt: number;
  /** Seconds of wait before this attempt, without jitter. */
  readonly delaySeconds: number;
  /** Sum of the waits so far, without the duration of the attempts. */
  readonly elapsedSeconds: number;
}

/** The attempts of a round, the first one included. */
export function preview(contract: Pick<Contract, 'retry'>): readonly PlannedAttempt[] {
  let elapsedSeconds = 0;
  return [0, ...contract.retry.delays].map((delaySeconds, index) => {
    elapsedSeconds += delaySeconds;
    return { attempt: index + 1, delaySeconds, elapsedSeconds };
  });
}

/**
 * Whether a failed attempt counts towards disabling its endpoint.
 *
 * @param status of the response; `null` without one.
 */
export function countsAsFailure(rule: DisableRule, status: number | null): boolean {
  return rule.counts === 'all' || (status !== null && status >= 400 && status <= 599);
}

const SECONDS = /^[0-9]{1,10}$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const TIME = '(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})';

// RFC 9110, 5.6.7: the form that is sent today, and the two obsolete ones that recipients must still understand.
const HTTP_DATES = [
  new RegExp(`^(?<day>\\w{3}), (?<date>\\d{2}) (?<month>\\w{3}) (?<year>\\d{4}) ${TIME} GMT$`),
  new RegExp(`^(?<day>\\w{6,9}), (?<date>\\d{2})-(?<month>\\w{3})-(?<year>\\d{2}) ${TIME} GMT$`),
  new RegExp(`^(?<day>\\w{3}) (?<month>\\w{3}) (?<date>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`),
];

/**
 * The seconds from `now` that a `Retry-After` header asks for (RFC 9110, 10.2.3: whole seconds or an HTTP date); 0 for a
 * date in the past, `null` for any other text.
 */
export function parseRetryAfter(value: string, now: Date): number | null {
  if (SECONDS.test(value)) return Number(value);
  for (const form of HTTP_DATES) {
    const time = readHttpDate(form.exec(value)?.groups, now);
    if (time !== null) return Math.max(0, (time - now.getTime()) / 1000);
  }
  return null;
}

function readHttpDate(groups: Record<string, string> | undefined, now: Date): number | null {
  if (groups === undefined) return null;
  const { day = '', month = '' } = groups;
  const year = fullYear(groups.year ?? '', now);
  const [date, hour, minute, second] = [groups.date, groups.hour, groups.minute, groups.second].map(Number);
  if (date === undefined || hour === undefined || minute === undefined || second === undefined) return null;

  const parsed = new Date(0);
  parsed.setUTCFullYear(year, MONTHS.indexOf(month), date);
  parsed.setUTCHours(hour, minute, Math.min(second, 59));
  const weekday = DAYS[parsed.getUTCDay()] ?? '';
  // Date turns 31 February into 2 or 3 March: then the parts differ from those in the text.
  const sound =
    MONTHS[parsed.getUTCMonth()] === month &&
    parsed.getUTCDate() === date &&
    parsed.getUTCHours() === hour &&
    parsed.getUTCMinutes() === minute &&
    second <= 60 &&
    (day === weekday || (day.length === 3 && weekday.startsWith(day)));
  return sound ? parsed.getTime() : null;
}

/** Two digits stand for the latest year with these last digits that is at most 50 years ahead. */
function fullYear(digits: string, now: Date): number {
  if (digits.length === 4) return Number(digits);
  const thisYear = now.getUTCFullYear();
  const inThisCentury = thisYear - (thisYear % 100) + Number(digits);
  return inThisCentury > thisYear + 50 ? inThisCentury - 100 : inThisCentury;
}
