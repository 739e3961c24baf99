import { createHmac, timingSafeEqual } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApi } from '../../src/api.ts';
import { type Inbox, openInbox, type Received } from '../../src/inbox.ts';
import { makeUsedFolder, type Place } from '../../src/places.ts';
import { killPrograms } from '../../src/program.ts';
import { operatorToken, type Service, startService } from '../../src/service.ts';
import { until } from '../../src/waiting.ts';

interface Webhook {
  readonly id: number;
  readonly company_id: number;
  readonly secret: string;
  readonly status: boolean;
}

interface Log {
  readonly id: number;
  readonly event: string;
  readonly status_code: number | null;
  readonly success: boolean;
  readonly attempt: number;
}

interface LogPage {
  readonly data: readonly Log[];
  readonly current_page: number;
  readonly total: number;
}

interface Reply<Data> {
  readonly status: number;
  readonly success: boolean;
  readonly data: Data;
  readonly message: string;
  readonly errors?: Readonly<Record<string, readonly string[]>>;
}

let place: Place;
let service: Service;
let inbox: Inbox;
let key: string;

beforeAll(async () => {
  place = await makeUsedFolder();
  service = await startService({ dataDir: place.dataDir });
  inbox = await openInbox();
  key = await makeCompany('acme');
});
afterAll(async () => {
  await killPrograms();
  await inbox.close();
  await place.remove();
});

async function makeCompany(slug: string): Promise<string> {
  const operator = createApi(() => service.address, operatorToken);
  const made = await operator.post<{ id: string }>('/v1/organizations', {
    name: slug,
    slug,
    preset: 'flowxtra',
  });
  const issued = await operator.post<{ secret: string }>(`/v1/organizations/${made.id}/keys`, {
    name: 'Plugin',
    scopes: ['*'],
  });
  return issued.secret;
}

