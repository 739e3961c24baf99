import { createHmac, timingSafeEqual } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Api, createApi } from '../../src/api.ts';
import { type Inbox, openInbox, type Received } from '../../src/inbox.ts';
import { makeUsedFolder, type Place } from '../../src/places.ts';
import { killPrograms } from '../../src/program.ts';
import { operatorToken, type Service, startService } from '../../src/service.ts';
import { until } from '../../src/waiting.ts';

interface Webhook {
  readonly id: string;
  readonly secret: string;
  readonly enabled: boolean;
  readonly disabled_reason: string | null;
}

interface Entry {
  readonly id: string;
  readonly type: string;
  readonly title: string;
  readonly read_at: string | null;
}

interface List<Item> {
  readonly data: readonly Item[];
}

interface Person extends Api {
  readonly id: string;
}

let place: Place;
let service: Service;
let inbox: Inbox;
/** The product itself, with the organization's key. */
let desk: Api;
let ann: Person;
let hal: Person;

beforeAll(async () => {
  place = await makeUsedFolder();
  service = await startService({ dataDir: place.dataDir });
  inbox = await openInbox();
  const operator = createApi(() => service.address, operatorToken);
  const made = await operator.post<{ id: string }>('/v1/organizations', {
    name: 'Desk',
    slug: 'desk',
    preset: 'fluxdesk',
    time_zone: 'Europe/Berlin',
  });
  const issued = await operator.post<{ secret: string }>(`/v1/organizations/${made.id}/keys`, {
    name: 'Product',
    scopes: ['*'],
  });
  desk = createApi(() => service.address, issued.secret);
  ann = await join('ann', 'member');
  hal = await join('hal', 'hr_admin');
});
afterAll(async () => {
  await killPrograms();
  await inbox.close();
  await place.remove();
});

/** A member with a personal token. */
async function join(name: string, role: string): Promise<Person> {
  const { id } = await desk.post<{ id: string }>('/v1/members', { name, email: `${name}@example.com`, role });
  const { secret } = await desk.post<{ secret: string }>(`/v1/members/${id}/tokens`, { name: 'Portal' });
  return { ...createApi(() => service.address, secret), id };
}

function addWebhook(person: Person, path: string): Promise<Webhook> {
  return person.post('/v1/me/webhooks', { url: `${inbox.url}${path}` });
}

function notify(to: object, type: string, more: object = {}) {
  return desk.post<{ id: string; recipients: number }>('/v1/notifications', {
    to,
    type,
    title: `About ${type}`,
    ...more,
  });
}

async function inboxOf(person: Person): Promise<readonly Entry[]> {
  return (await person.get<List<Entry>>('/v1/me/notifications')).data;
}

/** The receiver of the document: the raw body's HMAC behind `v1=`, compared in constant time. */
function accepts({ headers, body }: Received, secret: string): boolean {
  const signature = String(headers['x-fluxdesk-signature'] ?? '');
  const expected = `v1=${createHmac('sha256', secret).update(body).digest('hex')}`;
  return (
    signature.length === expected.length && timingSafeEqual(Buffer.from(signature), Buffer.from(expected))
  );
}

function arrived(path: string): Received[] {
  return inbox.requests.filter((request) => request.path === path);
}

function typesAt(path: string): unknown[] {
  return arrived(path).map(({ headers }) => headers['x-fluxdesk-event-type']);
}

/** SIGKILL, and a new process on the same data. */
async function dieAndComeBack(): Promise<void> {
  await service.kill();
  service = await startService({ dataDir: place.dataDir });
}

