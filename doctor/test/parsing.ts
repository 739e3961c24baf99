/** How receivers read JSON. */

/** `null` where it is none. */
export function safe(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}

/** A parser that knows neither duplicate keys nor great numbers. */
export function strict(body: Buffer): void {
  JSON.parse(body.toString(), (key, value: unknown) => {
    if (value === Number.POSITIVE_INFINITY) throw new RangeError(`${key} is out of range`);
    return value;
  });
}

/** Keys in alphabetical order. */
export function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
