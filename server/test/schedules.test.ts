import fc from 'fast-check';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkedCalendar, timesAfter } from '../src/events/calendar.ts';
import { forgetRuns, type RunTools } from '../src/events/schedule-runs.ts';
import { publishDueSchedules } from '../src/worker/schedules.ts';
import { adminToken, createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';

const hour = 3_600_000;
const day = 24 * hour;

describeOnEachDatabase('schedules', (kind) => {
  let app: TestApp;
  let key: string;

  async function open(time: string) {
    app = await createTestApp(kind, { time: new Date(time) });
    key = (await app.organization('acme', { time_zone: 'Europe/Berlin' })).key;
  }
  beforeEach(() => open('2026-03-25T12:00:00Z'));
  afterEach(() => app.close());

  async function create(more: Record<string, unknown> = {}) {
    const answer = await app.call(
      'POST',
      '/v1/schedules',
      { cron: '0 9 * * 1', type: 'digest.due', data: { a: 1 }, ...more },
      { token: key },
    );
    expect(answer.status).toBe(201);
    return answer.body;
  }

  async function times(): Promise<string[]> {
    const { body } = await app.call('GET', '/v1/events?limit=200', undefined, { token: key });
    return body.data.map((event: { occurred_at: string }) => event.occurred_at).reverse();
  }

  it('keeps nine o’clock on Mondays across both changes of the clocks', async () => {
    const schedule = await create();
    expect(schedule).toMatchObject({
      time_zone: 'Europe/Berlin',
      next_at: '2026-03-30T07:00:00.000Z',
      last_at: null,
    });
    await app.advance(5 * day);
    await publishDueSchedules(app.services);
    expect(await times()).toEqual(['2026-03-30T07:00:00.000Z']);
    await app.close();
    await open('2026-10-23T12:00:00Z');
    expect((await create()).next_at).toBe('2026-10-26T08:00:00.000Z');
  });

  it('publishes each time once, however many workers look', async () => {
    await create({ cron: '* * * * *' });
    await app.advance(60_000);
    await Promise.all(Array.from({ length: 8 }, () => publishDueSchedules(app.services)));
    expect(await times()).toEqual(['2026-03-25T12:01:00.000Z']);
  });

  it('catches up as each schedule says', async () => {
    await create({ cron: '0 * * * *', type: 'rule.latest' });
    await create({ cron: '0 * * * *', type: 'rule.all', catch_up: 'all' });
    await create({ cron: '0 * * * *', type: 'rule.none', catch_up: 'none' });
    await app.advance(5 * hour + 30 * 60_000);
    await publishDueSchedules(app.services);
    const counts = await Promise.all(
      ['rule.latest', 'rule.all', 'rule.none'].map(
        async (type) =>
          (await app.call('GET', `/v1/events?type=${type}`, undefined, { token: key })).body.data.length,
      ),
    );
    expect(counts).toEqual([1, 5, 0]);
    const { body } = await app.call('GET', '/v1/schedules', undefined, { token: key });
    expect(new Set(body.data.map((schedule: { next_at: string }) => schedule.next_at))).toEqual(
      new Set(['2026-03-25T18:00:00.000Z']),
    );
  });

  it('does not walk through years of missed minutes', async () => {
    await create({ cron: '* * * * *' });
    await app.advance(800 * day);
    await publishDueSchedules(app.services);
    expect(await times()).toHaveLength(1);
  });

  it('publishes the data byte for byte, and shows it so', async () => {
    const data = '{ "b": 1, "a": 1e400, "b": "\\u0000" }';
    const answer = await app.call(
      'POST',
      '/v1/schedules',
      `{"cron":"0 9 * * *","type":"digest.due","data":${data}}`,
      { token: key },
    );
    expect(answer.text).toContain(data);
    await app.advance(day);
    await publishDueSchedules(app.services);
    const { body } = await app.call('GET', '/v1/events', undefined, { token: key });
    expect(
      (await app.call('GET', `/v1/events/${body.data[0].id}`, undefined, { token: key })).text,
    ).toContain(data);
  });

  it('stops, resumes from now on, and is deleted', async () => {
    const { id } = await create({ cron: '0 * * * *', catch_up: 'all' });
    await app.call('PATCH', `/v1/schedules/${id}`, { enabled: false }, { token: key });
    await app.advance(3 * hour);
    await publishDueSchedules(app.services);
    const { body } = await app.call('PATCH', `/v1/schedules/${id}`, { enabled: true }, { token: key });
    expect(body.next_at).toBe('2026-03-25T16:00:00.000Z');
    expect(await times()).toEqual([]);
    expect((await app.call('DELETE', `/v1/schedules/${id}`, undefined, { token: key })).status).toBe(204);
    expect((await app.call('GET', `/v1/schedules/${id}`, undefined, { token: key })).status).toBe(404);
  });

  it('is not held up by a schedule whose data is refused by now', async () => {
    const { id } = await create({ cron: '0 * * * *', type: 'rule.broken' });
    await create({ cron: '0 * * * *', type: 'rule.sound' });
    await app.call(
      'PUT',
      '/v1/event-types/rule.broken',
      { schema: { required: ['missing'] } },
      { token: key },
    );
    await app.advance(hour);
    await publishDueSchedules(app.services);
    expect((await app.call('GET', '/v1/events', undefined, { token: key })).body.data).toMatchObject([
      { type: 'rule.sound' },
    ]);
    const { body } = await app.call('GET', '/v1/audit-log?action=schedule.refused', undefined, {
      token: key,
    });
    expect(body.data).toMatchObject([{ target: id, actor: 'system' }]);
  });

  it('refuses what is no calendar, and says why', async () => {
    for (const cron of [
      '0 9 * *',
      '61 * * * *',
      '* * * * * *',
      'every day at 9',
      '@annually',
      '2026-05-05T00:00:00',
      '0 9\n* * 1',
      ' 0 9 * * 1',
      '10-5 9 * * *',
      '*/0 9 * * *',
      '0 0 30 2 *',
      '0 0 31 2,4,6,9,11 *',
    ]) {
      const { status, body } = await app.call(
        'POST',
        '/v1/schedules',
        { cron, type: 'a.b', data: {} },
        { token: key },
      );
      expect([cron, status, body.errors?.[0].pointer]).toEqual([cron, 422, '/cron']);
    }
    for (const time_zone of ['Mars/Olympus', '+02:00', '', 'Europe/Berlin ', '../../etc/passwd']) {
      const { status, body } = await app.call(
        'POST',
        '/v1/schedules',
        { cron: '0 9 * * *', time_zone, type: 'a.b', data: {} },
        { token: key },
      );
      expect([time_zone, status, body.errors?.[0].pointer]).toEqual([time_zone, 422, '/time_zone']);
    }
    await create({ cron: '0 0 29 2 *', time_zone: 'Pacific/Kiritimati' });
  });

  it('refuses data at once that its type would refuse later', async () => {
    await app.call('PUT', '/v1/event-types/digest.due', { schema: { required: ['a'] } }, { token: key });
    const post = (data: unknown) =>
      app.call('POST', '/v1/schedules', { cron: '0 9 * * *', type: 'digest.due', data }, { token: key });
    const refused = await post({ b: 1 });
    expect([refused.status, refused.body.code, refused.body.errors[0].pointer]).toEqual([
      422,
      'invalid_event_data',
      '/data/a',
    ]);
    const { body } = await post({ a: 1 });
    const patch = (change: unknown) => app.call('PATCH', `/v1/schedules/${body.id}`, change, { token: key });
    expect((await patch({ data: {} })).body.code).toBe('invalid_event_data');
    expect((await patch({ type: 'digest.other', data: {} })).status).toBe(200);
    expect((await patch({ type: 'digest.due' })).body.code).toBe('invalid_event_data');
    await app.call('DELETE', '/v1/event-types/digest.due', undefined, { token: key });
    expect((await patch({ type: 'digest.due' })).status).toBe(200);
  });

  it('takes data as large as events have', async () => {
    const data = { text: 'x'.repeat(262_144 - 11) };
    const { id } = await create({ cron: '0 * * * *', data });
    const changed = await app.call('PATCH', `/v1/schedules/${id}`, { data }, { token: key });
    expect(changed.status).toBe(200);
    const larger = { text: `${data.text}x` };
    expect((await app.call('PATCH', `/v1/schedules/${id}`, { data: larger }, { token: key })).status).toBe(
      413,
    );
    await app.advance(hour);
    await publishDueSchedules(app.services);
    expect(await times()).toHaveLength(1);
  });

  it('tells when it comes next, and what came of it', async () => {
    await app.call('PUT', '/v1/event-types/digest.due', { schema: { required: ['a'] } }, { token: key });
    const made = await create({ cron: '30 2 * * *', catch_up: 'all' });
    expect(made.upcoming).toEqual([
      '2026-03-26T01:30:00.000Z',
      '2026-03-27T01:30:00.000Z',
      '2026-03-28T01:30:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
    await app.advance(day);
    await publishDueSchedules(app.services);
    await app.call('PUT', '/v1/event-types/digest.due', { schema: { required: ['b'] } }, { token: key });
    await app.advance(day);
    await publishDueSchedules(app.services);
    const read = (path: string) =>
      app.call('GET', `/v1/schedules/${made.id}${path}`, undefined, { token: key });
    const runs = await read('/runs');
    const published = `${made.id}.${Date.parse('2026-03-26T01:30:00Z')}`;
    expect(runs.body).toEqual({
      data: [
        {
          at: '2026-03-27T01:30:00.000Z',
          event_id: null,
          refusal: expect.stringContaining('required'),
          created_at: '2026-03-27T12:00:00.000Z',
        },
        {
          at: '2026-03-26T01:30:00.000Z',
          event_id: published,
          refusal: null,
          created_at: '2026-03-26T12:00:00.000Z',
        },
      ],
      next_cursor: null,
    });
    expect((await app.call('GET', `/v1/events/${published}`, undefined, { token: key })).body).toMatchObject({
      source: 'schedule',
      occurred_at: '2026-03-26T01:30:00.000Z',
    });
    const first = await read('/runs?limit=1');
    const second = await read(`/runs?limit=1&cursor=${encodeURIComponent(first.body.next_cursor)}`);
    expect([...first.body.data, ...second.body.data]).toEqual(runs.body.data);
    expect(second.body.next_cursor).toBeNull();
    const other = await create({ type: 'digest.other' });
    expect(
      (
        await app.call(
          'GET',
          `/v1/schedules/${other.id}/runs?cursor=${encodeURIComponent(first.body.next_cursor)}`,
          undefined,
          { token: key },
        )
      ).status,
    ).toBe(400);

    const paused = await app.call('PATCH', `/v1/schedules/${made.id}`, { enabled: false }, { token: key });
    expect(paused.body).toMatchObject({
      enabled: false,
      next_at: null,
      upcoming: [],
      last_at: '2026-03-27T01:30:00.000Z',
    });
    await forgetRuns(app.database.queries, 30);
    expect((await read('/runs')).body.data).toHaveLength(2);
    await app.advance(30 * day);
    await forgetRuns(app.database.queries, 30);
    expect((await read('/runs')).body.data).toHaveLength(1);
  });

  it('shows the times of an expression before anything is made', async () => {
    const ask = (body: unknown) => app.call('POST', '/v1/schedules/preview', body, { token: key });
    const cron = '0 9 * * 1';
    expect((await ask({ cron, count: 2 })).body).toEqual({
      cron,
      time_zone: 'Europe/Berlin',
      times: ['2026-03-30T07:00:00.000Z', '2026-04-06T07:00:00.000Z'],
    });
    expect((await ask({ cron, time_zone: 'Asia/Tokyo', count: 1 })).body.times).toEqual([
      '2026-03-30T00:00:00.000Z',
    ]);
    expect((await ask({ cron })).body.times).toHaveLength(5);
    expect((await ask({ cron: '0 9 30 2 *' })).body.errors[0].pointer).toBe('/cron');
    expect((await ask({ cron, count: 51 })).status).toBe(422);
    expect((await app.call('GET', '/v1/schedules', undefined, { token: key })).body.data).toEqual([]);
  });

  it('owes what was due before it was changed', async () => {
    const { id } = await create({ cron: '0 * * * *', data: { version: 1 } });
    await app.advance(hour + 500);
    const patch = (change: unknown) => app.call('PATCH', `/v1/schedules/${id}`, change, { token: key });
    const changed = await patch({ cron: '30 * * * *', data: { version: 2 } });
    expect(changed.body).toMatchObject({
      last_at: '2026-03-25T13:00:00.000Z',
      next_at: '2026-03-25T13:30:00.000Z',
    });
    expect(await times()).toEqual(['2026-03-25T13:00:00.000Z']);
    const event = await app.call('GET', `/v1/events/${id}.${Date.parse('2026-03-25T13:00:00Z')}`, undefined, {
      token: key,
    });
    expect(event.body.data).toEqual({ version: 1 });
    await app.advance(hour);
    expect((await patch({ enabled: false })).body.next_at).toBeNull();
    expect(await times()).toEqual(['2026-03-25T13:00:00.000Z', '2026-03-25T13:30:00.000Z']);
  });

  it('counts from the database’s time, whatever this process takes the time to be', async () => {
    app.drift(-3 * hour);
    const { next_at, id } = await create({ cron: '0 * * * *' });
    expect(next_at).toBe('2026-03-25T13:00:00.000Z');
    app.drift(9 * hour);
    const { body } = await app.call('PATCH', `/v1/schedules/${id}`, { cron: '30 * * * *' }, { token: key });
    expect(body.next_at).toBe('2026-03-25T12:30:00.000Z');
    app.drift(-6 * hour);
  });

  it('does not come again when the clock is set back', async () => {
    const { id } = await create({ cron: '0 * * * *', catch_up: 'all' });
    await app.advance(hour);
    await publishDueSchedules(app.services);
    await app.advance(-hour);
    await app.call('PATCH', `/v1/schedules/${id}`, { cron: '0 * * * 1-5' }, { token: key });
    await app.advance(hour);
    await publishDueSchedules(app.services);
    expect(await times()).toEqual(['2026-03-25T13:00:00.000Z']);
    const { body } = await app.call('GET', '/v1/audit-log?action=schedule.refused', undefined, {
      token: key,
    });
    expect(body.data).toEqual([]);
  });

  it('is not held up by a schedule that cannot be read any more, which is stopped', async () => {
    const { id } = await create({ cron: '0 * * * *', type: 'rule.broken' });
    await create({ cron: '0 * * * *', type: 'rule.sound' });
    await sql`update schedules set time_zone = 'Mars/Olympus' where type = 'rule.broken'`.execute(
      app.database.queries,
    );
    await app.advance(hour);
    await publishDueSchedules(app.services);
    const { body } = await app.call('GET', '/v1/events', undefined, { token: key });
    expect(body.data).toMatchObject([{ type: 'rule.sound' }]);
    const stopped = await app.call('GET', `/v1/schedules/${id}`, undefined, { token: key });
    expect(stopped.body).toMatchObject({ enabled: false, upcoming: [] });
    const audit = await app.call('GET', '/v1/audit-log?action=schedule.stopped', undefined, { token: key });
    expect(audit.body.data).toMatchObject([{ target: id, actor: 'system' }]);
  });

  it('is not held up by a schedule whose publishing breaks, which owes its time still', async () => {
    await create({ cron: '0 * * * *', type: 'rule.broken' });
    for (let count = 0; count < 3; count += 1) await create({ cron: '0 * * * *', type: 'rule.sound' });
    await app.advance(hour);
    const breaking: RunTools['publisher'] = {
      async publishWithin(tx, ...requests) {
        if (requests.some(({ events }) => events.some(({ type }) => type === 'rule.broken')))
          throw new Error('a defect');
        await app.services.publisher.publishWithin(tx, ...requests);
      },
    };
    const tools = Object.assign(Object.create(null), { ...app.services, publisher: breaking });
    expect(await publishDueSchedules(tools)).toBe(3);
    expect(await publishDueSchedules(tools)).toBe(0);
    expect(await publishDueSchedules(app.services)).toBe(1);
    expect(await times()).toHaveLength(4);
  });

  it('catches up in pieces, behind those that are on time', async () => {
    await create({ cron: '* * * * *', type: 'rule.behind', catch_up: 'all' });
    await app.advance(250 * 60_000);
    await create({ cron: '* * * * *', type: 'rule.punctual' });
    await app.advance(60_000);
    const transactions: string[][] = [];
    const watching: RunTools['publisher'] = {
      async publishWithin(tx, ...requests) {
        transactions.push(requests.flatMap(({ events }) => events.map(({ type }) => type)));
        await app.services.publisher.publishWithin(tx, ...requests);
      },
    };
    await publishDueSchedules(Object.assign(Object.create(null), { ...app.services, publisher: watching }));
    expect(transactions.map((types) => types.length)).toEqual([50, 50, 50, 50, 50, 2]);
    expect(transactions[0]?.[0]).toBe('rule.punctual');
    expect(new Set(await times()).size).toBe(200);
  });

  it('has its limit for each organization', async () => {
    await sql`
      insert into schedules (org_id, id, cron, time_zone, type, data, catch_up, enabled, created_at, updated_at)
      select id, gen_random_uuid(), '0 9 * * *', 'UTC', 'a.b', '{}', 'none', false, now(), now()
        from organizations, generate_series(1, 999)`.execute(app.database.queries);
    const answers = await Promise.all(
      [1, 2, 3].map(() =>
        app.call('POST', '/v1/schedules', { cron: '0 9 * * *', type: 'a.b', data: {} }, { token: key }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });

  it('goes with its organization', async () => {
    const { id: orgId, key: theirs } = await app.organization('ending');
    await app.call('POST', '/v1/schedules', { cron: '0 * * * *', type: 'a.b', data: {} }, { token: theirs });
    await app.advance(hour);
    await app.call('DELETE', `/v1/organizations/${orgId}`, undefined, { token: adminToken });
    expect(await publishDueSchedules(app.services)).toBe(0);
  });
});

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
