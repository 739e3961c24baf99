import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { publishDueSchedules } from '../../src/features/schedules/publish-due.ts';
import type { Scheduling } from '../../src/features/schedules/schedule-runs.ts';
import { adminToken, type TestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { day, hour, openSchedules, type ScheduleSetting } from './setting.ts';

describeOnEachDatabase('times of schedules that have come', (kind) => {
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

  it('keeps nine o’clock on Mondays across both changes of the clocks', async () => {
    const schedule = await create();
    expect(schedule).toMatchObject({
      time_zone: 'Europe/Berlin',
      next_at: '2026-03-30T07:00:00.000Z',
      last_at: null,
    });
    await app.advance(5 * day);
    await publishDueSchedules(app.parts);
    expect(await times()).toEqual(['2026-03-30T07:00:00.000Z']);
    await app.close();
    await open('2026-10-23T12:00:00Z');
    expect((await create()).next_at).toBe('2026-10-26T08:00:00.000Z');
  });

  it('publishes each time once, however many workers look', async () => {
    await create({ cron: '* * * * *' });
    await app.advance(60_000);
    await Promise.all(Array.from({ length: 8 }, () => publishDueSchedules(app.parts)));
    expect(await times()).toEqual(['2026-03-25T12:01:00.000Z']);
  });

  it('catches up as each schedule says', async () => {
    await create({ cron: '0 * * * *', type: 'rule.latest' });
    await create({ cron: '0 * * * *', type: 'rule.all', catch_up: 'all' });
    await create({ cron: '0 * * * *', type: 'rule.none', catch_up: 'none' });
    await app.advance(5 * hour + 30 * 60_000);
    await publishDueSchedules(app.parts);
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
    await publishDueSchedules(app.parts);
    expect(await times()).toHaveLength(1);
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
    await publishDueSchedules(app.parts);
    expect((await app.call('GET', '/v1/events', undefined, { token: key })).body.data).toMatchObject([
      { type: 'rule.sound' },
    ]);
    const { body } = await app.call('GET', '/v1/audit-log?action=schedule.refused', undefined, {
      token: key,
    });
    expect(body.data).toMatchObject([{ target: id, actor: 'system' }]);
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
    await publishDueSchedules(app.parts);
    await app.advance(-hour);
    await app.call('PATCH', `/v1/schedules/${id}`, { cron: '0 * * * 1-5' }, { token: key });
    await app.advance(hour);
    await publishDueSchedules(app.parts);
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
    await publishDueSchedules(app.parts);
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
    const breaking: Scheduling['publisher'] = {
      async publishAllWithin(tx, publications, verdicts) {
        if (publications.some(({ events }) => events.some(({ type }) => type === 'rule.broken')))
          throw new Error('a defect');
        await app.parts.publisher.publishAllWithin(tx, publications, verdicts);
      },
    };
    const tools = Object.assign(Object.create(null), { ...app.parts, publisher: breaking });
    expect(await publishDueSchedules(tools)).toBe(3);
    expect(await publishDueSchedules(tools)).toBe(0);
    expect(await publishDueSchedules(app.parts)).toBe(1);
    expect(await times()).toHaveLength(4);
  });

  it('catches up in pieces, behind those that are on time', async () => {
    await create({ cron: '* * * * *', type: 'rule.behind', catch_up: 'all' });
    await app.advance(250 * 60_000);
    await create({ cron: '* * * * *', type: 'rule.punctual' });
    await app.advance(60_000);
    const transactions: string[][] = [];
    const watching: Scheduling['publisher'] = {
      async publishAllWithin(tx, publications, verdicts) {
        transactions.push(publications.flatMap(({ events }) => events.map(({ type }) => type)));
        await app.parts.publisher.publishAllWithin(tx, publications, verdicts);
      },
    };
    await publishDueSchedules(Object.assign(Object.create(null), { ...app.parts, publisher: watching }));
    expect(transactions.map((types) => types.length)).toEqual([50, 50, 50, 50, 50, 2]);
    expect(transactions[0]?.[0]).toBe('rule.punctual');
    expect(new Set(await times()).size).toBe(200);
  });

  it('goes with its organization', async () => {
    const { id: orgId, key: theirs } = await app.organization('ending');
    await app.call('POST', '/v1/schedules', { cron: '0 * * * *', type: 'a.b', data: {} }, { token: theirs });
    await app.advance(hour);
    await app.call('DELETE', `/v1/organizations/${orgId}`, undefined, { token: adminToken });
    expect(await publishDueSchedules(app.parts)).toBe(0);
  });
});
