import { scanJson } from '@sluice/contracts';

/** Where a value stands in a JSON text: its first character, and the one behind its last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Why a text is no JSON; `null` where it is. */
export function syntaxErrorOf(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/**
 * The members of an object or the entries of an array, each with the place of its value. Values stay text, so that no
 * digit of a number is lost.
 * @param within where the object or array stands; the whole text unless given
 */
export function childrenOf(
  json: string,
  { start, end }: Span = { start: 0, end: json.length },
): ReadonlyMap<string, Span> {
  const bytes = encoder.encode(json.slice(start, end));
  const scanned = scanJson(bytes);
  if (!scanned.ok) return new Map();
  const placeOfByte = (byte: number) => start + decoder.decode(bytes.subarray(0, byte)).length;
  const values = [
    ...scanned.members,
    ...scanned.items.map((item, index) => ({ key: String(index), ...item })),
  ];
  return new Map(
    values.map(({ key, valueStart, valueEnd }) => [
      key,
      { start: placeOfByte(valueStart), end: placeOfByte(valueEnd) },
    ]),
  );
}

/** The exact texts of an object's members by their names. */
export function textsIn(json: string, within?: Span): ReadonlyMap<string, string> {
  return new Map(
    [...childrenOf(json, within)].map(([name, { start, end }]) => [name, json.slice(start, end)]),
  );
}

/**
 * Where a JSON pointer leads in a text; where the text has no such place, the one around it.
 * @param json valid JSON
 * @param pointer RFC 6901, such as `/webhooks/0/url`
 */
export function placeOf(json: string, pointer: string): Span {
  let place: Span = { start: 0, end: json.length };
  for (const step of pointer.split('/').slice(1)) {
    const next = childrenOf(json, place).get(step.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (next === undefined) return place;
    place = next;
  }
  return place;
}

/** The line, from 1, on which a character stands. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * JSON with a line for each value. Values stay text, so that no digit of a number is lost.
 * @returns `null` for what is no JSON, such as what was cut off
 */
export function laidOut(text: string): string | null {
  if (syntaxErrorOf(text) !== null) return null;
  const parts: string[] = [];
  let depth = 0;
  let last = '';
  for (const [part] of text.matchAll(token)) {
    const closes = part === '}' || part === ']';
    const opened = last === '{' || last === '[';
    if (closes) depth -= 1;
    if (closes ? !opened : opened || last === ',') parts.push(`\n${'  '.repeat(depth)}`);
    parts.push(part === ':' ? ': ' : part);
    if (part === '{' || part === '[') depth += 1;
    last = part;
  }
  return parts.join('');
}
