import { afterEach, beforeEach, expect, it } from 'vitest';
import { publishDueSchedules } from '../src/worker/schedules.ts';
import { createTestApp, type TestApp } from './support/app.ts';
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
    for (const cron of ['0 9 * *', '61 * * * *', '* * * * * *', 'every day at 9']) {
      const { status, body } = await app.call(
        'POST',
        '/v1/schedules',
        { cron, type: 'a.b', data: {} },
        { token: key },
      );
      expect([status, body.errors[0].pointer]).toEqual([422, '/cron']);
    }
    const { body } = await app.call(
      'POST',
      '/v1/schedules',
      { cron: '0 9 * * *', time_zone: 'Mars/Olympus', type: 'a.b', data: {} },
      { token: key },
    );
    expect(body.errors[0].pointer).toBe('/time_zone');
  });
});
