/** What every kind of webhook has in common: the API is asked as its description says. */
import type { Endpoint } from '@sluice/client';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { PluginWebhook } from '../src/webhooks/families/plugin-webhooks.tsx';
import type { Webhook } from '../src/webhooks/webhook.ts';
import type { WebhookFamily } from '../src/webhooks/webhook-family.ts';

const moment = '2026-04-06T12:00:00.000Z';
const endpoint: Endpoint = {
  ...{ id: 'ep_1', name: 'Lamp', url: 'https://example.com/hook', events: ['system'], contract: 'fluxdesk' },
  ...{ enabled: true, disabled_reason: null, disabled_at: null, created_at: moment, updated_at: moment },
  ...{
    description: null,
    headers: {},
    rate_limit: null,
    timeout_seconds: 15,
    retry_delays: null,
    metadata: {},
  },
  owner: { kind: 'organization', id: 'org_1' },
};
const answered = {
  id: 7,
  company_id: 1,
  name: '',
  url: endpoint.url,
  events: ['job.closed'],
  secret: '...abc',
};
const requests: { readonly line: string; readonly body: unknown }[] = [];

vi.stubGlobal('window', { location: { origin: 'http://sluice.test' } });
vi.stubGlobal('fetch', async (url: string, { method, body }: { method: string; body?: string }) => {
  const { pathname } = new URL(url);
  requests.push({ line: `${method} ${pathname}`, body: body === undefined ? null : JSON.parse(body) });
  const row = { ...answered, status: true, created_at: moment, logs: [] };
  const data = pathname.endsWith('/webhooks') && method === 'GET' ? [row] : row;
  return Response.json({ ...endpoint, data, next_cursor: null });
});
beforeEach(() => {
  requests.length = 0;
});
const { organizationEndpoints } = await import('../src/webhooks/families/endpoints.tsx');
const { recordWebhooks } = await import('../src/webhooks/families/record-webhooks.tsx');
const { integrations, ownWebhooks } = await import('../src/webhooks/families/notification-webhooks.tsx');
const { changesIn, pluginWebhookOf, pluginWebhooks } = await import(
  '../src/webhooks/families/plugin-webhooks.tsx'
);

/** Asks for everything that a family can do, and answers the requests that this made. */
async function linesOf<Item extends Webhook>(family: WebhookFamily<Item>, webhook: Item) {
  const { id } = webhook;
  const values = { name: 'New', url: 'https://example.com/new', events: ['blocker'] };
  await family.list({});
  await family.get(id);
  await family.create(values);
  await family.change(webhook, values);
  await family.remove(id);
  await family.test(id);
  await family.stats?.(id);
  await family.rotate?.(id);
  await family.enable(id);
  await family.disable(id);
  return requests.map(({ line }) => line);
}

describe.each([
  ['endpoints', organizationEndpoints, '/v1/endpoints'],
  ['webhooks for records', recordWebhooks, '/v1/endpoints'],
  ['webhooks of a member', ownWebhooks, '/v1/me/webhooks'],
  ['integrations', integrations, '/v1/integrations'],
])('%s', (_name, family, base) => {
  test('are asked for below their own path', async () => {
    const one = `${base}/ep_1`;
    expect(await linesOf(family, endpoint)).toEqual([
      ...[`GET ${base}`, `GET ${one}`, `POST ${base}`, `PATCH ${one}`, `DELETE ${one}`, `POST ${one}/test`],
      ...[`GET ${one}/stats`, `POST ${one}/rotate-secret`, `POST ${one}/enable`, `POST ${one}/disable`],
    ]);
  });

  test('have a form with a URL, and words for what cannot be undone', () => {
    expect(family.form.fields(undefined)).toContain('url');
    expect(family.words.removal).toMatch(/cannot be undone/);
  });
});

test('the plugin is asked by its own API, and told only what was edited', async () => {
  const webhook: PluginWebhook = pluginWebhookOf({ ...answered, status: true, created_at: moment, logs: [] });
  expect(webhook).toMatchObject({ id: '7', name: null, enabled: true });
  const one = '/api/plugins/webhooks/7';
  const base = '/api/plugins/webhooks';
  expect(await linesOf(pluginWebhooks('acme'), webhook)).toEqual([
    ...[`GET ${base}`, `GET ${one}`, `POST ${base}`, `PUT ${one}`, `DELETE ${one}`],
    ...[`POST ${one}/test`, `PUT ${one}`, `PUT ${one}`],
  ]);
  expect(requests.slice(-2).map(({ body }) => body)).toEqual([{ status: true }, { status: false }]);
  expect(changesIn(webhook, { name: null, url: webhook.url, events: ['job.closed'] })).toEqual({});
  expect(changesIn(webhook, { name: 'Board', events: ['job.published'] })).toEqual({
    ...{ name: 'Board', events: ['job.published'] },
  });
});

test('notifications of every type are asked for by those of a member, chosen types by integrations', async () => {
  const values = { name: null, url: endpoint.url, events: ['system', 'blocker', 'no.type'] };
  await ownWebhooks.create(values);
  await integrations.create(values);
  expect(requests.map(({ body }) => body)).toEqual([
    { name: null, url: endpoint.url },
    { name: null, url: endpoint.url, events: ['blocker', 'system'] },
  ]);
});

test('of what belongs to others only that is asked for which may be changed', () => {
  const { form, allows } = organizationEndpoints;
  const of = (owner: Endpoint['owner']) => ({ ...endpoint, owner });
  expect(form.fields(endpoint)).toContain('contract');
  expect(form.fields(of({ kind: 'member', id: 'mbr_1' }))).toEqual(['description', 'limits']);
  expect(form.fields(of({ kind: 'installation', id: 'ins_1' }))).toEqual([
    'description',
    'limits',
    'headers',
  ]);
  expect(allows?.(of({ kind: 'member', id: 'mbr_1' }))).toEqual({ rotate: false, remove: true });
  expect(allows?.(of({ kind: 'installation', id: 'ins_1' }))).toEqual({ rotate: true, remove: false });
});
