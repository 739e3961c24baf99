import { syntaxErrorOf } from './json.ts';

/** Where a value stands in a JSON text: its first character, and the one behind its last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/**
 * The members of an object or the entries of an array, each with the place of its value. Values stay text, so that no
 * digit of a number is lost.
 * @param json valid JSON
 * @param within where the object or array stands; the whole text unless given
 */
export function childrenOf(
  json: string,
  within: Span = { start: 0, end: json.length },
): ReadonlyMap<string, Span> {
  const children = new Map<string, Span>();
  let depth = 0;
  let inObject = false;
  let name: string | null = null;
  let begun = 0;
  for (const { 0: text, index } of json.slice(within.start, within.end).matchAll(token)) {
    const start = within.start + index;
    const opens = text === '{' || text === '[';
    const closes = text === '}' || text === ']';
    if (depth === 0) {
      if (!opens) return children;
      inObject = text === '{';
      depth = 1;
      continue;
    }
    if (closes) depth -= 1;
    if (depth === 1 && (text === ',' || text === ':')) continue;
    if (depth === 1 && !closes && inObject && name === null) {
      name = JSON.parse(text);
      continue;
    }
    if (depth === 1 && !closes) begun = start;
    if (depth === 1 && !opens) {
      children.set(name ?? String(children.size), { start: begun, end: start + text.length });
      name = null;
    }
    if (opens) depth += 1;
  }
  return children;
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

/**
 * JSON with a line for each value. Values stay text, so that no digit of a number is lost.
 * @returns `null` for what is no JSON, such as what was cut off
 */
export function laidOut(text: string): string | null {
  if (syntaxErrorOf(text) !== null) return null;
  const parts: string[] = [];
  let depth = 0;
  let last = '';
  const line = () => `\n${'  '.repeat(depth)}`;
  for (const [part] of text.matchAll(token)) {
    const closes = part === '}' || part === ']';
    const opened = last === '{' || last === '[';
    if (closes) depth -= 1;
    if (closes ? !opened : opened || last === ',') parts.push(line());
    parts.push(part === ':' ? ': ' : part);
    if (part === '{' || part === '[') depth += 1;
    last = part;
  }
  return parts.join('');
}
