/**
 * A strict JSON scanner over bytes (RFC 8259). It says whether the bytes are exactly one JSON value, where the members
 * of a top-level object begin and end, and how deep the value nests. It builds no value, so numbers, duplicate keys and
 * key order stay as they are written.
 *
 * Iterative: each level of nesting costs one byte of memory and no call stack. It does not check that strings are valid
 * UTF-8.
 */

/** One member of a top-level object, as offsets into the scanned bytes; `valueEnd` is exclusive. */
export interface JsonMember {
  /** With escapes resolved: `"\u0061"` and `"a"` are the same key. */
  readonly key: string;
  /** Offset of the key's opening quote. */
  readonly keyStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** One item of a top-level array, as offsets into the scanned bytes; `valueEnd` is exclusive. */
export interface JsonItem {
  readonly valueStart: number;
  readonly valueEnd: number;
}

export interface JsonValue {
  readonly ok: true;
  readonly kind: 'object' | 'array' | 'scalar';
  /** Offsets of the value without the white space around it; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** Deepest nesting: 0 for a scalar, 1 for `{}`. */
  readonly depth: number;
  /** As written, in order and with duplicate keys; empty unless the value is an object. */
  readonly members: readonly JsonMember[];
  /** Empty unless the value is an array. */
  readonly items: readonly JsonItem[];
}

export interface JsonProblem {
  readonly ok: false;
  /** Offset of the first byte that is not allowed there. */
  readonly offset: number;
  readonly problem: string;
}

const OBJECT = 1;
const ARRAY = 2;

const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const UPPER_E = 0x45;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const LOWER_E = 0x65;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;
const LOWER_U = 0x75;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const TRUE = [0x74, 0x72, 0x75, 0x65];
const FALSE = [0x66, 0x61, 0x6c, 0x73, 0x65];
const NULL = [0x6e, 0x75, 0x6c, 0x6c];
const SIMPLE_ESCAPES = new Set([...'"\\/bfnrt'].map((character) => character.charCodeAt(0)));

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Scans one JSON value with optional white space around it. Time and memory are linear in the length of the bytes.
 *
 * @example
 * const scan = scanJson(body);
 * if (scan.ok) for (const m of scan.members) use(m.key, body.subarray(m.valueStart, m.valueEnd));
 */
export function scanJson(bytes: Uint8Array): JsonValue | JsonProblem {
  const members: JsonMember[] = [];
  const items: JsonItem[] = [];
  const start = skipSpace(bytes, 0);
  const kind = bytes[start] === OPEN_BRACE ? 'object' : bytes[start] === OPEN_BRACKET ? 'array' : 'scalar';

  let containers = new Uint8Array(32);
  let depth = 0;
  let deepest = 0;
  let expected: 'value' | 'key' | 'next' = 'value';
  let at = start;
  let key = '';
  let keyStart = 0;
  let valueStart = 0;

  for (;;) {
    at = skipSpace(bytes, at);
    const byte = bytes[at];

    if (expected === 'key') {
      const keyEnd = byte === QUOTE ? skipString(bytes, at) : ~at;
      if (keyEnd < 0) return refused(keyEnd, byte === QUOTE ? 'broken string' : 'expected a key');
      if (depth === 1) {
        keyStart = at;
        key = decodeString(bytes, at, keyEnd);
      }
      at = skipSpace(bytes, keyEnd);
      if (bytes[at] !== COLON) return refused(~at, 'expected a colon');
      at++;
      expected = 'value';
      continue;
    }

    if (expected === 'value') {
      if (depth === 1) valueStart = at;
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        const isObject = byte === OPEN_BRACE;
        if (depth === containers.length) containers = doubled(containers);
        containers[depth++] = isObject ? OBJECT : ARRAY;
        if (depth > deepest) deepest = depth;
        at = skipSpace(bytes, at + 1);
        if (bytes[at] !== (isObject ? CLOSE_BRACE : CLOSE_BRACKET)) {
          expected = isObject ? 'key' : 'value';
          continue;
        }
        at++;
        depth--;
      } else {
        const end = skipScalar(bytes, at);
        if (end < 0) return refused(end, 'expected a value');
        at = end;
      }
    } else {
      const isObject = containers[depth - 1] === OBJECT;
      if (byte === COMMA) {
        at++;
        expected = isObject ? 'key' : 'value';
        continue;
      }
      if (byte !== (isObject ? CLOSE_BRACE : CLOSE_BRACKET)) {
        return refused(~at, isObject ? 'expected a comma or }' : 'expected a comma or ]');
      }
      at++;
      depth--;
    }

    // A value ends here.
    if (depth === 0) break;
    if (depth === 1) {
      if (kind === 'object') members.push({ key, keyStart, valueStart, valueEnd: at });
      else items.push({ valueStart, valueEnd: at });
    }
    expected = 'next';
  }

