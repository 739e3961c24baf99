/**
 * JSON values that keep the digits of their numbers: a number that a double would change is kept as raw JSON. Records
 * need it, because they are parsed, merged and written again with every change.
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

/** @param text valid JSON */
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

/** JSON Merge Patch (RFC 7396). Values that the patch does not change keep their spelling. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return isSame(target, patch) ? target : patch;
  const merged = new Map(isJsonObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key), value));
  }
  // Not by assignment, because of the key __proto__.
  return Object.fromEntries(merged);
}

/** Whether two JSON values are equal, whatever the order of keys and the spelling of numbers. */
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

/** More digits of an exponent than any real number needs. */
const exponentDigits = 15;

/**
 * The canonical spelling of a number: `-12e-1` for `-1.20`; `null` for other values. A number whose exponent has too many
 * digits keeps its spelling, because arithmetic with a hundred thousand digits takes half a second.
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
