import { isUtf8 } from 'node:buffer';
import { scanJson } from '@sluice/contracts';
import { type InputError, invalidInput, SluiceError } from '../base/errors.ts';

/** Levels of nesting; within what parsers of receivers accept by default (PHP: 512). */
const deepest = 500;
const deepestOutsideData = 32;

/** By default, values under these keys are passed on byte for byte, so duplicate keys in them are allowed. */
const eventData: readonly string[] = ['data'];

/**
 * Parses a body: UTF-8, one JSON value, bounded nesting, no duplicate keys (parsers that take the first value and
 * parsers that take the last would see different requests).
 * @throws {SluiceError} malformed_json, invalid_input
 */
export function parseJsonBody(bytes: Uint8Array, exactKeys = eventData): unknown {
  if (!isUtf8(bytes)) throw new SluiceError('malformed_json', 'The body is not valid UTF-8.');
  const scanned = scanJson(bytes);
  if (!scanned.ok) throw new SluiceError('malformed_json', `At byte ${scanned.offset}: ${scanned.problem}.`);
  if (scanned.depth > deepest)
    throw new SluiceError(
      'malformed_json',
      `The body is nested ${scanned.depth} levels deep; ${deepest} are allowed.`,
    );
  const twice = keyGivenTwice(bytes, '', exactKeys);
  if (twice !== null) throw invalidInput(twice, 'This key is given twice.');
  const value: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
  const unusable = findUnusable(value, '', exactKeys);
  if (unusable !== null) throw invalidInput(unusable.pointer, unusable.detail);
  return value;
}

/** Scans each level again; because levels are bounded, the work is linear in the size of the body. */
function keyGivenTwice(
  bytes: Uint8Array,
  pointer: string,
  exactKeys: readonly string[],
  level = 1,
): string | null {
  if (level > deepestOutsideData)
    throw invalidInput(pointer, `Outside event data, ${deepestOutsideData} levels of nesting are allowed.`);
  const scanned = scanJson(bytes);
  if (!scanned.ok) return null;
  const seen = new Set<string>();
  for (const { key, valueStart, valueEnd } of scanned.members) {
    const place = `${pointer}/${escapePointer(key)}`;
    if (seen.has(key)) return place;
    seen.add(key);
    const inner =
      exactKeys.includes(key) || !nests(bytes, valueStart)
        ? null
        : keyGivenTwice(bytes.subarray(valueStart, valueEnd), place, exactKeys, level + 1);
    if (inner !== null) return inner;
  }
  for (const [index, { valueStart, valueEnd }] of scanned.items.entries()) {
    const inner = nests(bytes, valueStart)
      ? keyGivenTwice(bytes.subarray(valueStart, valueEnd), `${pointer}/${index}`, exactKeys, level + 1)
      : null;
    if (inner !== null) return inner;
  }
  return null;
}

function nests(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x7b || bytes[at] === 0x5b;
}

const unstorable = 'The text has a NUL character or half of a surrogate pair.';

/** The first text that Postgres cannot store, or number that `JSON.stringify` would write as `null`. */
function findUnusable(value: unknown, pointer: string, exactKeys: readonly string[]): InputError | null {
  if (typeof value === 'string')
    return value.includes('\0') || !value.isWellFormed() ? { pointer, detail: unstorable } : null;
  if (typeof value === 'number')
    return Number.isFinite(value) ? null : { pointer, detail: 'The number is too large.' };
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    if (exactKeys.includes(key) && !Array.isArray(value)) continue;
    const place = `${pointer}/${escapePointer(key)}`;
    if (key.includes('\0') || !key.isWellFormed()) return { pointer: place, detail: unstorable };
    const found = findUnusable(inner, place, exactKeys);
    if (found !== null) return found;
  }
  return null;
}

function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
