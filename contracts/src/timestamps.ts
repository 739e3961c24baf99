const SECONDS = /^(?:0|[1-9][0-9]{0,11})$/;

/** Whole seconds since 1970. */
export function unixSeconds(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}

/** Digits only: no sign, no leading zero, no fraction, nothing after. `null` for anything else. */
export function parseUnixSeconds(text: string): number | null {
  return SECONDS.test(text) ? Number(text) : null;
}
