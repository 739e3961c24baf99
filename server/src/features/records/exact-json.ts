/**
 * JSON values whose numbers keep the digits that they were written with: those that a double would change are held as
 * raw JSON. For records, which are read, merged and written again and again.
 */
declare global {
  // Of ECMAScript's "JSON.parse source text access", which Node has since version 21.
  interface JSON {
    rawJSON(text: string): RawNumber;
    isRawJSON(value: unknown): value is RawNumber;
    parse(
      text: string,
      reviver: (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
  }
}

interface RawNumber {
  readonly rawJSON: string;
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** @param text JSON that is known to be sound */
export function parseExact(text: string): unknown {
  return JSON.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source
      ? JSON.rawJSON(source)
      : value,
  );
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

/** JSON Merge Patch (RFC 7396). What the patch leaves as it is keeps the way that it was written. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return isSame(target, patch) ? target : patch;
  const merged = new Map(isJsonObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  // Not by assignment: a key may be called __proto__.
  return Object.fromEntries(merged);
}

/** Whether two values are the same JSON value: the order of keys and the spelling of numbers say nothing. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  const [numberA, numberB] = [digitsOf(a), digitsOf(b)];
  if (numberA !== null || numberB !== null) return numberA === numberB;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  if (!isJsonObject(a) || !isJsonObject(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]))
  );
}

/** More digits of an exponent than any number needs that somebody means. */
const exponentDigits = 15;

/**
 * A number in one spelling: `-12e-1` for `-1.20`. `null` for what is no number. One with an exponent of more digits than
 * arithmetic takes well stands for itself: counting with a hundred thousand of them takes half a second.
 */
function digitsOf(value: unknown): string | null {
  const text = typeof value === 'number' ? String(value) : JSON.isRawJSON(value) ? value.rawJSON : null;
  const match = text === null ? null : /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text);
  if (!match) return null;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  if (exponent.replace(/^[+-]?0*/, '').length > exponentDigits) return text;
  const scale = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${sign}${significant}e${scale}`;
}
