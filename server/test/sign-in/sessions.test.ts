import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import {
  type Browser,
  browserOf,
  browserWith,
  cookieOf,
  fromPortal,
  makeLink,
  makeMember,
  signIn,
} from '../support/sign-in.ts';

const day = 86_400_000;
const type = { type: 'note.written', data: {} };

describeOnEachDatabase('sessions of members', (kind) => {
  let app: TestApp;
  let organization: string;
  let key: string;
  beforeEach(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z') });
    ({ id: organization, key } = await app.organization('acme'));
    await makeMember(app, key);
  });
  afterEach(() => app.close());

  const statusOf = async (browser: Browser) => (await browser.call('GET', '/v1/me')).status;

  it('change nothing for another site, whatever it can make a browser send', async () => {
    const { cookie } = await browserOf(app, organization);
    const post = (headers: Record<string, string>, body: string | object = type) =>
      app.call('POST', '/v1/events', body, { headers: { cookie, ...headers } });
    const refused = { status: 403, body: { code: 'cross_site_request' } };
    // What a form or a script without permission can send: no header of its own, and types that ask nobody first.
    for (const [headers, body] of [
      [{ 'content-type': 'text/plain' }, JSON.stringify(type)],
      [{ 'content-type': 'application/x-www-form-urlencoded' }, 'a=b'],
      [{ 'content-type': 'multipart/form-data; boundary=x' }, '--x--'],
      [{ 'content-type': 'application/json' }, JSON.stringify(type)],
    ] as const)
      expect(await post(headers, body)).toMatchObject(refused);
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { 'sec-fetch-site': 'cross-site', origin: app.url },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `${app.url}.evil.example` },
      { origin: app.url.replace('http:', 'https:') },
      { referer: app.url },
    ])
      expect(await post(headers)).toMatchObject(refused);
    const signOut = (headers: Record<string, string>) =>
      app.call('DELETE', '/v1/me/session', undefined, { headers: { cookie, ...headers } });
    expect(await signOut({ origin: 'https://evil.example' })).toMatchObject(refused);
    expect((await app.call('GET', '/v1/events', undefined, { token: key })).body.data).toEqual([]);

    expect((await post(fromPortal)).status).toBe(202);
    expect((await post({ origin: app.url })).status).toBe(202);
    expect((await post({ origin: 'http://127.0.0.1:4100' })).status).toBe(202);
  });

  it('are read by no other site', async () => {
    const { cookie } = await browserOf(app, organization);
    const read = async (headers: Record<string, string>) =>
      (await app.call('GET', '/v1/me', undefined, { headers: { cookie, ...headers } })).status;
    expect(await read({})).toBe(200);
    expect(await read({ 'sec-fetch-site': 'none' })).toBe(200);
    expect(await read({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await read({ 'sec-fetch-site': 'same-site' })).toBe(403);
  });

  it('count only where no header holds a credential', async () => {
    const { cookie } = await browserOf(app, organization);
    const me = (headers: Record<string, string>) =>
      app.call('GET', '/v1/me', undefined, { headers: { cookie, ...fromPortal, ...headers } });
    expect((await me({ authorization: `Bearer ${key}` })).body.kind).toBe('key');
    expect((await me({ authorization: 'Bearer nothing' })).status).toBe(401);
    expect((await me({ 'x-embed-token': 'nothing' })).status).toBe(401);
  });

  it('end at once when the member signs out, everywhere or here', async () => {
    const [here, there, away] = [
      await browserOf(app, organization),
      await browserOf(app, organization),
      await browserOf(app, organization),
    ];
    const { body } = await here.call('GET', '/v1/me/sessions?limit=2');
    expect(body.data.map(({ current }: { current: boolean }) => current)).toEqual([false, false]);
    const rest = await here.call('GET', `/v1/me/sessions?limit=2&cursor=${body.next_cursor}`);
    expect(rest.body).toMatchObject({ data: [{ current: true, ip: '127.0.0.1' }], next_cursor: null });
    const second = body.data[1].id;
    expect((await here.call('DELETE', `/v1/me/sessions/${second}`)).status).toBe(204);
    expect((await here.call('DELETE', `/v1/me/sessions/${second}`)).status).toBe(404);
    expect([await statusOf(here), await statusOf(there), await statusOf(away)]).toEqual([200, 401, 200]);
    const out = await here.call('DELETE', '/v1/me/session');
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toBe('sluice_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax');
    expect([await statusOf(here), await statusOf(away)]).toEqual([401, 200]);
    // The one that asks is one of them.
    const own = (await away.call('GET', '/v1/me/sessions')).body.data[0].id;
    const ended = await away.call('DELETE', `/v1/me/sessions/${own}`);
    expect(ended.headers.get('set-cookie')).toContain('Max-Age=0');
    expect(await statusOf(away)).toBe(401);
    const log = await app.call('GET', '/v1/audit-log?action=session.ended', undefined, { token: key });
    expect(log.body.data).toHaveLength(3);
  });

  it('end at once when an administrator says so, or the member is removed', async () => {
    const member = await makeMember(app, key, { email: 'm@example.com', role: 'member' });
    const [first, second] = [
      await browserOf(app, organization, 'm@example.com'),
      await browserOf(app, organization, 'm@example.com'),
    ];
    const owner = await browserOf(app, organization);
    expect((await first.call('DELETE', `/v1/members/${member}/sessions`)).status).toBe(403);
    expect((await owner.call('DELETE', `/v1/members/${member}/sessions`)).status).toBe(204);
    expect([await statusOf(first), await statusOf(second), await statusOf(owner)]).toEqual([401, 401, 200]);
    const third = await browserOf(app, organization, 'm@example.com');
    expect(await statusOf(third)).toBe(200);
    expect((await owner.call('DELETE', `/v1/members/${member}`)).status).toBe(204);
    expect(await statusOf(third)).toBe(401);
    const gone = await app.call('DELETE', `/v1/members/${member}/sessions`, undefined, { token: key });
    expect(gone.status).toBe(404);
  });

  it('hold the role that the member has now', async () => {
    const member = await makeMember(app, key, { email: 'm@example.com', role: 'admin' });
    const browser = await browserOf(app, organization, 'm@example.com');
    const keys = async () => (await browser.call('GET', '/v1/keys')).status;
    const become = (role: string) => app.call('PATCH', `/v1/members/${member}`, { role }, { token: key });
    expect(await keys()).toBe(200);
    await become('member');
    expect(await keys()).toBe(403);
    expect((await browser.call('POST', '/v1/events', type)).body.code).toBe('missing_scope');
    await become('owner');
    expect(await keys()).toBe(200);
  });

  it('end 14 days after the last use, and 90 days after the first', async () => {
    const [used, left] = [await browserOf(app, organization), await browserOf(app, organization)];
    for (let days = 0; days < 84; days += 7) {
      expect(await statusOf(used)).toBe(200);
      await app.advance(7 * day);
      if (days === 7) expect(await statusOf(left)).toBe(401);
    }
    expect(await statusOf(used)).toBe(200);
    await app.advance(6 * day - 1);
    expect(await statusOf(used)).toBe(200);
    await app.advance(1);
    expect(await statusOf(used)).toBe(401);
  });

  it('are of one organization, and a stale cookie keeps nobody from signing in', async () => {
    const other = await app.organization('other');
    await makeMember(app, other.key);
    const [here, there] = [await browserOf(app, organization), await browserOf(app, other.id)];
    const { id } = (await here.call('GET', '/v1/me/sessions')).body.data[0];
    expect((await there.call('DELETE', `/v1/me/sessions/${id}`)).status).toBe(404);
    expect((await there.call('GET', '/v1/me')).body.organization.slug).toBe('other');
    await here.call('DELETE', '/v1/me/session');
    const link = await makeLink(app, organization);
    const answer = await signIn(app, { link }, { cookie: here.cookie, ...fromPortal });
    expect(answer.status).toBe(201);
    expect((await here.call('GET', '/v1/contracts')).status).toBe(200);
  });

  it('belong to people who are signed in, not to their tokens', async () => {
    const member = await makeMember(app, key, { email: 'm@example.com', role: 'admin' });
    const path = `/v1/members/${member}/tokens`;
    const token = (await app.call('POST', path, { name: 'Laptop' }, { token: key })).body.secret;
    for (const [method, target, body] of [
      ['GET', '/v1/me/sessions', undefined],
      ['DELETE', '/v1/me/session', undefined],
      ['PUT', '/v1/me/password', { password: 'correct horse battery' }],
    ] as const)
      for (const secret of [token, key])
        expect(await app.call(method, target, body, { token: secret })).toMatchObject({
          status: 403,
          body: { code: 'forbidden' },
        });
    const me = await app.call('GET', '/v1/me', undefined, { token });
    expect(me.body.member).toMatchObject({ id: member, session_id: null });
  });

  it('keep what was made under an idempotency key to the member who made it', async () => {
    await makeMember(app, key, { email: 'm@example.com' });
    const [ada, mia] = [
      await browserOf(app, organization),
      await browserOf(app, organization, 'm@example.com'),
    ];
    const make = async (browser: Browser) =>
      (
        await browser.call(
          'POST',
          '/v1/keys',
          { name: 'k', scopes: ['*'] },
          { ...fromPortal, 'idempotency-key': 'the same' },
        )
      ).body.secret;
    const [first, again, others] = [await make(ada), await make(ada), await make(mia)];
    expect(again).toBe(first);
    expect(others).not.toBe(first);
  });

  it('are named and guarded for https where browsers come by https', async () => {
    const environment = { SLUICE_PUBLIC_URL: 'https://sluice.example.com' };
    const beside = await createTestApp(kind, { beside: app, environment });
    try {
      const link = await makeLink(beside, organization);
      const answer = await signIn(beside, { link });
      expect(answer.headers.get('set-cookie')).toMatch(
        /^__Host-sluice_session=\w+; Max-Age=7776000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      );
      const browser = browserWith(beside, cookieOf(answer));
      expect(await statusOf(browser)).toBe(200);
      const plain = browserWith(beside, browser.cookie.replace('__Host-', ''));
      expect(await statusOf(plain)).toBe(401);
      const origin = { origin: 'https://sluice.example.com' };
      expect((await browser.call('POST', '/v1/events', type, origin)).status).toBe(202);
    } finally {
      await beside.close();
    }
  });

  it('know the client behind a proxy that is trusted, and behind no other', async () => {
    const trusting = await createTestApp(kind, {
      beside: app,
      environment: { SLUICE_TRUSTED_PROXIES: '127.0.0.1/32' },
    });
    try {
      const forwarded = { ...fromPortal, 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' };
      const trusted = await signIn(trusting, { link: await makeLink(app, organization) }, forwarded);
      expect(trusted.body.ip).toBe('203.0.113.9');
      expect(trusted.headers.get('set-cookie')).toContain('Secure');
      const direct = await signIn(app, { link: await makeLink(app, organization) }, forwarded);
      expect(direct.body.ip).toBe('127.0.0.1');
      expect(direct.headers.get('set-cookie')).not.toContain('Secure');
    } finally {
      await trusting.close();
    }
  });
});
