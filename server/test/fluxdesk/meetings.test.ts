import { afterEach, beforeEach, expect, it } from 'vitest';
import { sendReminders } from '../../src/features/notifications/send-due.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { type Desk, failingFor, openDesk, type Person } from './setting.ts';

const minute = 60_000;

describeOnEachDatabase('meetings', (kind) => {
  let desk: Desk;
  let ann: Person;
  let bob: Person;
  beforeEach(async () => {
    desk = await openDesk(kind, '2026-03-25T12:00:00Z');
    ann = await desk.member('ann');
    bob = await desk.member('bob');
  });
  afterEach(() => desk.close());

  const plan = async (starts_at: string, members = [ann.id]): Promise<string> => {
    const answer = await desk.call('POST', '/v1/meetings', { title: 'Stand-up', starts_at, members });
    expect(answer.status).toBe(201);
    return answer.body.id;
  };
  const change = (id: string, body: object) => desk.call('PATCH', `/v1/meetings/${id}`, body);
  const remind = () => sendReminders(desk.app.parts);
  const told = async (person: Person) =>
    (await desk.call('GET', '/v1/me/notifications', undefined, person)).body.data
      .map(({ title }: { title: string }) => title)
      .reverse();

  it('remind their members ten minutes before, once, however many processes do it', async () => {
    await desk.webhook(ann, '/ann');
    const id = await plan('2026-03-25T13:00:00Z');
    await desk.app.advance(50 * minute - 1);
    expect(await remind()).toBe(0);
    await desk.app.advance(1);
    const counts = await Promise.all([1, 2, 3, 4].map(remind));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1);
    await desk.app.advance(minute);
    expect(await remind()).toBe(0);
    await desk.app.worker.runOnce();
    expect(desk.arrived('/ann')).toEqual([
      {
        version: 1,
        type: 'meeting',
        title: 'Stand-up in 10 minutes',
        data: { meeting_id: id, starts_at: '2026-03-25T13:00:00.000Z', state: 'soon' },
      },
    ]);
    expect(await told(ann)).toEqual(['Stand-up in 10 minutes']);
    expect(await told(bob)).toEqual([]);
  });

  it('remind of each other though one cannot be reminded of, and of that one later, once', async () => {
    const failing = await plan('2026-03-25T12:09:00Z');
    await plan('2026-03-25T12:10:00Z', [bob.id]);
    const broken = failingFor(desk.app.parts, (data) => data.includes(failing));
    expect(await sendReminders(broken)).toBe(1);
    expect(await told(ann)).toEqual([]);
    expect(await told(bob)).toEqual(['Stand-up in 10 minutes']);
    expect(await remind()).toBe(1);
    expect(await remind()).toBe(0);
    expect(await told(ann)).toEqual(['Stand-up in 9 minutes']);
    expect(await told(bob)).toHaveLength(1);
  });

  it('take their reminder along when they are moved', async () => {
    const id = await plan('2026-03-25T13:00:00Z');
    await change(id, { starts_at: '2026-03-25T14:00:00Z' });
    await desk.app.advance(55 * minute);
    expect(await remind()).toBe(0);
    await desk.app.advance(55 * minute);
    expect(await remind()).toBe(1);
    // Whoever was reminded already hears of it, and again before the new time.
    await change(id, { starts_at: '2026-03-25T15:00:00Z' });
    await desk.app.advance(60 * minute);
    expect(await remind()).toBe(1);
    await change(id, { title: 'Retro' });
    expect(await remind()).toBe(0);
    expect(await told(ann)).toEqual(['Stand-up in 10 minutes', 'Stand-up: moved', 'Stand-up in 10 minutes']);
  });

  it('do not remind when they are cancelled, and say so to who was reminded', async () => {
    const early = await plan('2026-03-25T13:00:00Z');
    const late = await plan('2026-03-25T12:05:00Z', [bob.id]);
    expect(await remind()).toBe(1);
    for (const id of [early, late])
      expect((await desk.call('DELETE', `/v1/meetings/${id}`)).status).toBe(204);
    await desk.app.advance(55 * minute);
    expect(await remind()).toBe(0);
    expect(await told(ann)).toEqual([]);
    expect(await told(bob)).toEqual(['Stand-up in 5 minutes', 'Stand-up: cancelled']);
    expect((await change(early, { title: 'x' })).status).toBe(409);
    expect((await desk.call('DELETE', `/v1/meetings/${early}`)).status).toBe(409);
    expect((await desk.call('GET', `/v1/meetings/${early}`)).body.cancelled_at).toBe(
      '2026-03-25T12:00:00.000Z',
    );
  });

  it('tell who was reminded of every move, back too, and of the end', async () => {
    const id = await plan('2026-03-25T12:08:00Z', [bob.id]);
    expect(await remind()).toBe(1);
    await change(id, { starts_at: '2026-03-25T14:00:00Z' });
    await change(id, { starts_at: '2026-03-25T12:08:00Z' });
    await change(id, { starts_at: '2026-03-25T15:00:00Z' });
    await desk.call('DELETE', `/v1/meetings/${id}`);
    expect(await told(bob)).toEqual([
      'Stand-up in 8 minutes',
      ...['Stand-up: moved', 'Stand-up: moved', 'Stand-up: moved', 'Stand-up: cancelled'],
    ]);
  });

  it('remind who joins late, and nobody of one that has begun', async () => {
    const id = await plan('2026-03-25T12:09:00Z');
    expect(await remind()).toBe(1);
    await change(id, { members: [ann.id, bob.id] });
    await desk.app.advance(minute);
    expect(await remind()).toBe(1);
    expect(await told(ann)).toEqual(['Stand-up in 9 minutes']);
    expect(await told(bob)).toEqual(['Stand-up in 8 minutes']);
    await plan('2026-03-25T12:20:00Z');
    await desk.app.advance(19 * minute);
    expect(await remind()).toBe(0);
  });

  it('are listed, each member seeing their own, and forget members who leave', async () => {
    const both = await plan('2026-03-25T13:00:00Z', [ann.id, bob.id]);
    const anns = await plan('2026-03-25T13:00:00Z');
    const ids = async (path: string, as?: Person) =>
      (await desk.call('GET', path, undefined, as)).body.data.map((meeting: { id: string }) => meeting.id);
    expect(await ids('/v1/meetings')).toEqual([anns, both]);
    expect(await ids('/v1/me/meetings', ann)).toEqual([anns, both]);
    expect(await ids('/v1/me/meetings', bob)).toEqual([both]);
    expect((await desk.call('GET', '/v1/meetings', undefined, ann)).body.code).toBe('missing_scope');
    await desk.call('DELETE', `/v1/members/${bob.id}`);
    expect((await desk.call('GET', `/v1/meetings/${both}`)).body.members).toEqual([ann.id]);
  });

  it('are refused with strangers or in the past, and then change nothing', async () => {
    const id = await plan('2026-03-25T13:00:00Z');
    const before = (await desk.call('GET', `/v1/meetings/${id}`)).body;
    const stranger = ann.id.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    const refused = [
      await change(id, { title: 'x', members: [ann.id, stranger] }),
      await change(id, { title: 'x', starts_at: '2026-03-25T12:00:00Z' }),
    ];
    expect(refused.map(({ status, body }) => [status, body.errors[0].pointer])).toEqual([
      [422, '/members/1'],
      [422, '/starts_at'],
    ]);
    expect((await desk.call('GET', `/v1/meetings/${id}`)).body).toEqual(before);
  });
});
