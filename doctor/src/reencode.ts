import { utf8 } from '@sluice/contracts/encodings';

export interface JsonStyle {
  /** A space after every comma and colon. */
  readonly spaced: boolean;
  /** Keys in alphabetical order. */
  readonly sorted: boolean;
}

/**
 * A JSON body as a program that parses and re-encodes it would write it.
 *
 * @throws SyntaxError where the body is not JSON.
 */
export function reencode(body: Uint8Array, style: JsonStyle): Uint8Array {
  return utf8(write(JSON.parse(new TextDecoder().decode(body)), style));
}

function write(value: unknown, style: JsonStyle): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const [comma, colon] = style.spaced ? [', ', ': '] : [',', ':'];
  if (Array.isArray(value)) return `[${value.map((item) => write(item, style)).join(comma)}]`;
  const members = Object.entries(value);
  if (style.sorted) members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, item]) => JSON.stringify(key) + colon + write(item, style)).join(comma)}}`;
}
