import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';

describeOnEachDatabase('the list of members', (kind) => {
  let app: TestApp;
  let key: string;
  beforeEach(async () => {
    app = await createTestApp(kind);
    key = (await app.organization()).key;
  });
  afterEach(() => app.close());

  const call = (path: string, body?: unknown) =>
    app.call(body === undefined ? 'GET' : 'POST', path, body, { token: key });
  const add = (name: string, email: string, role = 'member') => call('/v1/members', { name, email, role });
  /** Names, one a page. */
  const names = async (query: Record<string, string>) => {
    const found: string[] = [];
    const parameters = new URLSearchParams({ ...query, limit: '1' });
    for (let cursor: string | null = ''; cursor !== null; ) {
      if (cursor !== '') parameters.set('cursor', cursor);
      const { status, body, text } = await call(`/v1/members?${parameters}`);
      expect(status, text).toBe(200);
      found.push(...body.data.map(({ name }: { name: string }) => name));
      cursor = body.next_cursor;
    }
    return found;
  };

  it('is searched by words of names and addresses, and by role, page by page', async () => {
    await add('Ann Smith', 'ann@example.com', 'owner');
    await add('Ärne Übel', 'arne@example.com', 'admin');
    await add('Bob Smithers', 'bob@other.example.org');
    await add('100%_Carol\\', 'carol@example.com');
    expect(await names({})).toEqual(['100%_Carol\\', 'Bob Smithers', 'Ärne Übel', 'Ann Smith']);
    expect(await names({ search: 'SMITH' })).toEqual(['Bob Smithers', 'Ann Smith']);
    expect(await names({ search: ' smith  other.' })).toEqual(['Bob Smithers']);
    expect(await names({ search: 'smith example.com' })).toEqual(['Ann Smith']);
    expect(await names({ search: 'ärne ÜBEL' })).toEqual(['Ärne Übel']);
    for (const literal of ['100%_', '%', '_', 'carol\\'])
      expect(await names({ search: literal })).toEqual(['100%_Carol\\']);
    for (const nobody of ['.*', "' or true --", 'ann bob'])
      expect(await names({ search: nobody })).toEqual([]);
    expect(await names({ search: '   ' })).toHaveLength(4);
    expect(await names({ role: 'admin' })).toEqual(['Ärne Übel']);
    expect(await names({ role: 'member', search: 'example' })).toEqual(['100%_Carol\\', 'Bob Smithers']);
    for (const wrong of ['search=', 'role=king', 'search=%00', `search=${'x'.repeat(201)}`, 'name=x'])
      expect((await call(`/v1/members?${wrong}`)).status).toBe(422);
  });

  it('is that of one organization, whatever is searched', async () => {
    const other = (await app.organization()).key;
    const stranger = { name: 'Ann Other', email: 'ann@example.com' };
    await app.call('POST', '/v1/members', stranger, { token: other });
    await add('Ann', 'ann@example.com');
    expect(await names({ search: 'ann' })).toEqual(['Ann']);
  });
});