describe('FluxDesk', () => {
  test('shows the secret of a row once, and fires a signed request for every notification', async () => {
    const webhook = await addWebhook(ann, '/ann');
    expect(webhook.secret).toMatch(/^fdsec_[0-9a-f]{64}$/);
    const listed = await ann.call<List<Webhook>>('GET', '/v1/me/webhooks');
    expect(listed.body.data.map(({ id }) => id)).toEqual([webhook.id]);
    expect(listed.text).not.toContain(webhook.secret);
    expect((await desk.call('GET', '/v1/me/webhooks')).status).toBe(403);

    await notify({ members: [ann.id] }, 'task_assigned', {
      body: 'By Friday, please.',
      url: 'https://desk.example.com/requests/12',
      data: { request_id: 12 },
    });
    const request = await inbox.arrival(1, '/ann');
    expect(accepts(request, webhook.secret)).toBe(true);
    expect(request.headers).toMatchObject({
      'content-type': 'application/json',
      'x-fluxdesk-event-type': 'task_assigned',
      'x-fluxdesk-delivery-id': expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    });
    expect(JSON.parse(request.body.toString())).toEqual({
      version: 1,
      type: 'task_assigned',
      title: 'About task_assigned',
      body: 'By Friday, please.',
      url: 'https://desk.example.com/requests/12',
      data: { request_id: 12 },
    });
    const [entry] = await inboxOf(ann);
    expect(entry).toMatchObject({ type: 'task_assigned', title: 'About task_assigned', read_at: null });
    expect(await ann.get('/v1/me/notifications/unread')).toEqual({ unread: 1 });
    await ann.post(`/v1/me/notifications/${entry?.id}/read`);
    expect(await ann.get('/v1/me/notifications/unread')).toEqual({ unread: 0 });
    expect(await inboxOf(hal)).toEqual([]);
  });

  test('sends all eight types to a row, and only what is addressed to its member', async () => {
    await addWebhook(hal, '/hal');
    const types = ['task_assigned', 'task_status', 'blocker', 'review', 'meeting', 'weekly_digest', 'system'];
    for (const type of types) await notify({ members: [hal.id] }, type);
    await notify({ roles: ['hr_admin'] }, 'team_support.approved');
    await inbox.arrival(8, '/hal');
    expect(typesAt('/hal').sort()).toEqual([...types, 'team_support.approved'].sort());
    expect(typesAt('/ann')).toEqual(['task_assigned']);
    const unknown = await desk.call('POST', '/v1/notifications', {
      to: { everyone: true },
      type: 'gossip',
      title: 'x',
    });
    expect(unknown.status).toBe(422);
  });

  test('has tenant-wide rows, which an HR admin keeps', async () => {
    const integration = await hal.post<Webhook>('/v1/integrations', {
      url: `${inbox.url}/tenant`,
      events: ['team_support.approved'],
    });
    await notify({ members: [ann.id] }, 'task_status');
    await notify({ members: [ann.id] }, 'team_support.approved');
    const request = await inbox.arrival(1, '/tenant');
    expect(accepts(request, integration.secret)).toBe(true);
    expect(typesAt('/tenant')).toEqual(['team_support.approved']);
    expect((await ann.call('GET', '/v1/integrations')).status).toBe(403);
    expect((await hal.call('GET', '/v1/endpoints')).status).toBe(403);
  });

  test('rotates a secret from the same row', async () => {
    const webhook = await addWebhook(hal, '/rotating');
    const rotated = await hal.post<{ secret: string }>(`/v1/me/webhooks/${webhook.id}/rotate-secret`);
    await notify({ members: [hal.id] }, 'system');
    const request = await inbox.arrival(1, '/rotating');
    expect([accepts(request, rotated.secret), accepts(request, webhook.secret)]).toEqual([true, false]);
    expect((await hal.call('DELETE', `/v1/me/webhooks/${webhook.id}`)).status).toBe(204);
  });

  test('tries again after 10 seconds, with the same bytes under the same delivery id', {
    timeout: 60_000,
  }, async () => {
    const webhook = await addWebhook(ann, '/busy');
    inbox.answer = ({ path }) => (path === '/busy' && arrived('/busy').length === 1 ? 503 : 200);
    await notify({ members: [ann.id] }, 'blocker');
    const first = await inbox.arrival(1, '/busy');
    const at = performance.now();
    const second = await inbox.arrival(2, '/busy');
    expect(performance.now() - at).toBeGreaterThan(9_500);
    expect(second.body).toEqual(first.body);
    expect(second.headers['x-fluxdesk-delivery-id']).toBe(first.headers['x-fluxdesk-delivery-id']);
    const log = await until('the second attempt is in the log', async () => {
      const { data } = await ann.get<List<{ id: string; state: string }>>(
        `/v1/me/webhooks/${webhook.id}/deliveries?state=delivered`,
      );
      return data[0] ?? null;
    });
    const attempts = await ann.get<List<{ response: { status: number } }>>(
      `/v1/me/webhooks/${webhook.id}/deliveries/${log.id}/attempts`,
    );
    expect(attempts.data.map(({ response }) => response.status)).toEqual([503, 200]);
    await ann.call('DELETE', `/v1/me/webhooks/${webhook.id}`);
  });

  test('disables a row after ten refusals in a row, tells its member, and goes on when it is enabled', async () => {
    const webhook = await addWebhook(ann, '/broken');
    inbox.answer = ({ path }) => (path === '/broken' ? 500 : 200);
    for (let count = 0; count < 10; count += 1) await notify({ members: [ann.id] }, 'task_status');
    const row = () => ann.get<Webhook>(`/v1/me/webhooks/${webhook.id}`);
    const disabled = await until('the row is disabled', async () => {
      const found = await row();
      return found.enabled ? null : found;
    });
    expect(disabled.disabled_reason).toBe('10 consecutive failures');
    const [told] = await inboxOf(ann);
    expect(told).toMatchObject({
      type: 'system',
      title: `Your webhook ${inbox.url}/broken was disabled`,
    });
    inbox.answer = () => 200;
    const before = arrived('/broken').length;
    await ann.post(`/v1/me/webhooks/${webhook.id}/enable`);
    await notify({ members: [ann.id] }, 'task_status', { title: 'After the repair' });
    await until('the next notification arrives', () =>
      arrived('/broken')
        .slice(before)
        .some(({ body }) => body.includes('After the repair')),
    );
    expect((await row()).enabled).toBe(true);
    await ann.call('DELETE', `/v1/me/webhooks/${webhook.id}`);
  });

  test('reminds of a meeting and sends what was scheduled, once, though the process dies', {
    timeout: 120_000,
  }, async () => {
    const titlesAt = (word: string) =>
      arrived('/ann')
        .map(({ body }): { title: string } => JSON.parse(body.toString()))
        .filter(({ title }) => title.includes(word))
        .map(({ title }) => title);
    const soon = (ms: number) => new Date(Date.now() + ms).toISOString();
    const meeting = (title: string, starts_at: string) =>
      desk.post<{ id: string }>('/v1/meetings', { title, starts_at, members: [ann.id] });
    // Due while nobody is there to see to it, or just then.
    const moved = await meeting('Moved stand-up', soon(600_000 + 60_000));
    await desk.call('PATCH', `/v1/meetings/${moved.id}`, { starts_at: soon(600_000 + 2_500) });
    await notify({ members: [ann.id] }, 'system', { title: 'Scheduled one', deliver_at: soon(1_500) });
    const cancelled = await meeting('Cancelled stand-up', soon(600_000 + 15_000));
    const never = await notify({ members: [ann.id] }, 'system', {
      title: 'Cancelled one',
      deliver_at: soon(15_000),
    });
    await desk.post(`/v1/notifications/${never.id}/cancel`);
    expect((await desk.call('DELETE', `/v1/meetings/${cancelled.id}`)).status).toBe(204);
    await meeting('Last stand-up', soon(600_000 + 16_000));
    await notify({ members: [ann.id] }, 'system', { title: 'Last one', deliver_at: soon(16_000) });
    await dieAndComeBack();
    await until('the reminder', () => titlesAt('Moved stand-up').length > 0);
    await until('the scheduled notification', () => titlesAt('Scheduled one').length > 0);
    await dieAndComeBack();
    // What was cancelled would come before these.
    await until('the last reminder', () => titlesAt('Last stand-up').length > 0);
    await until('the last notification', () => titlesAt('Last one').length > 0);
    const inboxTitles = (await inboxOf(ann)).map(({ title }) => title);
    for (const word of ['Moved stand-up', 'Scheduled one', 'Last stand-up', 'Last one'])
      expect(inboxTitles.filter((title) => title.startsWith(word))).toHaveLength(1);
    expect(inboxTitles.filter((title) => /^Cancelled/.test(title))).toEqual([]);
    // At least once, with one delivery id: the answer to a request may die with the process.
    const ids = arrived('/ann')
      .filter(({ body }) => body.includes('Scheduled one'))
      .map(({ headers }) => headers['x-fluxdesk-delivery-id']);
    expect(new Set(ids).size).toBe(1);
  });

  test('tells of reviews: the one whom a task waits for, and the one to whom it comes back', async () => {
    const boss = await join('boss', 'admin');
    await addWebhook(boss, '/boss');
    const workflow = await boss.post<{ id: string }>('/v1/workflows', { name: 'Requests' });
    const task = await boss.post<{ id: string }>('/v1/reviews', {
      workflow_id: workflow.id,
      title: 'A week off',
      content: { days: 5 },
      assignee: ann.id,
    });
    await until('the review', () => typesAt('/ann').includes('review'));
    expect((await inboxOf(ann))[0]).toMatchObject({
      type: 'review',
      title: '"A week off" is waiting for review',
    });
    await desk.post(`/v1/reviews/${task.id}/reject`, { reason: 'Not in May', member_id: ann.id });
    const returned = await inbox.arrival(1, '/boss');
    expect(JSON.parse(returned.body.toString())).toMatchObject({
      type: 'review',
      title: '"A week off" was returned',
      data: { review_id: task.id, state: 'returned' },
    });
  });

  test('forgets the rows of a member who leaves', async () => {
    expect((await desk.call('DELETE', `/v1/members/${ann.id}`)).status).toBe(204);
    const before = arrived('/ann').length;
    const others = arrived('/hal').length;
    await notify({ everyone: true }, 'system', { title: 'To those who are left' });
    await inbox.arrival(others + 1, '/hal');
    expect(arrived('/ann')).toHaveLength(before);
    expect((await ann.call('GET', '/v1/me/notifications')).status).toBe(401);
  });
});
