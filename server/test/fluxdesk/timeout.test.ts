import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Desk, openDesk, type Person } from './setting.ts';

describe("a member's webhook whose receiver is slow", () => {
  let desk: Desk;
  let ann: Person;
  beforeEach(async () => {
    desk = await openDesk('embedded', '2026-03-25T12:00:00Z');
    ann = await desk.member('ann');
  });
  afterEach(() => desk.close());

  it('is waited for eight seconds in each attempt, not less and not more', { timeout: 60_000 }, async () => {
    const silent = await desk.webhook(ann, '/silent');
    const late = await desk.webhook(ann, '/late');
    let attempts = 0;
    desk.receiver.answer = async ({ path }) => {
      if (path === '/silent') attempts += 1;
      if (path === '/late') await pause(6_500);
      else if (attempts === 1) await pause(9_000);
      return { status: 200 };
    };
    const notification = { to: { members: [ann.id] }, type: 'blocker', title: 'Waiting' };
    await desk.call('POST', '/v1/notifications', notification);
    const begun = performance.now();
    await desk.app.worker.runOnce();
    // That its answer, after nine seconds, came too late is in the log below.
    expect(performance.now() - begun).toBeGreaterThan(7_900);

    const own = async (path: string) =>
      (await desk.call('GET', `/v1/me/webhooks/${path}`, undefined, ann)).body;
    const logOf = async (id: string) => {
      const [delivery] = (await own(`${id}/deliveries`)).data;
      const log = (await own(`${id}/deliveries/${delivery.id}/attempts`)).data;
      return [delivery.state, ...log.map(({ outcome }: { outcome: string }) => outcome)];
    };
    expect(await logOf(late.id)).toEqual(['delivered', 'delivered']);
    expect(await logOf(silent.id)).toEqual(['pending', 'timeout']);
    expect((await own(`${silent.id}/stats`)).consecutive_failures).toBe(0);

    // The next attempt has its own eight seconds.
    await desk.app.advance(10_000);
    await desk.app.worker.runOnce();
    expect(await logOf(silent.id)).toEqual(['delivered', 'timeout', 'delivered']);
  });
});
