import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { publishDueSchedules } from '../../src/features/schedules/publish-due.ts';
import { forgetRuns } from '../../src/features/schedules/schedule-runs.ts';
import type { TestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { day, hour, openSchedules, type ScheduleSetting } from './setting.ts';

describeOnEachDatabase('requests about schedules', (kind) => {
  let setting: ScheduleSetting;
  let app: TestApp;
  let key: string;

  async function open(time: string) {
    setting = await openSchedules(kind, time);
    ({ app, key } = setting);
  }
  beforeEach(() => open('2026-03-25T12:00:00Z'));
  afterEach(() => app.close());

  const create: ScheduleSetting['create'] = (more) => setting.create(more);
  const times: ScheduleSetting['times'] = () => setting.times();

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
    await publishDueSchedules(app.parts);
    const { body } = await app.call('GET', '/v1/events', undefined, { token: key });
    expect(
      (await app.call('GET', `/v1/events/${body.data[0].id}`, undefined, { token: key })).text,
    ).toContain(data);
  });

  it('stops, resumes from now on, and is deleted', async () => {
    const { id } = await create({ cron: '0 * * * *', catch_up: 'all' });
    await app.call('PATCH', `/v1/schedules/${id}`, { enabled: false }, { token: key });
    await app.advance(3 * hour);
    await publishDueSchedules(app.parts);
    const { body } = await app.call('PATCH', `/v1/schedules/${id}`, { enabled: true }, { token: key });
    expect(body.next_at).toBe('2026-03-25T16:00:00.000Z');
    expect(await times()).toEqual([]);
    expect((await app.call('DELETE', `/v1/schedules/${id}`, undefined, { token: key })).status).toBe(204);
    expect((await app.call('GET', `/v1/schedules/${id}`, undefined, { token: key })).status).toBe(404);
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
    await publishDueSchedules(app.parts);
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
    await publishDueSchedules(app.parts);
    await app.call('PUT', '/v1/event-types/digest.due', { schema: { required: ['b'] } }, { token: key });
    await app.advance(day);
    await publishDueSchedules(app.parts);
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

  it('is not changed while it still owes more than one transaction holds, but can be stopped', async () => {
    const { id } = await create({ cron: '* * * * *', catch_up: 'all', data: { version: 1 } });
    await app.advance(130 * 60_000);
    const patch = (change: unknown) => app.call('PATCH', `/v1/schedules/${id}`, change, { token: key });
    for (const change of [{ data: { version: 2 } }, { cron: '0 9 * * *' }, { catch_up: 'none' }]) {
      const { status, body } = await patch(change);
      expect([status, body.code]).toEqual([409, 'conflict']);
    }
    expect(await times()).toEqual([]);
    await publishDueSchedules(app.parts);
    expect((await patch({ data: { version: 2 } })).status).toBe(200);
    const read = async () =>
      (await app.call('GET', '/v1/events?limit=200', undefined, { token: key })).body.data;
    const last = (await read())[0];
    const { body } = await app.call('GET', `/v1/events/${last.id}`, undefined, { token: key });
    expect([(await read()).length, body.data]).toEqual([130, { version: 1 }]);

    await app.advance(130 * 60_000);
    expect((await patch({ enabled: false })).body).toMatchObject({ enabled: false, next_at: null });
    await publishDueSchedules(app.parts);
    expect(await read()).toHaveLength(180);
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
});
