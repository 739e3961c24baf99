import { expect, test } from 'vitest';
import { laidOut, lineAt, placeOf, syntaxErrorOf, textsIn } from '../src/text/json.ts';

const manifest = `{
  "version": "1.0.0",
  "webhooks": [{ "url": "é☕" }, { "a/b": { "~": 12345678901234567890.10 } }]
}`;
const textAt = (pointer: string) => {
  const { start, end } = placeOf(manifest, pointer);
  return manifest.slice(start, end);
};

test.each([
  ['/version', '"1.0.0"'],
  ['/webhooks/0/url', '"é☕"'],
  ['/webhooks/1/a~1b/~0', '12345678901234567890.10'],
  ['/webhooks/1/missing', '{ "a/b": { "~": 12345678901234567890.10 } }'],
  ['', manifest],
])('the place of %s', (pointer, expected) => {
  expect(textAt(pointer)).toBe(expected);
});

test('a place has a line', () => {
  expect(lineAt(manifest, placeOf(manifest, '/webhooks').start)).toBe(3);
});

test('values stay the texts that they are', () => {
  expect([...textsIn('{"a":1e400, "b" : [1,2], "c":"\\u0000"}')]).toEqual([
    ['a', '1e400'],
    ['b', '[1,2]'],
    ['c', '"\\u0000"'],
  ]);
  expect(textsIn('[').size).toBe(0);
});

test('JSON is laid out without losing a digit; other texts are not', () => {
  expect(laidOut('{"a":[1e400,{}],"b":"x: [1]"}')).toBe(
    '{\n  "a": [\n    1e400,\n    {}\n  ],\n  "b": "x: [1]"\n}',
  );
  expect(laidOut('{"cut":')).toBeNull();
  expect([syntaxErrorOf('{}'), typeof syntaxErrorOf('{')]).toEqual([null, 'string']);
});
