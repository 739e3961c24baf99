/**
 * Putting an event's data into a body without reading it as a value: the bytes between `before` and `after`
 * are the publisher's own.
 */
import { utf8 } from './encodings.ts';
import { type JsonMember, scanJson } from './json-members.ts';

/** `before` + data + `after`, in one allocation. */
export function splice(before: string, data: Uint8Array, after: string): Uint8Array {
  return joined([utf8(before), data, utf8(after)]);
}

/** The members of an object as written, or `null` where the bytes are not one JSON object. */
export interface ObjectParts {
  readonly members: readonly JsonMember[];
  /** Everything between the braces, white space included. */
  readonly inside: Uint8Array;
}

export function objectParts(data: Uint8Array): ObjectParts | null {
  const scan = scanJson(data);
  if (!scan.ok || scan.kind !== 'object') return null;
  return { members: scan.members, inside: data.subarray(scan.start + 1, scan.end - 1) };
}

/**
 * An object that begins with the envelope's own members and goes on with the data's.
 *
 * @param own such as `{"version":1`: an object with at least one member, left open.
 */
export function spliceMembers(own: string, parts: ObjectParts): Uint8Array {
  return splice(parts.members.length === 0 ? own : `${own},`, parts.inside, '}');
}

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
