import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { mondayAfter, nextDigest, weekToSumUp } from '../../src/features/notifications/digest-calendar.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** With changes of an hour, of half an hour, of two hours, in autumn and spring of either half, and none. */
const zones = [
  ...['UTC', 'Europe/Berlin', 'Europe/London', 'America/New_York', 'America/Los_Angeles', 'America/St_Johns'],
  ...['America/Santiago', 'Australia/Sydney', 'Australia/Lord_Howe', 'Pacific/Auckland', 'Pacific/Chatham'],
  ...['Asia/Kathmandu', 'Asia/Kolkata', 'Africa/Casablanca', 'Africa/Cairo', 'Asia/Beirut'],
  ...['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Antarctica/Troll', 'America/Havana'],
];

/** What the clocks of a zone show, by another implementation than the one under test: `Mon 09:00:00`. */
function clockOf(zone: string, time: Date): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(time);
  const of = (type: string) => parts.find((part) => part.type === type)?.value;
  return `${of('weekday')} ${of('hour')}:${of('minute')}:${of('second')}`;
}

const instants = fc
  .date({ min: new Date('2024-01-01T00:00:00Z'), max: new Date('2036-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => new Date(Math.floor(date.getTime() / 1_000) * 1_000));

describe('Monday at nine', () => {
  test.each([
    // Clocks go forward on Sunday 29 March, back on 25 October.
    ['Europe/Berlin', '2026-03-23T08:00:00Z', '2026-03-30T07:00:00Z'],
    ['Europe/Berlin', '2026-10-19T07:00:00Z', '2026-10-26T08:00:00Z'],
    // 8 March and 1 November.
    ['America/New_York', '2026-03-02T14:00:00Z', '2026-03-09T13:00:00Z'],
    ['America/New_York', '2026-10-26T13:00:00Z', '2026-11-02T14:00:00Z'],
    // The other half of the earth: back on 5 April, forward on 4 October; half an hour on Lord Howe.
    ['Australia/Sydney', '2026-03-29T22:00:00Z', '2026-04-05T23:00:00Z'],
    ['Australia/Lord_Howe', '2026-03-29T22:00:00Z', '2026-04-05T22:30:00Z'],
    ['Australia/Lord_Howe', '2026-09-27T22:30:00Z', '2026-10-04T22:00:00Z'],
    ['Pacific/Chatham', '2026-09-20T20:15:00Z', '2026-09-27T19:15:00Z'],
    // No change at all, a quarter of an hour beside everybody.
    ['Asia/Kathmandu', '2026-03-23T03:15:00Z', '2026-03-30T03:15:00Z'],
    // Two hours, by the clocks of Norway's station.
    ['Antarctica/Troll', '2026-03-23T09:00:00Z', '2026-03-30T07:00:00Z'],
  ])('in %s comes after %s at %s', (zone, before, expected) => {
    expect(clockOf(zone, new Date(before))).toBe('Mon 09:00:00');
    expect(mondayAfter(zone, new Date(before)).toISOString()).toBe(new Date(expected).toISOString());
    // The week between them is 167 to 170 hours, and none of them is lost or told twice.
    const until = new Date(expected);
    const { from } = weekToSumUp(zone, until, null, until);
    expect(from.toISOString()).toBe(new Date(before).toISOString());
  });

  it('is the next one by the clocks of the zone, whenever and wherever', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), instants, (zone, time) => {
        const monday = mondayAfter(zone, time);
        expect(clockOf(zone, monday)).toBe('Mon 09:00:00');
        const wait = monday.getTime() - time.getTime();
        expect(wait).toBeGreaterThan(0);
        expect(wait).toBeLessThanOrEqual(7 * day + 2 * hour);
        // None before it was passed over.
        const earlier = mondayAfter(zone, new Date(monday.getTime() - 8 * day));
        expect(clockOf(zone, earlier)).toBe('Mon 09:00:00');
        expect(earlier <= time).toBe(true);
        const later = mondayAfter(zone, monday);
        expect(Math.abs(later.getTime() - monday.getTime() - 7 * day)).toBeLessThanOrEqual(2 * hour);
      }),
      { numRuns: 500 },
    );
  });

  it('sums up weeks that join without a gap, also after a stop and in another zone', () => {
    const stops = fc.array(fc.integer({ min: 0, max: 40 * day }), { minLength: 1, maxLength: 12 });
    const moves = fc.array(fc.constantFrom(...zones), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(instants, stops, moves, (start, waits, path) => {
        let due = mondayAfter(path[0] ?? 'UTC', start);
        let latest: Date | null = null;
        let now = start;
        for (const [index, wait] of waits.entries()) {
          const zone = path[index] ?? 'UTC';
          if (latest !== null) due = nextDigest(zone, latest);
          now = new Date(Math.max(now.getTime(), due.getTime()) + wait);
          const week = weekToSumUp(zone, due, latest, now);
          expect(week.until <= now).toBe(true);
          expect(mondayAfter(zone, week.until) > now).toBe(true);
          const length = week.until.getTime() - week.from.getTime();
          expect(length).toBeGreaterThan(3 * day);
          expect(length).toBeLessThanOrEqual(8 * day);
          // Never before the end of the one before it; from there on, if that was a week ago.
          if (latest !== null) {
            expect(week.from >= latest).toBe(true);
            if (week.until.getTime() - latest.getTime() <= 8 * day) expect(week.from).toEqual(latest);
          }
          latest = week.until;
          expect(nextDigest(zone, latest) > now).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
