import { sql } from 'kysely';
import { afterEach, expect, it } from 'vitest';
import { sendWeeklyDigests } from '../../src/features/notifications/send-due.ts';
import { adminToken } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { type Desk, failingFor, openDesk, type Person } from './setting.ts';

describeOnEachDatabase('the weekly digest', (kind) => {
  let desk: Desk;
  afterEach(() => desk.close());

  const send = (to: object, type: string) =>
    desk.call('POST', '/v1/notifications', { to, type, title: 'Something' });
  const digest = () => sendWeeklyDigests(desk.app.parts);
  const digestsOf = async (person: Person) =>
    (await desk.call('GET', '/v1/me/notifications', undefined, person)).body.data.filter(
      ({ type }: { type: string }) => type === 'weekly_digest',
    );
  const until = (time: string) => desk.app.advance(Date.parse(time) - desk.app.parts.clock.now());

  it("has each member's counts of the week, on Monday at nine across the change of the clocks, once", async () => {
    // A Wednesday; on Sunday the clocks go forward.
    desk = await openDesk(kind, '2026-03-25T12:00:00Z');
    const ann = await desk.member('ann');
    const bob = await desk.member('bob');
    await desk.webhook(ann, '/ann');
    expect(await digest()).toBe(0);
    await send({ members: [ann.id] }, 'task_assigned');
    await send({ everyone: true }, 'blocker');
    await send({ members: [ann.id] }, 'blocker');
    const [entry] = (await desk.call('GET', '/v1/me/notifications', undefined, ann)).body.data;
    await desk.call('POST', `/v1/me/notifications/${entry.id}/read`, undefined, ann);

    await until('2026-03-30T06:59:59.999Z');
    expect(await digest()).toBe(0);
    await until('2026-03-30T07:00:00Z');
    await send({ members: [ann.id] }, 'system');
    const counts = await Promise.all([digest(), digest(), digest()]);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2);
    expect(await digest()).toBe(0);
    const [first] = await digestsOf(ann);
    expect(first).toMatchObject({
      title: 'Your week: 3 notifications, 2 unread',
      data: {
        from: '2026-03-23T08:00:00.000Z',
        until: '2026-03-30T07:00:00.000Z',
        counts: { blocker: 2, task_assigned: 1 },
        total: 3,
        unread: 2,
      },
    });
    expect((await digestsOf(bob))[0].title).toBe('Your week: 1 notification, 1 unread');
    await desk.app.worker.runOnce();
    expect(desk.arrived('/ann').filter(({ type }) => type === 'weekly_digest')).toMatchObject([
      { title: 'Your week: 3 notifications, 2 unread', data: { total: 3 } },
    ]);

    // What came at nine sharp belongs to the next week; digests count for nothing.
    await until('2026-04-06T07:00:00Z');
    expect(await digest()).toBe(2);
    expect((await digestsOf(ann))[0].data).toMatchObject({ counts: { system: 1 }, total: 1 });
    expect((await digestsOf(bob))[0].title).toBe('Your week: 0 notifications, 0 unread');
  });

  it('comes once after a long stop, for the week before the latest Monday', async () => {
    desk = await openDesk(kind, '2026-10-14T12:00:00Z');
    const ann = await desk.member('ann');
    await digest();
    await send({ members: [ann.id] }, 'task_status');
    await until('2026-10-28T12:00:00Z');
    await send({ members: [ann.id] }, 'blocker');
    await until('2026-11-04T12:00:00Z');
    expect(await digest()).toBe(1);
    expect(await digest()).toBe(0);
    expect(await digestsOf(ann)).toMatchObject([
      {
        data: {
          from: '2026-10-26T08:00:00.000Z',
          until: '2026-11-02T08:00:00.000Z',
          counts: { blocker: 1 },
        },
      },
    ]);
    await until('2026-11-09T08:00:00Z');
    expect(await digest()).toBe(1);
  });

  it('is not lost when no worker ran between the organization’s beginning and its first Monday', async () => {
    desk = await openDesk(kind, '2026-03-25T12:00:00Z');
    await desk.member('ann');
    await until('2026-03-31T12:00:00Z');
    expect(await digest()).toBe(1);
  });

  it('goes on where it was when a process dies in the middle of many members', async () => {
    desk = await openDesk(kind, '2026-03-25T12:00:00Z');
    const organization = desk.organization.id;
    const people: Person[] = [];
    for (let count = 0; count < 3; count += 1) people.push(await desk.member(`m${count}`));
    const more = Array.from({ length: 200 }, (_, index) => ({
      email: `more${index}@example.com`,
      name: `More ${index}`,
    }));
    for (const member of more) await desk.call('POST', '/v1/members', member);
    await digest();
    await until('2026-03-30T07:00:00Z');
    let portions = 0;
    const dying = failingFor(desk.app.parts, () => {
      portions += 1;
      return portions > 100;
    });
    expect(await sendWeeklyDigests(dying)).toBe(100);
    // Somebody who moves meanwhile does not begin it anew.
    const zone = { time_zone: 'America/New_York' };
    await desk.call('PATCH', `/v1/organizations/${organization}`, zone, adminToken);
    expect(await digest()).toBe(103);
    expect(await digest()).toBe(0);
    const listed = await desk.call('GET', '/v1/notifications?type=weekly_digest&limit=200');
    const rest = await desk.call(
      'GET',
      `/v1/notifications?type=weekly_digest&limit=200&cursor=${encodeURIComponent(listed.body.next_cursor)}`,
    );
    const recipients = [...listed.body.data, ...rest.body.data].flatMap(({ to }) => to.members);
    expect([recipients.length, new Set(recipients).size]).toEqual([203, 203]);
    for (const person of people) expect(await digestsOf(person)).toHaveLength(1);
  });

  it('comes to other organizations though one of them fails', async () => {
    desk = await openDesk(kind, '2026-03-25T12:00:00Z');
    await desk.member('ann');
    const other = await desk.app.organization('other', { preset: 'fluxdesk', time_zone: 'Asia/Kathmandu' });
    const member = { name: 'X', email: 'x@example.com' };
    const made = await desk.call('POST', '/v1/members', member, other.key);
    const one = { to: { members: [made.body.id] }, type: 'system', title: 'The one that counts' };
    await desk.call('POST', '/v1/notifications', one, other.key);
    await until('2026-03-30T12:00:00Z');
    const broken = failingFor(desk.app.parts, (data) => data.includes('"total":1'));
    expect(await sendWeeklyDigests(broken)).toBe(1);
    expect(await digest()).toBe(1);
  });

  it('comes to other organizations though one of them is in a time zone that there is not any more', async () => {
    desk = await openDesk(kind, '2026-03-25T12:00:00Z');
    await desk.member('ann');
    for (const slug of ['one', 'two']) {
      const { key } = await desk.app.organization(slug, { preset: 'fluxdesk' });
      await desk.call('POST', '/v1/members', { name: 'X', email: 'x@example.com' }, key);
    }
    const { queries } = desk.app.database;
    await sql`update organizations set time_zone = 'Europe/Atlantis' where slug = 'one'`.execute(queries);
    expect(await digest()).toBe(0);
    await until('2026-03-30T09:00:00Z');
    expect(await digest()).toBe(2);
    await sql`update organizations set time_zone = 'Europe/Lisbon' where slug = 'one'`.execute(queries);
    expect(await digest()).toBe(1);
    expect(await digest()).toBe(0);
  });

  it('follows the organization to another time zone, without a second Monday or a lost one', async () => {
    desk = await openDesk(kind, '2026-03-25T12:00:00Z', 'America/New_York');
    const ann = await desk.member('ann');
    const move = (time_zone: string) =>
      desk.call('PATCH', `/v1/organizations/${desk.organization.id}`, { time_zone }, adminToken);
    await digest();
    // In Berlin nine o'clock has passed when the organization comes there.
    await until('2026-03-30T08:00:00Z');
    await move('Europe/Berlin');
    expect(await digest()).toBe(1);
    // In New York it comes once more on the same day.
    await move('America/New_York');
    await until('2026-03-30T14:00:00Z');
    expect(await digest()).toBe(0);
    await until('2026-04-06T12:59:59Z');
    expect(await digest()).toBe(0);
    await until('2026-04-06T13:00:00Z');
    expect(await digest()).toBe(1);
    expect((await digestsOf(ann)).map(({ data }: { data: object }) => data)).toMatchObject([
      { from: '2026-03-30T07:00:00.000Z', until: '2026-04-06T13:00:00.000Z' },
      { until: '2026-03-30T07:00:00.000Z' },
    ]);
  });

  it('is for organizations whose catalogue has it', async () => {
    desk = await openDesk(kind, '2026-03-25T12:00:00Z');
    const plain = await desk.app.organization('plain');
    await desk.call('POST', '/v1/members', { name: 'X', email: 'x@example.com' }, plain.key);
    await desk.member('ann');
    await digest();
    await desk.call('DELETE', '/v1/event-types/weekly_digest');
    await until('2026-03-30T07:00:00Z');
    expect(await digest()).toBe(0);
    await desk.call('PUT', '/v1/event-types/weekly_digest', { description: '' });
    await until('2026-04-06T07:00:00Z');
    expect(await digest()).toBe(1);
  });
});
