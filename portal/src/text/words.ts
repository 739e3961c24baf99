/** A share as a percentage with one digit; never 100 % while something failed. */
export function percent(rate: number): string {
  return `${Math.floor(rate * 1000) / 10} %`;
}

/** A duration, given in milliseconds, in as few digits as say something. */
export function milliseconds(duration: number): string {
  if (duration < 1_000) return `${duration < 10 ? duration.toFixed(1) : Math.round(duration)} ms`;
  const seconds = duration / 1_000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3_600).toFixed(1)} h`;
}

/** `1 field`, `2 fields`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** `Delivered` for `delivered`. */
export function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** What was typed, without blanks around it; `null` for nothing. */
export function textOf(typed: string): string | null {
  return typed.trim() === '' ? null : typed.trim();
}

const units: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** A moment in words: "5 minutes ago", "in 2 hours", "a moment ago". */
export function whenIs(timestamp: string, now: number): string {
  const seconds = (Date.parse(timestamp) - now) / 1000;
  for (const [unit, length] of units)
    if (Math.abs(seconds) >= length) return format.format(Math.round(seconds / length), unit);
  return seconds <= 0 ? 'a moment ago' : 'in a moment';
}
