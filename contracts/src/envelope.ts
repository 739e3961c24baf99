/** Builds bodies around an event's data, whose bytes stay as the publisher sent them. */
import { utf8 } from './encodings.ts';
import { type JsonMember, scanJson } from './json-members.ts';

/** `before`, the data and `after` as one body. */
export function splice(before: string, data: Uint8Array, after: string): Uint8Array {
  return joined([utf8(before), data, utf8(after)]);
}

/** The members of a JSON object as they are written. */
export interface ObjectParts {
  readonly members: readonly JsonMember[];
  /** The bytes between the braces, white space included. */
  readonly inside: Uint8Array;
}

/** `null` where the bytes are not one JSON object. */
export function objectParts(data: Uint8Array): ObjectParts | null {
  const scan = scanJson(data);
  if (!scan.ok || scan.kind !== 'object') return null;
  return { members: scan.members, inside: data.subarray(scan.start + 1, scan.end - 1) };
}

/**
 * An object of the envelope's members followed by the data's.
 *
 * @param own such as `{"version":1`: an object with at least one member and without its closing brace.
 */
export function spliceMembers(own: string, parts: ObjectParts): Uint8Array {
  return splice(parts.members.length === 0 ? own : `${own},`, parts.inside, '}');
}

/** The parts as one array of bytes, in one allocation. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
