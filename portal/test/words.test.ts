import { expect, test } from 'vitest';
import { browserName } from '../src/text/browser-name.ts';
import { safeLink } from '../src/text/safe-link.ts';
import { counted, milliseconds, percent, textOf, whenIs } from '../src/text/words.ts';

test.each([
  [1, '100 %'],
  [0.99999, '99.9 %'],
  [0.5, '50 %'],
  [0, '0 %'],
])('a rate of %d is %s: never 100 %% while something failed', (rate, expected) => {
  expect(percent(rate)).toBe(expected);
});

test.each([
  [0.42, '0.4 ms'],
  [87.6, '88 ms'],
  [1_234, '1.2 s'],
  [59_400, '59 s'],
  [90_000, '2 min'],
  [5_400_000, '1.5 h'],
])('%d milliseconds are %s', (duration, expected) => {
  expect(milliseconds(duration)).toBe(expected);
});

test.each([
  [0, 'a moment ago'],
  [20_000, 'in a moment'],
  [-59_000, 'a moment ago'],
  [-300_000, '5 minutes ago'],
  [7_200_000, 'in 2 hours'],
  [-86_400_000, 'yesterday'],
])('%d ms from now is %s', (distance, expected) => {
  const now = Date.parse('2026-04-06T12:00:00.000Z');
  expect(whenIs(new Date(now + distance).toISOString(), now)).toBe(expected);
});

test('one is counted as one, and nothing typed is nothing', () => {
  expect([counted(1, 'field'), counted(0, 'field'), counted(2, 'field')]).toEqual([
    '1 field',
    '0 fields',
    '2 fields',
  ]);
  expect([textOf('  '), textOf(' a b ')]).toEqual([null, 'a b']);
});

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36', 'Chrome on Linux'],
  ['Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/140.0 Safari/537.36 Edg/140.0', 'Edge on Windows'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1', 'Safari on iOS'],
  ['curl/8.0', 'Another program'],
  [null, 'Another program'],
])('%s is %s', (userAgent, expected) => {
  expect(browserName(userAgent)).toBe(expected);
});

test('a link is what loads a page and does nothing else', () => {
  expect(safeLink('https://desk.example.com/12')?.host).toBe('desk.example.com');
  const texts = ['javascript:alert(1)', 'data:text/html,x', 'https://a:b@example.com/', 'nothing'];
  expect(texts.map(safeLink)).toEqual([null, null, null, null]);
});
