import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timesAfter } from '../../src/base/calendar.ts';
import { checkedCalendar } from '../../src/features/schedules/calendar.ts';
import { day } from './setting.ts';

/** What a wall clock in a time zone shows. */
function wallClock(timeZone: string) {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    weekday: 'short',
  });
  return (time: number) => {
    const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, value]));
    const read = (name: Intl.DateTimeFormatPartTypes) => Number(parts.get(name));
    return {
      minute: read('minute'),
      hour: read('hour'),
      day: read('day'),
      month: read('month'),
      weekday: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(parts.get('weekday') ?? ''),
      text: [...parts.values()].join(''),
    };
  };
}

describe('the calendar', () => {
  /** A change of the clocks, a day later each. */
  const changes = [
    ['Europe/Berlin', '2026-03-29'],
    ['Europe/Berlin', '2026-10-25'],
    ['America/New_York', '2026-03-08'],
    ['America/New_York', '2026-11-01'],
    ['Australia/Lord_Howe', '2026-04-04'],
    ['Australia/Lord_Howe', '2026-10-03'],
    ['Asia/Beirut', '2026-03-28'],
    ['America/Sao_Paulo', '2018-11-04'],
    ['Africa/Casablanca', '2026-02-15'],
    ['Asia/Kathmandu', '2026-05-01'],
    ['UTC', '2026-12-31'],
  ] as const;

  it('comes at every time that matches, at nothing else, and never twice', () => {
    const field = (least: number, most: number) =>
      fc.oneof(
        fc.constant(null),
        fc.uniqueArray(fc.integer({ min: least, max: most }), { minLength: 1, maxLength: 3 }),
      );
    fc.assert(
      fc.property(
        fc.constantFrom(...changes),
        fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 2 }),
        field(0, 23),
        field(0, 6),
        ([zone, date], minutes, hours, weekdays) => {
          const write = (values: number[] | null) => values?.join(',') ?? '*';
          const cron = `${write(minutes)} ${write(hours)} * * ${write(weekdays)}`;
          const calendar = checkedCalendar(cron, zone);
          const read = wallClock(zone);
          const matches = (time: ReturnType<typeof read>) =>
            minutes.includes(time.minute) &&
            (hours?.includes(time.hour) ?? true) &&
            (weekdays?.includes(time.weekday) ?? true);
          const start = Date.parse(`${date}T00:00:00Z`) - day;
          const end = start + 3 * day;
          const runs: number[] = [];
          for (
            let at = calendar.after(new Date(start - 1));
            at !== null && at.getTime() < end;
            at = calendar.after(at)
          )
            runs.push(at.getTime());
          expect(runs).toEqual([...new Set(runs)].sort((a, b) => a - b));

          const shown = new Set(runs.map((run) => read(run).text));
          let offset = wallOffset(read, start);
          for (let time = start; time < end; time += 60_000) {
            const wall = read(time);
            const before = offset;
            offset = wallOffset(read, time);
            if (matches(wall))
              expect([cron, zone, new Date(time), shown.has(wall.text)]).toEqual([
                cron,
                zone,
                new Date(time),
                true,
              ]);
            else if (runs.includes(time))
              // Only where the clocks have just been put forward over a time that would have matched.
              expect([cron, zone, new Date(time), offset > before]).toEqual([
                cron,
                zone,
                new Date(time),
                true,
              ]);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('goes on by real time where every hour counts, and once where an hour is named', () => {
    const between = (cron: string, from: string, to: string) => {
      const calendar = checkedCalendar(cron, 'Europe/Berlin');
      return timesAfter(calendar, new Date(from), 20)
        .filter((time) => time < new Date(to))
        .map((time) => time.toISOString().slice(11, 16));
    };
    const autumn = ['2026-10-24T23:59:00Z', '2026-10-25T03:01:00Z'] as const;
    expect(between('*/30 * * * *', ...autumn)).toEqual([
      '00:00',
      '00:30',
      '01:00',
      '01:30',
      '02:00',
      '02:30',
      '03:00',
    ]);
    expect(between('30 2 * * *', ...autumn)).toEqual(['00:30']);
    const spring = ['2026-03-29T00:00:00Z', '2026-03-29T03:01:00Z'] as const;
    expect(between('30 2 * * *', ...spring)).toEqual(['01:00']);
    expect(between('*/30 * * * *', ...spring)).toEqual([
      '00:30',
      '01:00',
      '01:30',
      '02:00',
      '02:30',
      '03:00',
    ]);
  });
});

/** How far the wall clock is ahead, in minutes modulo a day. */
function wallOffset(read: ReturnType<typeof wallClock>, time: number): number {
  const { hour: hours, minute } = read(time);
  const ahead = hours * 60 + minute - (Math.floor(time / 60_000) % 1_440);
  return ((((ahead + 720) % 1_440) + 1_440) % 1_440) - 720;
}
