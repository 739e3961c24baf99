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
