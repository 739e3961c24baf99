/** Milliseconds since 1970 with fractions: the same in every process of this machine, to well below one of them. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
