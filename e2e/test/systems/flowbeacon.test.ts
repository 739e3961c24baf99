import { createHmac, timingSafeEqual } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApi } from '../../src/api.ts';
import { type Inbox, openInbox, type Received } from '../../src/inbox.ts';
import { makeUsedFolder, type Place } from '../../src/places.ts';
import { killPrograms } from '../../src/program.ts';
import { operatorToken, type Service, startService } from '../../src/service.ts';
import { until } from '../../src/waiting.ts';

interface Reply<Data> {
  readonly status: number;
  readonly headers: Headers;
  readonly ok: boolean;
  readonly data: Data;
  readonly error: { readonly code: string; readonly message: string };
  readonly meta: { readonly watermark: string; readonly has_more?: boolean };
}

interface Subscription {
  readonly id: string;
  readonly is_active: boolean;
  readonly signing_secret: string;
  readonly last_delivery_at: string | null;
  readonly last_delivery_status: string | null;
  readonly delivery_failure_count: number;
}

interface Evaluation {
  readonly id: string;
  readonly status: string;
  readonly progress: { readonly evaluated: number; readonly total: number };
  readonly scenarios: readonly { readonly id: string; readonly name: string }[];
}

interface Payload {
  readonly event: string;
  readonly evaluation_id: string;
  readonly organization_id: string;
  readonly scenarios: readonly Readonly<Record<string, unknown>>[];
}

const base = '/api/public/v1';
let place: Place;
let service: Service;
let inbox: Inbox;
let key: string;
let organizationId: string;

beforeAll(async () => {
  place = await makeUsedFolder();
  service = await startService({ dataDir: place.dataDir });
  inbox = await openInbox();
  const operator = createApi(() => service.address, operatorToken);
  const made = await operator.post<{ id: string }>('/v1/organizations', {
    name: 'Beacon customer',
    slug: 'beacon',
    preset: 'flowbeacon',
  });
  organizationId = made.id;
  const issued = await operator.post<{ secret: string }>(`/v1/organizations/${made.id}/keys`, {
    name: 'Integration',
    scopes: ['*'],
  });
  key = issued.secret;
});
afterAll(async () => {
  await killPrograms();
  await inbox.close();
  await place.remove();
});

/** The client: time, method, path with query and body, signed with the API key. */
async function call<Data>(method: string, path: string, body?: unknown): Promise<Reply<Data>> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const seconds = Math.floor(Date.now() / 1000);
  const digest = createHmac('sha256', key)
    .update(`${seconds}.${method}.${base}${path}.${text}`)
    .digest('hex');
  return send(method, path, text, {
    authorization: `Bearer ${key}`,
    'x-fb-signature': `t=${seconds},v1=${digest}`,
  });
}

async function send<Data>(
  method: string,
  path: string,
  body: string,
  headers: Record<string, string>,
): Promise<Reply<Data>> {
  const answer = await fetch(`${service.address}${base}${path}`, {
    method,
    headers: { ...headers, ...(body === '' ? {} : { 'content-type': 'application/json' }) },
    ...(body === '' ? {} : { body }),
  });
  const envelope: Omit<Reply<Data>, 'status' | 'headers'> = JSON.parse(await answer.text());
  return { ...envelope, status: answer.status, headers: answer.headers };
}

async function succeed<Data>(method: string, path: string, body?: unknown): Promise<Data> {
  const { status, data, error } = await call<Data>(method, path, body);
  expect([status, error]).toEqual([200, undefined]);
  return data;
}

