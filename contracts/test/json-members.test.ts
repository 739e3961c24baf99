import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JsonValue, scanJson } from '../src/index.ts';
import { looseJsonText } from './json-text.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (part: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(part);

function scanned(json: string): JsonValue {
  const scan = scanJson(bytes(json));
  if (!scan.ok) throw new Error(`${scan.problem} at ${scan.offset} in ${json}`);
  return scan;
}

function members(json: string): [string, string][] {
  const whole = bytes(json);
  return scanned(json).members.map((m) => [m.key, text(whole.subarray(m.valueStart, m.valueEnd))]);
}

const accepted = (json: string) => {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
};

describe('what is JSON', () => {
  test.each([
    '{}',
    '[]',
    'null',
    'true',
    'false',
    '0',
    '-0',
    '-0.0e+00',
    '1E5',
    '1e131072',
    '"\\u0000\\ud800"',
    ' { } ',
    '\t[\r\n1 , 2 ]\n',
    '{"a":{"b":[{},[],""]}}',
    '"\u007f\u2028"',
    '{"":0}',
  ])('%j is', (json) => {
    expect(accepted(json)).toBe(true);
    expect(scanJson(bytes(json)).ok).toBe(true);
  });

  test.each([
    '',
    ' ',
    '{',
    '}',
    '[',
    ']',
    '[1',
    '[1,',
    '[1,]',
    '[,1]',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{,}',
    '{a:1}',
    "{'a':1}",
    '{"a":1 "b":2}',
    '[1 2]',
    '[1}',
    '{"a":1]',
    '01',
    '-',
    '+1',
    '.5',
    '1.',
    '1.e1',
    '1e',
    '1e+',
    '--1',
    'NaN',
    'Infinity',
    'nul',
    'nulll',
    'True',
    '"',
    '"\\',
    '"\\x"',
    '"\\u12g4"',
    '"\\u123"',
    '"\n"',
    '"\u0000"',
    '"a" "b"',
    '{}{}',
    '1 2',
    '\ufeff{}',
    '\u00a0{}',
    '\f{}',
    '/**/{}',
    '{"a":1}x',
    '[[]',
    '[]]',
  ])('%j is not', (json) => {
    expect(accepted(json)).toBe(false);
    expect(scanJson(bytes(json)).ok).toBe(false);
  });

  test('agrees with JSON.parse about every text made of JSON-like pieces', () => {
    fc.assert(
      fc.property(looseJsonText, (json) => {
        expect(scanJson(bytes(json)).ok).toBe(accepted(json));
      }),
      { numRuns: 3_000 },
    );
  });

  test('agrees with JSON.parse about valid JSON with one byte changed', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.integer({ min: 0, max: 127 }), (json, where, byte) => {
        const broken = bytes(json);
        broken[where % broken.length] = byte;
        const decoded = text(broken);
        // A byte changed within a character outside ASCII leaves no UTF-8, which is the caller's to refuse.
        fc.pre(!decoded.includes('\ufffd'));
        expect(scanJson(broken).ok).toBe(accepted(decoded));
      }),
      { numRuns: 3_000 },
    );
  });

  test('says where the first impossible byte is', () => {
    expect(scanJson(bytes('{"a":1,"b":tru}'))).toEqual({
      ok: false,
      offset: 14,
      problem: 'expected a value',
    });
    expect(scanJson(bytes('{"a" 1}'))).toEqual({ ok: false, offset: 5, problem: 'expected a colon' });
    expect(scanJson(bytes('{"a":1'))).toEqual({ ok: false, offset: 6, problem: 'expected a comma or }' });
    expect(scanJson(bytes('{} {}'))).toEqual({
      ok: false,
      offset: 3,
      problem: 'expected nothing after the value',
    });
  });
});

describe('members of the top-level object', () => {
  test('keep order, duplicates and the exact bytes of each value', () => {
    expect(members(' {"b" : 1e131072 , "a":{"b":[1, 2]},"b":"\\u0000","c" :  null }')).toEqual([
      ['b', '1e131072'],
      ['a', '{"b":[1, 2]}'],
      ['b', '"\\u0000"'],
      ['c', 'null'],
    ]);
  });

  test('have decoded keys', () => {
    expect(members('{"\\u0064ata":1,"é\\n":2,"__proto__":3,"\ufeff":4}')).toEqual([
      ['data', '1'],
      ['é\n', '2'],
      ['__proto__', '3'],
      ['\ufeff', '4'],
    ]);
  });

  test('of inner objects are not reported', () => {
    expect(members('{"a":{"x":1,"y":{"z":2}},"b":[{"w":1}]}').map(([key]) => key)).toEqual(['a', 'b']);
  });

  test('parse to what JSON.parse makes of the whole', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (value) => {
        const json = JSON.stringify(value, null, 1);
        const parsed: unknown = JSON.parse(json);
        const rebuilt = Object.fromEntries(members(json).map(([key, part]) => [key, JSON.parse(part)]));
        expect(rebuilt).toEqual(parsed);
      }),
    );
  });

  test('point at the opening quote of their key', () => {
    expect(scanned('{ "a":1}').members[0]).toEqual({ key: 'a', keyStart: 2, valueStart: 6, valueEnd: 7 });
  });
});

test('items of a top-level array are reported', () => {
  expect(scanned(' [1, {"a":[]} ,[2]]').items).toEqual([
    { valueStart: 2, valueEnd: 3 },
    { valueStart: 5, valueEnd: 13 },
    { valueStart: 15, valueEnd: 18 },
  ]);
});

test('the value is found between white space', () => {
  expect(scanned('\n {"a":1}\t')).toMatchObject({ kind: 'object', start: 2, end: 9 });
  expect(scanned(' 12 ')).toMatchObject({ kind: 'scalar', start: 1, end: 3 });
});

describe('depth', () => {
  test.each([
    ['1', 0],
    ['{}', 1],
    ['[[]]', 2],
    ['{"a":[{"b":1}],"c":{}}', 3],
  ])('of %s is %i', (json, depth) => {
    expect(scanned(json).depth).toBe(depth);
  });

  test('of 100,000 neither overflows nor takes long', () => {
    const levels = 100_000;
    expect(scanned('['.repeat(levels) + ']'.repeat(levels)).depth).toBe(levels);
    expect(scanned(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`).depth).toBe(levels);
    expect(scanJson(bytes('['.repeat(levels))).ok).toBe(false);
  });
});
