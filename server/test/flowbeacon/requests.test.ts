import { afterEach, beforeEach, expect, it } from 'vitest';
import { doorOf } from '../../src/compose.ts';
import { createServer } from '../../src/http/server.ts';
import { flowbeaconRoutes } from '../../src/products/flowbeacon/routes.ts';
import { adminToken, createTestApp, type TestApp } from '../support/app.ts';
import { describeOnEachDatabase } from '../support/databases.ts';
import { base, createClient, type FlowbeaconClient, signature } from './client.ts';

describeOnEachDatabase('requests to FlowBeacon', (kind) => {
  let app: TestApp;
  let client: FlowbeaconClient;
  const now = Date.parse('2026-04-06T14:30:00Z') / 1000;

  beforeEach(async () => {
    app = await createTestApp(kind, { time: new Date(now * 1000) });
    const { key } = await app.organization('beacon', { preset: 'flowbeacon' });
    client = createClient(app, key);
  });
  afterEach(() => app.close());

  it('are answered in the envelope when key and signature hold', async () => {
    expect(client.key).toMatch(/^fb_live_/);
    const { status, body, headers } = await client.call('GET', '/webhooks');
    expect(status).toBe(200);
    expect(body).toEqual({ ok: true, data: [], meta: { watermark: expect.stringMatching(/^wm_/) } });
    expect(headers.get('ratelimit-limit')).toBe('3000');
    expect(headers.get('ratelimit-remaining')).toBe('2999');
  });

  it('are refused without a valid signature, before anything else is said', async () => {
    const path = `${base}/webhooks`;
    const valid = signature(client.key, now, { method: 'GET', path, body: '' });
    const wrong: Record<string, string> = {
      'another key': signature(`${client.key}x`, now, { method: 'GET', path, body: '' }),
      'another method': signature(client.key, now, { method: 'POST', path, body: '' }),
      'another path': signature(client.key, now, { method: 'GET', path: `${path}?a=1`, body: '' }),
      'another body': signature(client.key, now, { method: 'GET', path, body: '{}' }),
      'too old': signature(client.key, now - 301, { method: 'GET', path, body: '' }),
      'too new': signature(client.key, now + 301, { method: 'GET', path, body: '' }),
      'not hex': valid.replace(/v1=.*/, `v1=${'z'.repeat(64)}`),
      'upper case': valid.replace(/v1=(.*)/, (_, hex: string) => `v1=${hex.toUpperCase()}`),
      'cut off': valid.slice(0, -2),
      'a second t': `t=${now},${valid}`,
      'a space': valid.replace(',', ', '),
      'no time': valid.replace(/^t=\d+,/, ''),
      'time in words': valid.replace(/^t=\d+/, 't=now'),
      'time as a fraction': valid.replace(/^t=(\d+)/, 't=$1.0'),
      empty: '',
    };
    for (const [what, header] of Object.entries(wrong)) {
      const { status, body } = await app.call('GET', path, undefined, {
        token: client.key,
        headers: { 'x-fb-signature': header },
      });
      expect({ what, status, body }).toEqual({
        what,
        status: 403,
        body: { ok: false, error: { code: 'bad_signature', message: expect.any(String) } },
      });
    }
    const missing = await app.call('GET', path, undefined, { token: client.key });
    expect(missing.status).toBe(403);
    const unparsed = await app.call('POST', path, '{"url":', { token: client.key });
    expect(unparsed.body.error.code).toBe('bad_signature');
    for (const t of [now - 300, now + 300])
      expect((await client.call('GET', '/webhooks', undefined, { t })).status).toBe(200);
  });

  it('sign the exact query and the exact bytes of the body', async () => {
    expect((await client.call('GET', '/evaluations?limit=10')).status).toBe(200);
    const spaced = '{ "url": "https://hooks.example.com/ü",\n "events": ["evaluation.complete"] }';
    expect((await client.call('POST', '/webhooks', spaced)).status).toBe(200);
    const path = `${base}/webhooks`;
    const changed = await app.call('POST', path, spaced.replace('{ ', '{'), {
      token: client.key,
      headers: { 'x-fb-signature': signature(client.key, now, { method: 'POST', path, body: spaced }) },
    });
    expect(changed.status).toBe(403);
  });

  it('are refused by key with 401, and by kind of credential or scope with 403', async () => {
    const bad = await app.call('GET', `${base}/webhooks`, undefined, { token: 'fb_live_nonsense' });
    expect(bad.status).toBe(401);
    expect(bad.body).toEqual({ ok: false, error: { code: 'unauthenticated', message: expect.any(String) } });
    expect((await app.call('GET', `${base}/webhooks`)).status).toBe(401);
    const operator = createClient(app, adminToken);
    expect((await operator.call('GET', '/webhooks')).body.error.code).toBe('forbidden');
    const made = await app.call(
      'POST',
      '/v1/keys',
      { name: 'Reader', scopes: ['events:read'] },
      { token: client.key },
    );
    const reader = createClient(app, made.body.secret);
    expect((await reader.call('GET', '/evaluations')).body.error.code).toBe('missing_scope');
  });

  it('get every problem in the envelope', async () => {
    const unknown = await client.call('GET', '/nothing');
    expect(unknown.status).toBe(404);
    expect(unknown.body).toEqual({ ok: false, error: { code: 'not_found', message: expect.any(String) } });
    const malformed = await client.call('POST', '/webhooks', '{"url":');
    expect(malformed.status).toBe(400);
    expect(malformed.body.error.code).toBe('malformed_json');
    const invalid = await client.call('POST', '/webhooks', { url: 'https://example.com', events: [] });
    expect(invalid.status).toBe(422);
    expect(invalid.body.error.message).toContain('/events');
    const large = await client.call('POST', '/webhooks', { description: 'x'.repeat(200_000) });
    expect(large.status).toBe(413);
    expect(large.body.ok).toBe(false);
    expect((await app.call('GET', '/api/public/v10')).body.type).toContain('not_found');
  });

  it('answers the first result to a repeated idempotency key', async () => {
    const body = { url: 'https://hooks.example.com/', events: ['evaluation.complete'] };
    const headers = { 'idempotency-key': 'once' };
    const first = await client.call('POST', '/webhooks', body, { headers });
    const second = await client.call('POST', '/webhooks', body, { headers });
    expect(second.text).toBe(first.text);
    expect((await client.call('GET', '/webhooks')).body.data).toHaveLength(1);
  });

  it('are limited by key, in every process', async () => {
    const routes = flowbeaconRoutes(app.parts, { requests: 3, windowSeconds: 60 });
    const limited = { ...doorOf(app.parts), routes };
    const servers = [await createServer(limited), await createServer(limited)];
    const urls = await Promise.all(servers.map((server) => server.listen({ host: '127.0.0.1', port: 0 })));
    const path = `${base}/webhooks`;
    const ask = (index: number, key = client.key) =>
      fetch(`${urls[index % 2]}${path}`, {
        headers: {
          authorization: `Bearer ${key}`,
          'x-fb-signature': signature(key, Math.floor(app.parts.clock.now() / 1000), {
            method: 'GET',
            path,
            body: '',
          }),
        },
      });
    try {
      await app.advance(20_000);
      const answers = await Promise.all([0, 1, 2, 3, 4].map((index) => ask(index)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429]);
      const refused = answers.find(({ status }) => status === 429);
      expect(refused?.headers.get('retry-after')).toBe('40');
      expect(refused?.headers.get('ratelimit-limit')).toBe('3');
      expect(refused?.headers.get('ratelimit-remaining')).toBe('0');
      expect(refused?.headers.get('ratelimit-reset')).toBe('40');
      expect(refused?.headers.get('ratelimit-policy')).toBe('3;w=60');
      expect(await refused?.json()).toEqual({
        ok: false,
        error: { code: 'rate_limited', message: expect.any(String) },
      });
      const other = await app.organization('other', { preset: 'flowbeacon' });
      expect((await ask(0, other.key)).status).toBe(200);
      await app.advance(39_999);
      expect((await ask(0)).status).toBe(429);
      await app.advance(1);
      expect((await ask(1)).status).toBe(200);
    } finally {
      await Promise.all(servers.map((server) => server.close()));
    }
  });
});
