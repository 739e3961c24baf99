import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { doorOf } from '../../src/compose.ts';
import { createServer } from '../../src/http/server.ts';
import { createTestApp, type TestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { startSecondProcess } from '../support/second-process.ts';
import { createKit, type Kit } from './kit.ts';

describeOnEachDatabase('embed tokens', (kind) => {
  let app: TestApp;
  let kit: Kit;
  let workflow: { id: string };

  beforeEach(async () => {
    app = await createTestApp(kind, {
      time: new Date('2026-04-06T14:30:00Z'),
      environment: { SLUICE_PUBLIC_URL: 'https://sluice.example.com' },
    });
    kit = createKit(app, (await app.organization()).key);
    workflow = await kit.workflow();
  });
  afterEach(() => app.close());

  const everything = { approve: true, reject: true, edit: true };
  const body = (more: Record<string, unknown> = {}) => ({
    capabilities: everything,
    allowed_origins: ['https://app.example.com'],
    expires_at: '2026-04-06T15:30:00Z',
    ...more,
  });
  const token = (more: Record<string, unknown> = {}) =>
    kit.expecting(201, 'POST', '/v1/embed-tokens', body(more));
  const as = (
    secret: string,
    method: string,
    path: string,
    sent?: unknown,
    headers: Record<string, string> = {},
  ) => app.call(method, path, sent, { headers: { 'x-embed-token': secret, ...headers } });

  it('give their secret once, with code that is ready', async () => {
    const made = await token({ label: 'Partner' });
    expect(made.secret).toMatch(/^emb_secret_[0-9A-Za-z]{60}$/);
    expect(made.url).toBe(`https://sluice.example.com/embed/review/${made.id}#${made.secret}`);
    expect(made.iframe).toContain(`<iframe src="${made.url}"`);
    expect(made.iframe).toContain('referrerpolicy="no-referrer"');
    const listed = await kit.call('GET', '/v1/embed-tokens');
    expect(listed.text).not.toContain(made.secret);
    expect(listed.body.data[0]).toMatchObject({
      id: made.id,
      label: 'Partner',
      last_four: made.secret.slice(-4),
      capabilities: everything,
      revoked_at: null,
    });
    const { rows } = await sql<{
      dump: string;
    }>`select string_agg(t::text, '') as dump from embed_tokens t`.execute(app.database.queries);
    expect(rows[0]?.dump).not.toContain(made.secret);
  });

  it('say what they are good for, by either header and never by the query', async () => {
    const queue = await kit.queue(workflow.id, 'Partners');
    const member = await kit.member();
    const made = await token({
      label: 'Partner',
      queue_id: queue.id,
      workflow_id: workflow.id,
      member_id: member,
      capabilities: { approve: true },
    });
    const session = await as(made.secret, 'GET', '/v1/embed/session');
    expect(session.body).toEqual({
      id: made.id,
      label: 'Partner',
      organization: { name: 'Organization 1' },
      workflow: { id: workflow.id, name: 'Refunds' },
      queue: { id: queue.id, name: 'Partners' },
      member: { id: member, name: 'Reviewer 1' },
      capabilities: { approve: true, reject: false, edit: false },
      allowed_origins: ['https://app.example.com'],
      expires_at: '2026-04-06T15:30:00.000Z',
    });
    expect((await app.call('GET', '/v1/embed/session', undefined, { token: made.secret })).status).toBe(200);
    expect((await app.call('GET', `/v1/embed/session?token=${made.secret}`)).status).toBe(401);
    expect(
      (
        await app.call('GET', '/v1/reviews', undefined, {
          token: made.secret,
          headers: { 'x-embed-token': made.secret },
        })
      ).status,
    ).toBe(401);
    expect(
      (await kit.audit(made.id)).map(
        (entry: { action: string; actor: string }) => `${entry.actor} ${entry.action}`,
      ),
    ).toContain(`embed_token:${made.id} embed_token.opened`);
  });

  it('see and touch what is in their scope, and nothing else', async () => {
    const queue = await kit.queue(workflow.id, 'Partners');
    const other = await kit.workflow();
    const [mine, unqueued, foreign] = [
      await kit.task(workflow.id, { queue_id: queue.id }),
      await kit.task(workflow.id),
      await kit.task(other.id),
    ];
    const seen = async (secret: string, query = '') =>
      (await as(secret, 'GET', `/v1/reviews${query}`)).body.data
        .map((task: { id: string }) => task.id)
        .sort();
    const ofQueue = await token({ queue_id: queue.id });
    const ofWorkflow = await token({ workflow_id: workflow.id });
    const ofAll = await token();
    expect(await seen(ofQueue.secret)).toEqual([mine.id]);
    expect(await seen(ofQueue.secret, `?workflow_id=${other.id}`)).toEqual([]);
    expect(await seen(ofWorkflow.secret)).toEqual([mine.id, unqueued.id].sort());
    expect(await seen(ofAll.secret)).toHaveLength(3);
    for (const id of [unqueued.id, foreign.id]) {
      expect((await as(ofQueue.secret, 'GET', `/v1/reviews/${id}`)).status).toBe(404);
      expect((await as(ofQueue.secret, 'GET', `/v1/reviews/${id}/history`)).status).toBe(404);
      expect((await as(ofQueue.secret, 'POST', `/v1/reviews/${id}/approve`)).status).toBe(404);
    }
    const history = await as(ofQueue.secret, 'GET', `/v1/reviews/${mine.id}/history`);
    expect(history.body.data[0].ip).toBeNull();
    const second = createKit(app, (await app.organization()).key);
    const elsewhere = await second.task((await second.workflow()).id);
    expect((await as(ofAll.secret, 'GET', `/v1/reviews/${elsewhere.id}`)).status).toBe(404);
  });

  it('do what their capabilities say, under their own name', async () => {
    for (const [capability, action, sent] of [
      ['approve', 'approve', {}],
      ['reject', 'reject', { reason: 'r' }],
      ['edit', 'revise', { content: 1 }],
    ] as const) {
      const task = await kit.task(workflow.id);
      const without = await token({ capabilities: { ...everything, [capability]: false } });
      const refused = await as(without.secret, 'POST', `/v1/reviews/${task.id}/${action}`, sent);
      expect([refused.status, refused.body.code]).toEqual([403, 'missing_capability']);
      const only = await token({ label: 'Only', capabilities: { [capability]: true } });
      const done = await as(only.secret, 'POST', `/v1/reviews/${task.id}/${action}`, sent);
      expect(done.body.decision.by).toEqual({ kind: 'embed_token', id: only.id, name: 'Only', member: null });
      const audit = await kit.audit(task.id);
      expect(audit.map((entry: { actor: string }) => entry.actor)).toContain(`embed_token:${only.id}`);
    }
  });

  it('act as the reviewer that they were made for, and as nobody else', async () => {
    const [member, other] = [await kit.member(), await kit.member()];
    const strict = await kit.workflow({ reviewers: { members: [member] } });
    const task = await kit.task(strict.id);
    const made = await token({ member_id: member });
    const anonymous = await token();
    expect((await as(anonymous.secret, 'POST', `/v1/reviews/${task.id}/approve`)).body.code).toBe(
      'not_a_reviewer',
    );
    expect(
      (await as(anonymous.secret, 'POST', `/v1/reviews/${task.id}/approve`, { member_id: other })).status,
    ).toBe(422);
    expect((await as(made.secret, 'POST', `/v1/reviews/${task.id}/approve`)).body.decision.by.member).toEqual(
      { id: member, name: 'Reviewer 1' },
    );
    await kit.expecting(200, 'PATCH', `/v1/workflows/${strict.id}`, { reviewers: null });
    await kit.expecting(204, 'DELETE', `/v1/members/${member}`);
    expect((await as(made.secret, 'GET', '/v1/reviews')).status).toBe(401);
  });

  it('reach the routes that say so, and no other', async () => {
    const made = await token();
    const { routes } = doorOf(app.parts);
    const allowed = routes.filter(({ access }) => typeof access === 'object' || access === 'embed token');
    expect(allowed.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/reviews',
      'GET /v1/reviews/{id}',
      'GET /v1/reviews/{id}/history',
      'POST /v1/reviews/{id}/approve',
      'POST /v1/reviews/{id}/reject',
      'POST /v1/reviews/{id}/revise',
      'GET /v1/embed/session',
    ]);
    for (const { method, path, access } of routes) {
      if (access === 'public' || allowed.some((route) => route.method === method && route.path === path))
        continue;
      const answer = await as(
        made.secret,
        method,
        path.replaceAll(/\{\w+\}/g, 'x'),
        method === 'GET' || method === 'DELETE' ? undefined : {},
      );
      expect([`${method} ${path}`, answer.status]).toEqual([`${method} ${path}`, 403]);
    }
  });

  it('end on the moment: expired, revoked, on every process', async () => {
    const second = await startSecondProcess(app);
    const [expiring, revoked] = [await token(), await token({ expires_at: '2027-01-01T00:00:00Z' })];
    const status = async (secret: string, url = app.url) =>
      (await fetch(`${url}/v1/reviews`, { headers: { 'x-embed-token': secret } })).status;
    expect([await status(expiring.secret), await status(revoked.secret, second.url)]).toEqual([200, 200]);
    await kit.expecting(204, 'DELETE', `/v1/embed-tokens/${revoked.id}`);
    expect([await status(revoked.secret), await status(revoked.secret, second.url)]).toEqual([401, 401]);
    expect((await kit.call('DELETE', `/v1/embed-tokens/${revoked.id}`)).status).toBe(404);
    await app.advance(3_599_999);
    expect(await status(expiring.secret)).toBe(200);
    await app.advance(1);
    expect([await status(expiring.secret), await status(expiring.secret, second.url)]).toEqual([401, 401]);
    expect((await as('emb_secret_made_up', 'GET', '/v1/reviews')).status).toBe(401);
    await second.close();
  });

  it('cannot be made by a key that may do less', async () => {
    const key = async (scopes: string[]) =>
      (await kit.expecting(201, 'POST', '/v1/keys', { name: 'Less', scopes })).secret;
    const make = async (scopes: string[], more = {}) =>
      (await app.call('POST', '/v1/embed-tokens', body(more), { token: await key(scopes) })).status;
    expect(await make(['embed_tokens:write'])).toBe(403);
    expect(await make(['embed_tokens:write', 'reviews:read'])).toBe(403);
    expect(await make(['embed_tokens:write', 'reviews:read'], { capabilities: {} })).toBe(201);
    expect(await make(['embed_tokens:*', 'reviews:*'])).toBe(201);
  });

  it('keep idempotency keys of their own', async () => {
    const [a, b] = [
      await token({ workflow_id: workflow.id }),
      await token({ workflow_id: (await kit.workflow()).id }),
    ];
    const task = await kit.task(workflow.id);
    const path = `/v1/reviews/${task.id}/approve`;
    const again = { 'idempotency-key': 'k' };
    const first = await as(a.secret, 'POST', path, {}, again);
    const repeated = await as(a.secret, 'POST', path, {}, again);
    expect([first.status, repeated.status, repeated.text]).toEqual([200, 200, first.text]);
    expect((await as(b.secret, 'POST', path, {}, again)).status).toBe(404);
  });

  it.each([
    ['https://app.example.com', 'https://app.example.com'],
    ['HTTPS://App.Example.com:443', 'https://app.example.com'],
    ['https://app.example.com:8443', 'https://app.example.com:8443'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://127.0.0.1:5173', 'http://127.0.0.1:5173'],
    ['https://[2001:DB8::1]:8443', 'https://[2001:db8::1]:8443'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
  ])('allow the origin %s', async (given, kept) => {
    expect((await token({ allowed_origins: [given] })).allowed_origins).toEqual([kept]);
  });

  it('refuse what is no origin, or would say more in a header', async () => {
    const refused = [
      '*',
      'null',
      '',
      'https://',
      'https://*.example.com',
      'https://*',
      'app.example.com',
      '//app.example.com',
      'http://app.example.com',
      'https://app.example.com/',
      'https://app.example.com/path',
      'https://app.example.com?x',
      'https://app.example.com#x',
      'https://user@app.example.com',
      'https://u:p@app.example.com',
      'ftp://app.example.com',
      'javascript:alert(1)',
      'data:text/html,x',
      'file:///etc',
      'blob:https://app.example.com/x',
      'https://a.example; script-src *',
      'https://a.example https://b.example',
      'https://a.example,https://b.example',
      'https://a.example\r\nX: y',
      'https://a.example\n',
      ' https://a.example',
      'https://a.example\t',
      "https://a.example'none'",
      'https:\\\\a.example',
      'https:/a.example',
      'https://a.example:99999',
      'https://a..example',
      "'self'",
    ];
    for (const origin of refused) {
      const answer = await kit.call(
        'POST',
        '/v1/embed-tokens',
        body({ allowed_origins: ['https://fine.example', origin] }),
      );
      expect([origin, answer.status, answer.body.errors?.[0]?.pointer]).toEqual([
        origin,
        422,
        '/allowed_origins/1',
      ]);
    }
    expect((await kit.call('POST', '/v1/embed-tokens', body({ allowed_origins: [] }))).status).toBe(422);
    expect(
      (await kit.call('POST', '/v1/embed-tokens', body({ expires_at: '2026-04-06T14:00:00Z' }))).status,
    ).toBe(422);
  });

  it('have a page that their sites may show, and no other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-portal-'));
    await writeFile(join(folder, 'embed.html'), '<!doctype html><title>Review</title>');
    const server = await createServer(doorOf(app.parts, pathToFileURL(`${folder}/`)));
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    const ancestors = (answer: Response) =>
      /frame-ancestors ([^;]*)$/.exec(answer.headers.get('content-security-policy') ?? '')?.[1];
    const made = await token({ allowed_origins: ['https://a.example', 'http://localhost:3000'] });
    const page = await fetch(`${url}/embed/review/${made.id}`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<title>Review</title>');
    expect(ancestors(page)).toBe('https://a.example http://localhost:3000');
    expect(page.headers.has('x-frame-options')).toBe(false);
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.getSetCookie()).toEqual([]);

    await kit.expecting(204, 'DELETE', `/v1/embed-tokens/${made.id}`);
    for (const path of [
      made.id,
      'emb_01jd8r5w3kfq5bz0p2v6x7y8z9',
      'nonsense',
      encodeURIComponent('x; frame-ancestors *\r\nA: b'),
      '',
    ]) {
      const refused = await fetch(`${url}/embed/review${path === '' ? '' : `/${path}`}`);
      expect([path, refused.status, ancestors(refused)]).toEqual([path, 404, "'none'"]);
      expect(await refused.text()).toContain('not available');
    }
    await server.close();
    const unbuilt = await createServer(doorOf(app.parts, pathToFileURL(`${folder}/nothing/`)));
    const answer = await unbuilt.inject(`/embed/review/${(await token()).id}`);
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'not_found']);
    await unbuilt.close();
  });
});
