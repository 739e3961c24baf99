import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RetryRule } from '../src/index.ts';
import { contracts, countsAsFailure, nextDelay, parseRetryAfter, preview, standard } from '../src/index.ts';

const exact: RetryRule = {
  delays: [10, 60, 300],
  jitter: 0,
  maxRetryAfterSeconds: 86_400,
  overridable: true,
};
const middle = () => 0.5;

describe('nextDelay', () => {
  test('follows the delays and then ends', () => {
    expect([1, 2, 3, 4, 5].map((attempt) => nextDelay(exact, attempt, Math.random))).toEqual([
      10,
      60,
      300,
      null,
      null,
    ]);
  });

  test('keeps jitter within its share', () => {
    const rule = { ...exact, jitter: 0.2 };
    expect(nextDelay(rule, 2, () => 0)).toBeCloseTo(48);
    expect(nextDelay(rule, 2, middle)).toBe(60);
    expect(nextDelay(rule, 2, () => 1 - Number.EPSILON)).toBeCloseTo(72);
  });

  test('lets Retry-After lengthen a wait, up to a day', () => {
    expect(nextDelay(exact, 1, middle, 25)).toBe(25);
    expect(nextDelay(exact, 1, middle, 0)).toBe(10);
    expect(nextDelay(exact, 1, middle, 10 ** 9)).toBe(86_400);
    expect(nextDelay(exact, 4, middle, 25)).toBe(null);
  });

  test('is never earlier than the retry delay and never later than the cap', () => {
    const asked = fc.option(fc.nat({ max: 10 ** 7 }));
    fc.assert(
      fc.property(
        fc.nat({ max: 2 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        asked,
        (index, random, seconds) => {
          const rule = { ...exact, jitter: 0.2 };
          const scheduled = nextDelay(rule, index + 1, () => random) ?? Number.NaN;
          const delay = nextDelay(rule, index + 1, () => random, seconds) ?? Number.NaN;
          expect(delay).toBeGreaterThanOrEqual(scheduled);
          expect(delay).toBeLessThanOrEqual(Math.max(scheduled, 86_400));
        },
      ),
    );
  });
});

test('preview lists every attempt with the time that has passed', () => {
  expect(preview({ retry: exact })).toEqual([
    { attempt: 1, delaySeconds: 0, elapsedSeconds: 0 },
    { attempt: 2, delaySeconds: 10, elapsedSeconds: 10 },
    { attempt: 3, delaySeconds: 60, elapsedSeconds: 70 },
    { attempt: 4, delaySeconds: 300, elapsedSeconds: 370 },
  ]);
  expect(preview(standard).at(-1)).toEqual({ attempt: 8, delaySeconds: 50_400, elapsedSeconds: 113_705 });
  for (const contract of contracts) expect(preview(contract)).toHaveLength(contract.retry.delays.length + 1);
});

test('countsAsFailure tells answers from silence', () => {
  const responses = { kind: 'consecutive_failures', count: 10, counts: 'responses' } as const;
  expect([400, 404, 500, 599].map((status) => countsAsFailure(responses, status))).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect([302, 304, null].map((status) => countsAsFailure(responses, status))).toEqual([false, false, false]);
  expect([302, 500, null].map((status) => countsAsFailure({ ...responses, counts: 'all' }, status))).toEqual([
    true,
    true,
    true,
  ]);
});

describe('parseRetryAfter', () => {
  const now = new Date('1994-11-06T08:49:00Z');

  test.each([
    ['0', 0],
    ['120', 120],
    ['9999999999', 9_999_999_999],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 37],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 37],
    ['Sun Nov  6 08:49:37 1994', 37],
    ['Sat, 05 Nov 1994 08:49:37 GMT', 0],
    ['Sat, 31 Dec 1994 23:59:60 GMT', (Date.UTC(1994, 11, 31, 23, 59, 59) - now.getTime()) / 1000],
  ])('reads %j', (value, seconds) => {
    expect(parseRetryAfter(value, now)).toBe(seconds);
  });

  test.each([
    '',
    ' ',
    '-1',
    '+1',
    '1.5',
    '1e3',
    '0x10',
    '12 ',
    ' 12',
    '12s',
    '99999999999',
    '١٢',
    'soon',
    '1994-11-06T08:49:37Z',
    'Mon, 06 Nov 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 UTC',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Thu, 31 Feb 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:60:37 GMT',
    'Sun, 06 Foo 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 08:49:37 GMT, 5',
    '5, 5',
    'sun, 06 nov 1994 08:49:37 gmt',
  ])('refuses %j', (value) => {
    expect(parseRetryAfter(value, now)).toBe(null);
  });

  test('reads two digits as the nearest such year', () => {
    const in2026 = new Date('2026-11-20T00:00:00Z');
    expect(parseRetryAfter('Friday, 20-Nov-26 00:01:00 GMT', in2026)).toBe(60);
    expect(parseRetryAfter('Sunday, 06-Nov-94 08:49:37 GMT', in2026)).toBe(0);
  });
});
