import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnEachDatabase } from '../support/databases.ts';
import { type Desk, openDesk, type Person } from './setting.ts';

describeOnEachDatabase("FluxDesk's lists", (kind) => {
  let desk: Desk;
  let ann: Person;
  let bob: Person;
  let hal: Person;
  beforeEach(async () => {
    desk = await openDesk(kind, '2026-03-25T12:00:00Z');
    ann = await desk.member('ann');
    bob = await desk.member('bob');
    hal = await desk.member('hal', 'hr_admin');
  });
  afterEach(() => desk.close());

  const get = async (path: string, as?: Person) => (await desk.call('GET', path, undefined, as)).body;
  /** Everything in a list, one entry a page. */
  const walk = async <Entry>(path: string, read: (entry: Record<string, string>) => Entry, as?: Person) => {
    const entries: Entry[] = [];
    const base = `${path}${path.includes('?') ? '&' : '?'}limit=1`;
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await get(`${base}${cursor && `&cursor=${cursor}`}`, as);
      expect(page.data.length).toBeLessThanOrEqual(1);
      entries.push(...page.data.map(read));
      cursor = page.next_cursor;
    }
    return entries;
  };
  const titleOf = ({ title }: Record<string, string>) => title;
  const plan = async (title: string, starts_at: string, members = [ann.id]) =>
    (await desk.call('POST', '/v1/meetings', { title, starts_at, members })).body.id;

  it('of meetings go by when they were planned or begin, and within a time', async () => {
    await plan('b', '2026-03-27T09:00:00Z');
    await plan('c', '2026-03-27T09:00:00Z', [ann.id, bob.id]);
    await plan('a', '2026-03-26T09:00:00Z');
    const cancelled = await plan('d', '2026-03-28T09:00:00.001Z', [bob.id]);
    await desk.call('DELETE', `/v1/meetings/${cancelled}`);
    const meetings = async (query: string) => (await walk(`/v1/meetings?${query}`, titleOf)).join('');
    const own = async (query: string, as: Person) =>
      (await walk(`/v1/me/meetings?${query}`, titleOf, as)).join('');
    expect(await meetings('')).toBe('dacb');
    expect(await meetings('order=soonest')).toBe('abcd');
    expect(await meetings('order=soonest&from=2026-03-27T09:00:00Z')).toBe('bcd');
    expect(await meetings('from=2026-03-26T09:00:00Z&until=2026-03-27T09:00:00Z')).toBe('a');
    expect(await meetings('until=2026-03-28T09:00:00.001Z')).toBe('acb');
    expect(await own('order=soonest', ann)).toBe('abc');
    expect(await own('order=soonest&from=2026-03-27T00:00:00Z', bob)).toBe('cd');

    const { next_cursor } = await get('/v1/meetings?order=soonest&limit=1');
    for (const path of ['/v1/meetings?order=newest', '/v1/me/meetings?order=soonest'])
      expect((await get(`${path}&cursor=${next_cursor}`, path.includes('me/') ? ann : undefined)).code).toBe(
        'invalid_cursor',
      );
    for (const wrong of ['order=oldest', 'from=tomorrow', 'until=2026-02-30T00:00:00Z', 'since=2026-01-01'])
      expect((await desk.call('GET', `/v1/meetings?${wrong}`)).status).toBe(422);
  });

  it('of what members were told go page by page, each one its own', async () => {
    const send = (title: string, to: object, type = 'system') =>
      desk.call('POST', '/v1/notifications', { to, type, title });
    await send('a', { everyone: true });
    await send('b', { members: [ann.id] }, 'review');
    await send('c', { members: [bob.id] });
    await send('d', { everyone: true }, 'review');
    expect(await walk('/v1/notifications', titleOf)).toEqual(['d', 'c', 'b', 'a']);
    expect(await walk('/v1/notifications?type=review&state=sent', titleOf)).toEqual(['d', 'b']);
    expect(await walk('/v1/me/notifications', titleOf, ann)).toEqual(['d', 'b', 'a']);
    const [latest] = (await get('/v1/me/notifications?limit=1', ann)).data;
    await desk.call('POST', `/v1/me/notifications/${latest.id}/read`, undefined, ann);
    expect(await walk('/v1/me/notifications?unread=true', titleOf, ann)).toEqual(['b', 'a']);
    const { next_cursor } = await get('/v1/me/notifications?limit=1', ann);
    expect((await get(`/v1/me/notifications?cursor=${next_cursor}`, bob)).code).toBe('invalid_cursor');
  });

  it('of webhooks and of what went to them go page by page', async () => {
    const idOf = ({ id }: Record<string, string>) => id;
    const typeOf = ({ event_type }: Record<string, string>) => event_type;
    const numberOf = ({ number }: Record<string, string>) => number;
    const hooks = [];
    for (const path of ['/1', '/2', '/3']) hooks.unshift((await desk.webhook(ann, path)).id);
    expect(await walk('/v1/me/webhooks', idOf, ann)).toEqual(hooks);
    const rows = [];
    for (const events of [['system'], ['review', 'system']]) {
      const url = `${desk.receiver.url}/all`;
      rows.unshift((await desk.call('POST', '/v1/integrations', { url, events }, hal)).body.id);
    }
    expect(await walk('/v1/integrations', idOf, hal)).toEqual(rows);

    desk.receiver.answer = () => ({ status: 503 });
    for (const type of ['review', 'system'])
      await desk.call('POST', '/v1/notifications', { to: { members: [ann.id] }, type, title: 'x' });
    await desk.app.worker.runOnce();
    await desk.app.advance(10_000);
    await desk.app.worker.runOnce();
    for (const [base, as] of [
      [`/v1/me/webhooks/${hooks[0]}/deliveries`, ann],
      [`/v1/integrations/${rows[0]}/deliveries`, hal],
    ] as const) {
      expect(await walk(base, typeOf, as)).toEqual(['system', 'review']);
      expect(await walk(`${base}?state=delivered`, typeOf, as)).toEqual([]);
      const [{ id }] = (await get(base, as)).data;
      expect(await walk(`${base}/${id}/attempts`, numberOf, as)).toEqual([1, 2]);
    }
  });
});
