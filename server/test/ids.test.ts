import { expect, it } from 'vitest';
import { firstIdAt, newId, parseId, publicId, timeOfId } from '../src/base/ids.ts';

function clockAt(times: number[]) {
  let index = 0;
  return { now: () => times[Math.min(index++, times.length - 1)] ?? 0, follow: () => {} };
}

it('sorts ids in the order in which they were made, also within a millisecond and when the clock goes back', () => {
  const clock = clockAt([1_000, 1_000, 1_000, 999, 1_001]);
  const ids = Array.from({ length: 2_000 }, () => newId(clock));
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

it('keeps the time in the id, and bounds it from below', () => {
  const time = Date.parse('2026-04-06T14:30:00.123Z');
  const id = newId(clockAt([time]));
  expect(timeOfId(id)).toBe(time);
  expect(firstIdAt(time) < id && id < firstIdAt(time + 1)).toBe(true);
});

it('reads back what it shows, and nothing of another kind', () => {
  const id = newId(clockAt([5]));
  expect(parseId('event', publicId('event', id))).toBe(id);
  expect(parseId('endpoint', publicId('event', id))).toBeNull();
  expect(parseId('event', 'evt_8zzzzzzzzzzzzzzzzzzzzzzzzz')).toBeNull();
  expect(parseId('event', `${publicId('event', id)} `)).toBeNull();
});
