import { hash, verify } from '@node-rs/argon2';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createTestApp, type TestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import {
  type Browser,
  browserOf,
  browserWith,
  cookieOf,
  makeLink,
  makeMember,
  signIn,
} from '../support/sign-in.ts';

// Only watched: what is hashed is hashed.
vi.mock('@node-rs/argon2', { spy: true });

const password = 'correct horse battery staple';

describeOnEachDatabase('passwords of members', (kind) => {
  let app: TestApp;
  let organization: string;
  let key: string;
  let owner: string;
  let browser: Browser;
  beforeEach(async () => {
    app = await createTestApp(kind, { time: new Date('2026-04-06T14:30:00Z') });
    ({ id: organization, key } = await app.organization('acme'));
    owner = await makeMember(app, key);
    browser = await browserOf(app, organization);
  });
  afterEach(() => app.close());

  const set = (body: object, from = browser) => from.call('PUT', '/v1/me/password', body);
  const enter = (more: object = {}) =>
    signIn(app, { organization: 'acme', email: 'ada@example.com', password, ...more });
  const auditOf = async (action: string) =>
    (await app.call('GET', `/v1/audit-log?action=${action}`, undefined, { token: key })).body.data;

  it('let a member in who set one', async () => {
    expect((await enter()).status).toBe(401);
    expect((await set({ password })).status).toBe(204);
    const answer = await enter({ email: 'ADA@example.com' });
    expect(answer).toMatchObject({ status: 201, body: { member_id: owner, signed_in_by: 'password' } });
    const inside = browserWith(app, cookieOf(answer));
    expect((await inside.call('GET', '/v1/me')).body.member.has_password).toBe(true);
    const rows = await app.database.queries.selectFrom('member_passwords').select('hash').execute();
    expect(rows).toEqual([{ hash: expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/) }]);
    expect(await auditOf('password.changed')).toMatchObject([{ actor: `member:${owner}`, target: owner }]);
    expect(JSON.stringify(await auditOf('session.created'))).not.toContain(password);
  });

  it('are the same however they are composed', async () => {
    await set({ password: 'Zw\u00f6lf B\u00e4ume am Bach' });
    expect((await enter({ password: 'Zwo\u0308lf Ba\u0308ume am Bach' })).status).toBe(201);
  });

  it('are long, and not what the member is called', async () => {
    await app.call('PATCH', `/v1/members/${owner}`, { name: 'Ada of Lovelace' }, { token: key });
    for (const bad of [
      'short',
      'elevenchars',
      'aaaaaaaaaaaaaaaa',
      'abababababab',
      'ADA@example.com',
      'ada of lovelace',
      'x'.repeat(1025),
      'abcdefgh '.repeat(30),
    ])
      expect(await set({ password: bad }), bad).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/password' }] },
      });
    expect((await set({ password: '✓ñ†ü 漢字語文字列だ' })).status).toBe(204);
  });

  it('say nothing about what was wrong', async () => {
    await set({ password });
    await makeMember(app, key, { email: 'without@example.com' });
    const answers = [
      await enter({ password: 'something else' }),
      await enter({ email: 'nobody@example.com' }),
      await enter({ email: 'without@example.com' }),
      await enter({ organization: 'nowhere' }),
    ];
    const said = answers.map(({ status, body }) => [status, { ...body, request_id: '' }]);
    expect(new Set(said.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 401, body: { code: 'sign_in_refused' } });
    expect(answers.map(({ headers }) => headers.get('set-cookie'))).toEqual([null, null, null, null]);
    expect(await auditOf('sign_in.refused')).toMatchObject([
      { actor: 'anonymous', details: { by: 'password' } },
      { target: organization },
      { target: owner },
    ]);
  });

  it('cost as much for members that nobody knows', async () => {
    await set({ password });
    await makeMember(app, key, { email: 'without@example.com' });
    // The first time makes the hash that stands in for those that there are not.
    await enter({ email: 'warm@example.com' });
    const wrong = { password: 'something else' };
    const strangers = [
      {},
      { email: 'nobody@example.com' },
      { email: 'without@example.com' },
      { organization: 'nowhere' },
    ];
    for (const who of strangers) {
      vi.mocked(verify).mockClear();
      vi.mocked(hash).mockClear();
      expect((await enter({ ...wrong, ...who })).status).toBe(401);
      // Comparing is what takes time: once for everybody, at the same cost.
      const against = expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
      expect(vi.mocked(verify).mock.calls, JSON.stringify(who)).toEqual([[against, wrong.password]]);
      expect(hash).not.toHaveBeenCalled();
    }
  });

  it('are changed by those who know them, which ends every other session and link', async () => {
    await set({ password });
    const [other, link] = [await browserOf(app, organization), await makeLink(app, organization)];
    const next = 'another horse, another battery';
    for (const body of [{ password: next }, { password: next, current_password: 'a guess' }])
      expect(await set(body)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer: '/current_password' }] },
      });
    expect((await other.call('GET', '/v1/me')).status).toBe(200);
    expect((await set({ password: next, current_password: password })).status).toBe(204);
    expect((await browser.call('GET', '/v1/me')).status).toBe(200);
    expect((await other.call('GET', '/v1/me')).status).toBe(401);
    expect((await signIn(app, { link })).status).toBe(401);
    expect((await enter()).status).toBe(401);
    expect((await enter({ password: next })).status).toBe(201);
  });

  it('are changed by one of two at the same time', async () => {
    await set({ password });
    // Each is compared before either is changed.
    const argon2 = await vi.importActual<typeof import('@node-rs/argon2')>('@node-rs/argon2');
    const { promise: bothCompared, resolve } = Promise.withResolvers<void>();
    let compared = 0;
    const compare: typeof verify = async (...given) => {
      compared += 1;
      if (compared === 2) resolve();
      await bothCompared;
      return argon2.verify(...given);
    };
    vi.mocked(verify).mockImplementationOnce(compare).mockImplementationOnce(compare);
    const both = await Promise.all(
      ['one and the other', 'the other and one'].map((chosen) =>
        set({ password: chosen, current_password: password }),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([204, 409]);
  });

  it('are limited for each member, also for somebody who is signed in', async () => {
    await set({ password });
    for (let count = 0; count < 20; count += 1)
      expect((await enter({ password: 'a guess' })).status).toBe(401);
    expect(await enter()).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect((await enter({ email: 'nobody@example.com' })).status).toBe(401);
    // A link still lets the member in.
    expect((await signIn(app, { link: await makeLink(app, organization) })).status).toBe(201);
    for (let count = 0; count < 20; count += 1)
      expect((await set({ password: 'a new password', current_password: 'a guess' })).status).toBe(422);
    expect((await set({ password: 'a new password', current_password: password })).status).toBe(429);
    await app.advance(900_000);
    expect((await enter()).status).toBe(201);
  });

  it('are removed by an administrator, who thereby signs the member out', async () => {
    await set({ password });
    const path = `/v1/members/${owner}/password`;
    for (const _ of ['one', 'none any more'])
      expect((await app.call('DELETE', path, undefined, { token: key })).status).toBe(204);
    expect((await enter()).status).toBe(401);
    expect((await browser.call('GET', '/v1/me')).status).toBe(401);
    const again = await browserOf(app, organization);
    expect((await set({ password: 'a third password' }, again)).status).toBe(204);
    const other = await app.organization('other');
    expect((await app.call('DELETE', path, undefined, { token: other.key })).status).toBe(404);
  });
});