/** The receiver's check: header taken apart, time within five minutes, HMAC over time and raw body. */
function verify({ headers, body }: Received, secret: string): boolean {
  const pairs = new Map(
    String(headers['x-fb-signature'] ?? '')
      .split(',')
      .map((pair): [string, string] => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
  const seconds = Number(pairs.get('t'));
  if (!seconds || Math.abs(Date.now() / 1000 - seconds) > 300) return false;
  const expected = createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();
  const actual = Buffer.from(pairs.get('v1') ?? '', 'hex');
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

function payloadOf({ body }: Received): Payload {
  return JSON.parse(body.toString());
}

async function subscribe(path: string): Promise<Subscription> {
  return succeed('POST', '/webhooks', {
    url: `${inbox.url}${path}`,
    events: ['evaluation.complete'],
    description: 'Production handler',
  });
}

async function listed(id: string): Promise<Subscription> {
  const all = await succeed<Subscription[]>('GET', '/webhooks');
  const found = all.find((subscription) => subscription.id === id);
  if (!found) throw new Error(`${id} is not listed.`);
  return found;
}

function makeModule(name: string): Promise<{ id: string }> {
  return succeed('POST', '/modules', {
    name,
    rules: [
      { code: 'ACCESS-1', description: 'Has a ramp', schema: { type: 'object', required: ['ramp'] } },
      {
        code: 'HEIGHT-1',
        description: 'At most ten floors',
        schema: { properties: { floors: { maximum: 10 } } },
      },
    ],
  });
}

function evaluate(moduleId: string, inputs: readonly unknown[]): Promise<Evaluation> {
  return succeed('POST', '/evaluations', {
    modules: [moduleId],
    scenarios: inputs.map((input, index) => ({ name: `House ${index}`, input })),
  });
}

async function complete(id: string): Promise<void> {
  await until(`${id} is complete`, async () => {
    const { status } = await succeed<Evaluation>('GET', `/evaluations/${id}`);
    return status === 'complete';
  });
}

describe('FlowBeacon', () => {
  test('lets in who holds a key and signs with it', async () => {
    expect(key).toMatch(/^fb_live_/);
    const unsigned = await send('GET', '/webhooks', '', { authorization: `Bearer ${key}` });
    expect([unsigned.status, unsigned.ok]).toEqual([403, false]);
    const stranger = await send('GET', '/webhooks', '', { authorization: 'Bearer fb_live_unknown' });
    expect([stranger.status, stranger.ok]).toEqual([401, false]);
    const { status, ok, data, meta, headers } = await call('GET', '/webhooks');
    expect({ status, ok, data }).toEqual({ status: 200, ok: true, data: [] });
    expect(meta.watermark).toMatch(/^wm_/);
    expect(Number(headers.get('ratelimit-remaining'))).toBeGreaterThan(0);
  });

  test('replaces the polling loop by a signed webhook with the same results', async () => {
    const { meta } = await call('GET', '/evaluations');
    const subscription = await subscribe('/handler');
    expect(subscription).toEqual({
      id: expect.stringMatching(/^sub_/),
      url: `${inbox.url}/handler`,
      events: ['evaluation.complete'],
      description: 'Production handler',
      is_active: true,
      signing_secret: expect.stringMatching(/^whsec_/),
      warning: 'Store this signing_secret securely — it will not be shown again.',
    });
    expect((await call('POST', '/webhooks', { url: inbox.url, events: ['evaluation.begun'] })).ok).toBe(
      false,
    );
    expect(
      (await call('POST', '/webhooks', { url: 'http://example.com/', events: ['evaluation.complete'] }))
        .status,
    ).toBe(422);

    const module = await makeModule('access');
    const evaluation = await evaluate(module.id, [{ ramp: true }, { floors: 12 }]);
    const request = await inbox.arrival(1, '/handler');
    expect(verify(request, subscription.signing_secret)).toBe(true);
    expect(verify(request, key)).toBe(false);
    expect(request.headers['x-fb-event']).toBe('evaluation.complete');
    expect(request.headers['user-agent']).toBe('FlowBeacon-Webhook/1.0');
    const payload = payloadOf(request);
    expect(payload).toMatchObject({
      event: 'evaluation.complete',
      evaluation_id: evaluation.id,
      organization_id: organizationId,
    });

    expect(payload.scenarios).toHaveLength(2);
    for (const [index, scenario] of evaluation.scenarios.entries()) {
      const results = await succeed<Record<string, unknown>>('GET', `/scenarios/${scenario.id}/results`);
      for (const field of [
        'violations',
        'module_summary',
        'evaluated_codes',
        'passing_count',
        'failing_count',
      ]) {
        expect(results[field], field).toBeDefined();
        expect(payload.scenarios[index]?.[field], field).toEqual(results[field]);
      }
    }
    expect(payload.scenarios[1]?.violations).toEqual([
      { code: 'ACCESS-1', module: 'access', path: '/ramp', message: expect.any(String) },
      { code: 'HEIGHT-1', module: 'access', path: '/floors', message: expect.any(String) },
    ]);

    const polled = await call<Evaluation[]>('GET', `/evaluations?since=${meta.watermark}`);
    expect(polled.data).toMatchObject([{ id: evaluation.id, status: 'complete' }]);
    const later = await call<Evaluation[]>('GET', `/evaluations?since=${polled.meta.watermark}`);
    expect(later.data).toEqual([]);
    await until('the delivery is noted', async () => {
      const { last_delivery_status, last_delivery_at } = await listed(subscription.id);
      return last_delivery_status === 'delivered' && last_delivery_at !== null;
    });
  });

  test('shows results to the holder of a token, once and without a key', async () => {
    const module = await makeModule('token');
    const evaluation = await evaluate(module.id, [{ ramp: true }]);
    await complete(evaluation.id);
    const { token } = await succeed<{ token: string }>('POST', `/evaluations/${evaluation.id}/result-token`);
    expect(token).toMatch(/^rt_/);
    const first = await send<Payload>('GET', `/results/${token}`, '', {});
    expect(first.status).toBe(200);
    expect(first.data).toMatchObject({ evaluation_id: evaluation.id });
    const second = await send('GET', `/results/${token}`, '', {});
    expect([second.status, second.ok]).toEqual([410, false]);
  });

  test('tries again with the same signed payload; rotation and revocation hold at once', {
    timeout: 60_000,
  }, async () => {
    const module = await makeModule('retries');
    const subscription = await subscribe('/shaky');
    inbox.answer = ({ path }) => (path === '/shaky' && seen('/shaky') === 1 ? 500 : 200);
    const evaluation = await evaluate(module.id, [{ ramp: true }]);
    const first = await inbox.arrival(1, '/shaky');
    await until(
      'the failure is counted',
      async () => (await listed(subscription.id)).delivery_failure_count === 1,
    );
    const second = await inbox.arrival(2, '/shaky');
    expect(second.headers['x-fb-signature']).toBe(first.headers['x-fb-signature']);
    expect(second.body).toEqual(first.body);
    expect(payloadOf(second).evaluation_id).toBe(evaluation.id);

    const rotated = await succeed<Subscription>('POST', `/webhooks/${subscription.id}/rotate-secret`);
    expect((await listed(subscription.id)).delivery_failure_count).toBe(0);
    await evaluate(module.id, [{ ramp: true }]);
    const third = await inbox.arrival(3, '/shaky');
    expect(verify(third, rotated.signing_secret)).toBe(true);
    expect(verify(third, subscription.signing_secret)).toBe(false);

    const control = await subscribe('/control');
    await succeed('DELETE', `/webhooks/${subscription.id}`);
    expect(await listed(subscription.id)).toMatchObject({ is_active: false });
    await evaluate(module.id, [{ ramp: true }]);
    expect(verify(await inbox.arrival(1, '/control'), control.signing_secret)).toBe(true);
    expect(seen('/shaky')).toBe(3);
  });

  test('finishes an evaluation whose process died, and tells once', { timeout: 120_000 }, async () => {
    const subscription = await subscribe('/survivor');
    const module = await makeModule('survivor');
    const inputs = Array.from({ length: 1_000 }, (_, floors) => ({ floors }));
    const evaluation = await evaluate(module.id, inputs);
    await until('it is under way', async () => {
      const { progress } = await succeed<Evaluation>('GET', `/evaluations/${evaluation.id}`);
      return progress.evaluated > 0;
    });
    await service.kill();
    service = await startService({ dataDir: place.dataDir });
    await complete(evaluation.id);
    const request = await inbox.arrival(1, '/survivor');
    expect(verify(request, subscription.signing_secret)).toBe(true);
    expect(payloadOf(request).scenarios).toHaveLength(1_000);
    const operator = createApi(() => service.address, key);
    const events = await operator.all<{ id: string }>('/v1/events?type=evaluation.complete');
    const told = await Promise.all(
      events.map(({ id }) => operator.get<{ data: { evaluation_id: string } }>(`/v1/events/${id}`)),
    );
    expect(told.filter(({ data }) => data.evaluation_id === evaluation.id)).toHaveLength(1);
  });
});

function seen(path: string): number {
  return inbox.requests.filter((request) => request.path === path).length;
}
