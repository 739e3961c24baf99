import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';

describeOnEachDatabase('personal tokens of members', (kind) => {
  let app: TestApp;
  let key: string;
  beforeEach(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z') });
    key = (await app.organization('portal', { preset: 'flowlu' })).key;
  });
  afterEach(() => app.close());

  const call = (method: string, path: string, body?: unknown, token = key) =>
    app.call(method, path, body, { token });
  const makeMember = async (role: string, access: object = {}) => {
    const email = `${role}-${Object.keys(access).length}@example.com`;
    return (await call('POST', '/v1/members', { email, name: role, role, access })).body.id;
  };
  const issue = (member: string, more: object = {}, token = key) =>
    call('POST', `/v1/members/${member}/tokens`, { name: 'Laptop', ...more }, token);
  const accounts = '/v1/records/crm/account';

  it('act as the member, and are shown once', async () => {
    const member = await makeMember('member', { crm: 'read' });
    const { status, body } = await issue(member);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      member_id: member,
      name: 'Laptop',
      secret: expect.stringMatching(/^mbr_token_/),
    });
    expect((await call('GET', '/v1/me', undefined, body.secret)).body).toMatchObject({
      kind: 'member',
      id: member,
      name: 'member',
    });
    const listed = await call('GET', `/v1/members/${member}/tokens`);
    expect(listed.body.data).toMatchObject([{ id: body.id, last_used_at: '2026-04-06T14:30:00.000Z' }]);
    expect(listed.text).not.toContain(body.secret);
    await call('GET', accounts, undefined, body.secret);
    expect((await call('GET', accounts, undefined, body.secret)).status).toBe(200);
    const refused = await call('POST', accounts, { name: 'x' }, body.secret);
    expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await call('GET', '/v1/endpoints', undefined, body.secret)).body.code).toBe('missing_scope');
  });

  it('let an administrator install apps, which then act for the administrator', async () => {
    const admin = await makeMember('admin', { crm: 'read' });
    const { secret } = (await issue(admin)).body;
    const made = await call('POST', '/v1/apps', { name: 'Sync' }, secret);
    const scopes = [{ module: 'crm', model: 'account', access: 'write' }];
    await call('POST', `/v1/apps/${made.body.id}/versions`, { version: '1.0.0', scopes }, secret);
    const path = `/v1/apps/${made.body.id}/installations`;
    const request = { version: '1.0.0', consent: true };
    const unbound = await call('POST', path, { ...request, member_id: null }, secret);
    expect(unbound.body.errors).toMatchObject([{ pointer: '/member_id' }]);
    const member = (await issue(await makeMember('member', { crm: 'write' }))).body.secret;
    expect((await call('POST', path, request, member)).body.code).toBe('missing_scope');
    const { body } = await call('POST', path, request, secret);
    expect(body).toMatchObject({ installed_by: `member:${admin}`, token: { member_id: admin } });
    expect((await call('GET', accounts, undefined, body.token.secret)).status).toBe(200);
    expect((await call('POST', accounts, { name: 'x' }, body.token.secret)).status).toBe(403);
  });

  it('follow the role down at once, and never up', async () => {
    const member = await makeMember('admin');
    const asAdmin = (await issue(member)).body.secret;
    expect((await call('GET', '/v1/keys', undefined, asAdmin)).status).toBe(200);
    await call('PATCH', `/v1/members/${member}`, { role: 'member' });
    expect((await call('GET', '/v1/keys', undefined, asAdmin)).status).toBe(403);
    const asMember = (await issue(member)).body.secret;
    await call('PATCH', `/v1/members/${member}`, { role: 'owner' });
    expect((await call('GET', '/v1/keys', undefined, asAdmin)).status).toBe(200);
    expect((await call('GET', '/v1/keys', undefined, asMember)).status).toBe(403);
    expect((await call('GET', accounts, undefined, asMember)).status).toBe(200);
  });

  it('are issued by nobody who holds less', async () => {
    const owner = await makeMember('owner');
    const small = await call('POST', '/v1/keys', { name: 'k', scopes: ['members:*'] });
    const refused = await issue(owner, {}, small.body.secret);
    expect(refused).toMatchObject({ status: 403, body: { code: 'missing_scope' } });
    expect((await call('GET', `/v1/members/${owner}/tokens`)).body.data).toEqual([]);
  });

  it('end when they expire, are revoked, or their member goes', async () => {
    await makeMember('owner');
    const member = await makeMember('member', { crm: 'read' });
    const short = (await issue(member, { expires_at: '2026-04-06T14:31:00Z' })).body.secret;
    const revoked = (await issue(member)).body;
    const other = (await issue(member)).body.secret;
    const status = async (secret: string) => (await call('GET', '/v1/me', undefined, secret)).status;
    expect(await status(short)).toBe(200);
    await app.advance(60_000);
    expect(await status(short)).toBe(401);
    const path = `/v1/members/${member}/tokens/${revoked.id}`;
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('DELETE', path)).status).toBe(404);
    expect(await status(revoked.secret)).toBe(401);
    expect(await status(other)).toBe(200);
    await call('DELETE', `/v1/members/${member}`);
    expect(await status(other)).toBe(401);
    expect((await issue(member)).status).toBe(404);
    const past = await issue(await makeMember('hr_admin'), { expires_at: '2026-04-06T14:30:00Z' });
    expect(past.body.errors).toMatchObject([{ pointer: '/expires_at' }]);
  });

  it('belong to one organization', async () => {
    const member = await makeMember('member');
    const { body } = await issue(member);
    const other = (await app.organization('other')).key;
    for (const [method, path] of [
      ['GET', `/v1/members/${member}/tokens`],
      ['DELETE', `/v1/members/${member}/tokens/${body.id}`],
    ] as const)
      expect((await call(method, path, undefined, other)).status).toBe(404);
    expect((await issue(member, {}, other)).status).toBe(404);
    const forged = `${body.secret.slice(0, -1)}${body.secret.endsWith('0') ? '1' : '0'}`;
    expect((await call('GET', '/v1/me', undefined, forged)).status).toBe(401);
  });
});
