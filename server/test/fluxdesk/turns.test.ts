import { afterEach, beforeEach, expect, it } from 'vitest';
import { sendDueNotifications, sendReminders } from '../../src/features/notifications/send-due.ts';
import type { Parts } from '../../src/parts.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { type Desk, openDesk, type Person } from './setting.ts';

const minute = 60_000;
/** More than an organization gets done before others have their turn. */
const many = 120;

describeOnEachDatabase('organizations take turns', (kind) => {
  let desk: Desk;
  let ann: Person;
  let other: { id: string; key: string };
  let member: string;
  beforeEach(async () => {
    desk = await openDesk(kind, '2026-03-25T12:00:00Z');
    ann = await desk.member('ann');
    other = await desk.app.organization('other', { preset: 'fluxdesk' });
    const person = { name: 'X', email: 'x@example.com' };
    member = (await desk.call('POST', '/v1/members', person, other.key)).body.id;
  });
  afterEach(() => desk.close());

  const inParallel = async (count: number, ask: () => Promise<{ status: number }>) => {
    const answers = await Promise.all(Array.from({ length: count }, ask));
    for (const { status } of answers) expect(status).toBeLessThan(300);
  };
  /** Does it, and answers after how many of somebody else's the other organization had its first. */
  const waitedFor = async (title: string, work: (parts: Parts) => Promise<number>) => {
    const titles: string[] = [];
    const { parts } = desk.app;
    const { publisher } = parts;
    const listening: Parts = {
      ...parts,
      publisher: Object.assign(Object.create(publisher), {
        async publishWithin(...args: Parameters<typeof publisher.publishWithin>) {
          await publisher.publishWithin(...args);
          titles.push(...args[2].map(({ data }): string => JSON.parse(data).title));
        },
      }),
    };
    expect(await work(listening)).toBe(many + 1);
    expect(titles).toHaveLength(many + 1);
    return titles.findIndex((text) => text.startsWith(title));
  };

  it('so nobody’s notification waits for all that another one has due', async () => {
    const send = (to: string, title: string, deliver_at: string, key?: string) =>
      desk.call(
        'POST',
        '/v1/notifications',
        { to: { members: [to] }, type: 'system', title, deliver_at },
        key,
      );
    await inParallel(many, () => send(ann.id, 'Many', '2026-03-25T12:30:00Z'));
    await send(member, 'The one', '2026-03-25T12:59:00Z', other.key);
    await send(member, 'Far ahead', '2026-03-26T12:59:00Z', other.key);
    await desk.app.advance(60 * minute);
    expect(await waitedFor('The one', sendDueNotifications)).toBeLessThan(many / 2);
    expect(await sendDueNotifications(desk.app.parts)).toBe(0);
    const scheduled = await desk.call('GET', '/v1/notifications?state=scheduled', undefined, other.key);
    expect(scheduled.body.data).toMatchObject([{ title: 'Far ahead' }]);
  });

  it('so nobody’s reminder comes too late for all that another one has planned', async () => {
    const plan = (title: string, starts_at: string, invited: string, key?: string) =>
      desk.call('POST', '/v1/meetings', { title, starts_at, members: [invited] }, key);
    await inParallel(many, () => plan('Many', '2026-03-25T12:05:00Z', ann.id));
    await plan('The one', '2026-03-25T12:09:00Z', member, other.key);
    await plan('Later', '2026-03-25T12:30:00Z', member, other.key);
    expect(await waitedFor('The one', sendReminders)).toBeLessThan(many / 2);
    expect(await sendReminders(desk.app.parts)).toBe(0);
  });
});