  const rest = skipSpace(bytes, at);
  if (rest !== bytes.length) return refused(~rest, 'expected nothing after the value');
  return { ok: true, kind, start, end: at, depth: deepest, members, items };
}

function refused(end: number, problem: string): JsonProblem {
  return { ok: false, offset: ~end, problem };
}

function doubled(containers: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(containers.length * 2);
  larger.set(containers);
  return larger;
}

/** The text of a JSON string; the range includes its quotes. Invalid UTF-8 becomes replacement characters. */
function decodeString(bytes: Uint8Array, start: number, end: number): string {
  const key: string = JSON.parse(decoder.decode(bytes.subarray(start, end)));
  return key;
}

// The functions below return the offset behind the token, or the complement (a negative number) of the offset of the
// first byte that is not allowed there: no object for each token.

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  for (; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte !== SPACE && byte !== NEWLINE && byte !== RETURN && byte !== TAB) break;
  }
  return at;
}

function skipScalar(bytes: Uint8Array, at: number): number {
  switch (bytes[at]) {
    case QUOTE:
      return skipString(bytes, at);
    case LOWER_T:
      return skipWord(bytes, at, TRUE);
    case LOWER_F:
      return skipWord(bytes, at, FALSE);
    case LOWER_N:
      return skipWord(bytes, at, NULL);
    default:
      return skipNumber(bytes, at);
  }
}

function skipString(bytes: Uint8Array, quote: number): number {
  const { length } = bytes;
  for (let at = quote + 1; at < length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) return at + 1;
    if (byte < SPACE) return ~at;
    if (byte !== BACKSLASH) continue;
    at++;
    const escaped = bytes[at] ?? 0;
    if (SIMPLE_ESCAPES.has(escaped)) continue;
    if (escaped !== LOWER_U) return ~at;
    for (let digit = 0; digit < 4; digit++) {
      at++;
      if (!isHexDigit(bytes[at] ?? 0)) return ~at;
    }
  }
  return ~length;
}

function skipNumber(bytes: Uint8Array, from: number): number {
  let at = bytes[from] === MINUS ? from + 1 : from;
  at = bytes[at] === ZERO ? at + 1 : skipDigits(bytes, at);
  if (at >= 0 && bytes[at] === POINT) at = skipDigits(bytes, at + 1);
  if (at >= 0 && (bytes[at] === LOWER_E || bytes[at] === UPPER_E)) {
    const signed = bytes[at + 1] === PLUS || bytes[at + 1] === MINUS;
    at = skipDigits(bytes, signed ? at + 2 : at + 1);
  }
  return at;
}

/** At least one digit. */
function skipDigits(bytes: Uint8Array, from: number): number {
  let at = from;
  for (; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < ZERO || byte > NINE) break;
  }
  return at === from ? ~at : at;
}

function skipWord(bytes: Uint8Array, from: number, word: readonly number[]): number {
  for (let i = 0; i < word.length; i++) if (bytes[from + i] !== word[i]) return ~(from + i);
  return from + word.length;
}

function isHexDigit(byte: number): boolean {
  const lower = byte | 0x20;
  return (byte >= ZERO && byte <= NINE) || (lower >= 0x61 && lower <= 0x66);
}
