const SECONDS = /^(?:0|[1-9][0-9]{0,11})$/;

/** Seconds since 1970, rounded down. */
export function unixSeconds(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}

/** Seconds since 1970 written in digits, without sign, leading zero and fraction; `null` for any other text. */
export function parseUnixSeconds(text: string): number | null {
  return SECONDS.test(text) ? Number(text) : null;
}
