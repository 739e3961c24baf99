import { afterEach, beforeEach, expect, it } from 'vitest';
import { forgetRequestWindows } from '../../src/tenants/rate-limits.ts';
import { forgetSessions } from '../../src/tenants/sessions.ts';
import { forgetSignInLinks } from '../../src/tenants/sign-in-links.ts';
import { adminToken, createTestApp, type TestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { browserOf, browserWith, cookieOf, makeLink, makeMember, signIn } from '../support/sign-in.ts';

describeOnEachDatabase('sign-in links', (kind) => {
  let app: TestApp;
  let organization: string;
  let key: string;
  let owner: string;
  beforeEach(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z') });
    ({ id: organization, key } = await app.organization('acme', { preset: 'flowlu' }));
    owner = await makeMember(app, key);
  });
  afterEach(() => app.close());

  const ofMember = (member: string, body: object = {}, token = key) =>
    app.call('POST', `/v1/members/${member}/sign-in-links`, body, { token });
  const refused = { status: 401, body: { code: 'sign_in_refused' } };

  it('let a member in, who then is what the role says', async () => {
    const made = await ofMember(owner);
    expect(made).toMatchObject({
      status: 201,
      body: { member_id: owner, email: 'ada@example.com', expires_at: '2026-04-06T15:30:00.000Z' },
    });
    expect(made.body.url).toMatch(/^http:\/\/127\.0\.0\.1:4100\/sign-in#mbr_link_[0-9A-Za-z]{60}$/);
    const answer = await signIn(app, { link: new URL(made.body.url).hash.slice(1) });
    expect(answer).toMatchObject({
      status: 201,
      body: { member_id: owner, current: true, signed_in_by: 'link', ends_at: '2026-07-05T14:30:00.000Z' },
    });
    expect(answer.headers.get('set-cookie')).toMatch(
      /^sluice_session=mbr_session_[0-9A-Za-z]{60}; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    const secret = cookieOf(answer).split('=')[1] ?? '';
    expect(answer.text).not.toContain(secret);
    const browser = browserWith(app, cookieOf(answer));
    expect((await browser.call('GET', '/v1/me')).body).toMatchObject({
      kind: 'member',
      id: owner,
      scopes: ['*'],
      member: {
        id: owner,
        email: 'ada@example.com',
        role: 'owner',
        has_password: false,
        session_id: answer.body.id,
      },
      organization: { slug: 'acme', preset: 'flowlu' },
    });
    expect((await browser.call('GET', '/v1/endpoints')).status).toBe(200);
    // The secret is for a cookie: in a header it is no credential.
    expect((await app.call('GET', '/v1/me', undefined, { token: secret })).status).toBe(401);
  });

  it('and roles are given by nobody who holds less than the role', async () => {
    const scopes = ['members:read', 'members:write', 'event_types:read', 'record_types:read', 'records:*'];
    const { body: small } = await app.call('POST', '/v1/keys', { name: 'sync', scopes }, { token: key });
    const plain = await makeMember(app, key, { email: 'mo@example.com', role: 'member' });
    const link = new URL((await ofMember(plain, {}, small.secret)).body.url).hash.slice(1);
    const browser = browserWith(app, cookieOf(await signIn(app, { link })));
    const promote = (role: string, token: string) =>
      app.call('PATCH', `/v1/members/${plain}`, { role }, { token });
    for (const role of ['owner', 'admin', 'hr_admin'])
      expect(await promote(role, small.secret)).toMatchObject({
        status: 403,
        body: { code: 'missing_scope' },
      });
    expect((await browser.call('GET', '/v1/me')).body.member.role).toBe('member');
    expect((await promote('admin', key)).status).toBe(200);
    expect((await promote('member', small.secret)).status).toBe(200);
  });

  it('are not answered again to a key that may not make them', async () => {
    const { body: small } = await app.call(
      'POST',
      '/v1/keys',
      { name: 'sync', scopes: ['members:write'] },
      { token: key },
    );
    const headers = { 'idempotency-key': 'invite' };
    const path = `/v1/members/${owner}/sign-in-links`;
    const made = await app.call('POST', path, {}, { token: key, headers });
    expect((await app.call('POST', path, {}, { token: key, headers })).text).toBe(made.text);
    expect(await app.call('POST', path, {}, { token: small.secret, headers })).toMatchObject({
      status: 403,
      body: { code: 'missing_scope' },
    });
  });

  it('are taken back when their member is signed out everywhere', async () => {
    const link = await makeLink(app, organization);
    await app.call('DELETE', `/v1/members/${owner}/sessions`, undefined, { token: key });
    expect(await signIn(app, { link })).toMatchObject(refused);
  });

  it('are good once, also for two at the same time', async () => {
    const link = await makeLink(app, organization);
    const both = await Promise.all([signIn(app, { link }), signIn(app, { link })]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 401]);
    const again = await signIn(app, { link });
    expect(again).toMatchObject(refused);
    expect(again.headers.get('set-cookie')).toBeNull();
    const browser = browserWith(app, cookieOf(both.find(({ status }) => status === 201) ?? again));
    expect((await browser.call('GET', '/v1/me/sessions')).body.data).toHaveLength(1);
    const { data } = (await browser.call('GET', '/v1/audit-log')).body;
    expect(data.map(({ action, target }: { action: string; target: string }) => [action, target])).toEqual(
      expect.arrayContaining([
        ['sign_in_link.created', expect.stringMatching(/^sil_/)],
        ['session.created', expect.stringMatching(/^ses_/)],
        ['sign_in.refused', owner],
      ]),
    );
    expect(JSON.stringify(data)).not.toContain(link);
  });

  it('last for an hour, or for as long as they were asked to', async () => {
    const [hour, minute] = [
      await makeLink(app, organization),
      await makeLink(app, organization, { expires_in_seconds: 60 }),
    ];
    await app.advance(60_000);
    expect(await signIn(app, { link: minute })).toMatchObject(refused);
    await app.advance(3_539_999);
    expect((await signIn(app, { link: hour })).status).toBe(201);
    const late = await makeLink(app, organization);
    await app.advance(3_600_000);
    expect(await signIn(app, { link: late })).toMatchObject(refused);
    for (const expires_in_seconds of [59, 86_401, 0.5])
      expect((await ofMember(owner, { expires_in_seconds })).status).toBe(422);
  });

  it('are made by nobody who holds less than the member', async () => {
    const small = await app.call('POST', '/v1/keys', { name: 'k', scopes: ['members:*'] }, { token: key });
    expect(await ofMember(owner, {}, small.body.secret)).toMatchObject({
      status: 403,
      body: { code: 'missing_scope' },
    });
    const hr = await makeMember(app, key, { role: 'hr_admin', email: 'hr@example.com' });
    expect((await ofMember(hr, {}, small.body.secret)).status).toBe(403);
    const other = await app.organization('other');
    expect(await ofMember(owner, {}, other.key)).toMatchObject({ status: 404 });
  });

  it('let nobody in who has become more, less or nobody since', async () => {
    const member = await makeMember(app, key, { role: 'member', email: 'm@example.com' });
    const link = await makeLink(app, organization, { email: 'M@example.com' });
    await app.call('PATCH', `/v1/members/${member}`, { role: 'admin' }, { token: key });
    expect(await signIn(app, { link })).toMatchObject(refused);
    const next = await makeLink(app, organization, { email: 'm@example.com' });
    await app.call('DELETE', `/v1/members/${member}`, undefined, { token: key });
    expect(await signIn(app, { link: next })).toMatchObject(refused);
  });

  it('come from the operator for the first owner, or for whoever has the address', async () => {
    await makeMember(app, key, { email: 'later@example.com' });
    const path = `/v1/organizations/${organization}/sign-in-links`;
    const make = (body?: object) => app.call('POST', path, body, { token: adminToken });
    expect((await make()).body.email).toBe('ada@example.com');
    expect((await make({ email: 'LATER@example.com' })).body.email).toBe('later@example.com');
    expect((await make({ email: 'nobody@example.com' })).status).toBe(404);
    const empty = await app.organization('empty');
    const ofEmpty = `/v1/organizations/${empty.id}/sign-in-links`;
    expect((await app.call('POST', ofEmpty, {}, { token: adminToken })).status).toBe(404);
    expect((await app.call('POST', path, {}, { token: key })).status).toBe(403);
  });

  it('are refused however they are misspelt', async () => {
    const link = await makeLink(app, organization);
    const forged = `${link.slice(0, -1)}${link.endsWith('0') ? '1' : '0'}`;
    for (const text of [forged, `${link} `, link.slice(1), 'mbr_link_', key, 'ü'])
      expect(await signIn(app, { link: text })).toMatchObject(refused);
    expect((await signIn(app, { link })).status).toBe(201);
  });

  it('are limited for each address, whatever they are', async () => {
    const link = await makeLink(app, organization);
    for (let count = 0; count < 100; count += 1) await signIn(app, { link: `guess ${count}` });
    const limited = await signIn(app, { link });
    expect(limited).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    await app.advance(900_000);
    expect((await signIn(app, { link })).status).toBe(201);
  });

  it('and what became of them are forgotten by timed work', async () => {
    const counts = async () =>
      Promise.all(
        (['sign_in_links', 'sessions', 'request_windows'] as const).map(async (table) => {
          const query = app.database.queries
            .selectFrom(table)
            .select(({ fn }) => fn.countAll<string>().as('n'));
          return Number((await query.executeTakeFirstOrThrow()).n);
        }),
      );
    await makeLink(app, organization);
    await browserOf(app, organization);
    expect(await counts()).toEqual([2, 1, 1]);
    await app.advance(86_400_000 + 3_600_001);
    await forgetNow();
    expect(await counts()).toEqual([0, 1, 0]);
    await app.advance(13 * 86_400_000);
    await forgetNow();
    expect(await counts()).toEqual([0, 0, 0]);
  });

  /** What timed work does when it comes round. */
  async function forgetNow(): Promise<void> {
    for (const forget of [forgetSessions, forgetSignInLinks, forgetRequestWindows])
      await forget(app.database.queries);
  }
});