/** The client: a key, and the company's subdomain in the query. */
async function call<Data>(
  method: string,
  path: string,
  body?: unknown,
  { subdomain = 'acme', token = key } = {},
): Promise<Reply<Data>> {
  const query = `${path.includes('?') ? '&' : '?'}subdomain=${subdomain}`;
  const answer = await fetch(`${service.address}/api/plugins/webhooks${path}${query}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const envelope: Omit<Reply<Data>, 'status'> = JSON.parse(await answer.text());
  return { ...envelope, status: answer.status };
}

async function succeed<Data>(method: string, path: string, body?: unknown): Promise<Data> {
  const { success, data, message } = await call<Data>(method, path, body);
  expect([success, message]).toEqual([true, undefined]);
  return data;
}

/** The receiver's check: the header must be the HMAC of the raw body, written `sha256=<hex>`. */
function verify({ headers, body }: Received, secret: string): boolean {
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  const actual = Buffer.from(String(headers['x-flowxtra-signature'] ?? ''));
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

const application = {
  candidate_job_id: 42,
  job_id: 7,
  email: 'jane@example.com',
  first_name: 'Jane',
  last_name: 'Doe',
  stage_id: 1,
};

function publish(type: string, data: unknown): Promise<unknown> {
  return createApi(() => service.address, key).post('/v1/events', { type, data });
}

function create(path: string, events: readonly string[]): Promise<Webhook> {
  return succeed('POST', '', { name: 'My ATS Integration', url: `${inbox.url}${path}`, events });
}

describe('Flowxtra', () => {
  test('creates a webhook whose secret is whole only once', async () => {
    const webhook = await create('/created', ['application.created', 'application.hired']);
    expect(webhook).toEqual({
      id: expect.any(Number),
      company_id: expect.any(Number),
      name: 'My ATS Integration',
      url: `${inbox.url}/created`,
      events: ['application.created', 'application.hired'],
      secret: expect.stringMatching(/^[0-9a-f]{64}$/),
      status: true,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
    });
    const masked = `...${webhook.secret.slice(-6)}`;
    expect(await succeed('GET', '')).toContainEqual({ ...webhook, secret: masked });
    expect(await succeed('GET', `/${webhook.id}`)).toEqual({ ...webhook, secret: masked, logs: [] });
    const events = await succeed<{ event: string; payload_fields: string[] }[]>('GET', '/events');
    expect(events.map(({ event }) => event).sort()).toEqual([
      'application.created',
      'application.hired',
      'application.rejected',
      'application.stage_changed',
      'job.closed',
      'job.published',
      'meeting.scheduled',
    ]);
    const created = events.find(({ event }) => event === 'application.created');
    expect([...(created?.payload_fields ?? [])].sort()).toEqual(Object.keys(application).sort());
    const refused = await call('POST', '', { name: 'x', url: inbox.url, events: ['application.lost'] });
    expect(refused).toMatchObject({ status: 422, success: false, errors: { 'events.0': expect.anything() } });
  });

  test('sends a test at once', async () => {
    const webhook = await create('/test', ['job.closed']);
    expect(await succeed('POST', `/${webhook.id}/test`)).toEqual({
      success: true,
      status_code: 200,
      message: 'Test webhook delivered successfully.',
    });
    const request = await inbox.arrival(1, '/test');
    expect(request.headers['x-flowxtra-event']).toBe('webhook.test');
    expect(verify(request, webhook.secret)).toBe(true);
    inbox.answer = () => 404;
    expect(await succeed('POST', `/${webhook.id}/test`)).toMatchObject({ success: false, status_code: 404 });
    inbox.answer = () => 200;
  });

  test('delivers as documented, tries again after 10 seconds, and logs both attempts', {
    timeout: 60_000,
  }, async () => {
    const webhook = await create('/ats', ['application.created']);
    inbox.answer = ({ path }) => (path === '/ats' && seen('/ats') === 1 ? 500 : 200);
    await publish('application.rejected', { candidate_job_id: 42, job_id: 7, email: 'jane@example.com' });
    await publish('application.created', application);
    const first = await inbox.arrival(1, '/ats');
    const at = performance.now();
    expect(verify(first, webhook.secret)).toBe(true);
    expect(first.headers).toMatchObject({
      'content-type': 'application/json',
      'x-flowxtra-event': 'application.created',
      'x-flowxtra-delivery': expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      'user-agent': 'Flowxtra-Webhooks/1.0',
    });
    expect(JSON.parse(first.body.toString())).toEqual({
      event: 'application.created',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/),
      data: application,
    });
    const second = await inbox.arrival(2, '/ats');
    expect(performance.now() - at).toBeGreaterThan(9_500);
    expect(second.headers['x-flowxtra-delivery']).toBe(first.headers['x-flowxtra-delivery']);
    expect(second.body).toEqual(first.body);

    const page = await until('both attempts are logged', async () => {
      const logs = await succeed<LogPage>('GET', `/${webhook.id}/logs`);
      return logs.total === 2 ? logs : null;
    });
    expect(page).toMatchObject({ current_page: 1, per_page: expect.any(Number), last_page: 1, total: 2 });
    expect(
      page.data.map(({ event, status_code, success, attempt }) => [event, status_code, success, attempt]),
    ).toEqual([
      ['application.created', 200, true, 2],
      ['application.created', 500, false, 1],
    ]);
    expect(await succeed('GET', `/${webhook.id}`)).toMatchObject({ logs: page.data });
  });

  test('changes and deletes a webhook with its logs', async () => {
    const webhook = await create('/changing', ['job.published']);
    const changed = await succeed<Webhook>('PUT', `/${webhook.id}`, {
      events: ['job.closed'],
      status: false,
    });
    expect(changed).toMatchObject({ events: ['job.closed'], status: false });
    const job = { job_id: 7, title: 'Engineer', status: 'closed' };
    const control = await create('/control', ['job.closed']);
    await publish('job.closed', job);
    expect(verify(await inbox.arrival(1, '/control'), control.secret)).toBe(true);
    expect(seen('/changing')).toBe(0);
    await succeed('PUT', `/${webhook.id}`, { status: true });
    await publish('job.closed', job);
    await inbox.arrival(1, '/changing');
    await succeed('DELETE', `/${webhook.id}`);
    expect((await call('GET', `/${webhook.id}`)).status).toBe(404);
    expect((await call('GET', `/${webhook.id}/logs`)).status).toBe(404);
  });

  test('keeps companies apart', async () => {
    const webhook = await create('/mine', ['job.closed']);
    const token = await makeCompany('other');
    const refused = await call('GET', `/${webhook.id}`, undefined, { token });
    expect(refused).toEqual({ status: 403, success: false, message: expect.any(String) });
    const own = { token, subdomain: 'other' };
    expect((await call('GET', `/${webhook.id}`, undefined, own)).status).toBe(404);
    expect((await call('GET', '', undefined, own)).data).toEqual([]);
  });
});

function seen(path: string): number {
  return inbox.requests.filter((request) => request.path === path).length;
}
