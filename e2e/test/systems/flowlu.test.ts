import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, createApi } from '../../src/api.ts';
import { makeUsedFolder, type Place } from '../../src/places.ts';
import { killPrograms } from '../../src/program.ts';
import { operatorToken, type Service, startService } from '../../src/service.ts';
import { until } from '../../src/waiting.ts';

/** What the document promises in each request. */
interface Payload {
  readonly meta: { readonly module: string; readonly model: string; readonly action: string };
  readonly current: Record | null;
  readonly previous: Record | null;
}
type Record = { readonly id: string; readonly [field: string]: unknown };

interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly payload: Payload;
}

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

interface Installation {
  readonly id: string;
  readonly version: string;
  readonly webhooks: readonly {
    readonly endpoint_id: string;
    readonly url: string;
    readonly secret?: string;
  }[];
}

/** The custom application's backend: takes POSTs with JSON, and does again what it is told again. */
const received: Received[] = [];
let failing = false;
let backend: Server;
let place: Place;
let service: Service;
/** The portal's administrator, and the operator. */
let portal: Api;
let operator: Api;
const secrets = new Map<string, string>();

beforeAll(async () => {
  backend = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { method, url: path, headers } = request;
    const text = Buffer.concat(chunks).toString();
    received.push({ method, path, headers, text, payload: JSON.parse(text) });
    response.writeHead(failing ? 503 : 204).end();
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  place = await makeUsedFolder();
  service = await startService({ dataDir: place.dataDir });
  operator = createApi(() => service.address, operatorToken);
  const organization = { name: 'Portal', slug: 'portal', preset: 'flowlu' };
  const { id } = await operator.post<{ id: string }>('/v1/organizations', organization);
  const everything = { name: 'Administrator', scopes: ['*'] };
  const key = await operator.post<{ secret: string }>(`/v1/organizations/${id}/keys`, everything);
  portal = createApi(() => service.address, key.secret);
});
afterAll(async () => {
  await killPrograms();
  await place.remove();
  backend.closeAllConnections();
  await new Promise((resolve) => backend.close(resolve));
});

function backendUrl(path: string): string {
  const { port } = backend.address() as AddressInfo;
  return `http://127.0.0.1:${port}${path}`;
}

/** The nth request in all, once it is there. */
function nth(count: number): Promise<Received> {
  return until(`request ${count} at the application`, () => received[count - 1] ?? null);
}

/** Signed with the secret that the webhook was given, as Standard Webhooks says. */
function isSigned({ path, headers, text }: Received): boolean {
  const secret = Buffer.from((secrets.get(path ?? '') ?? '').replace('whsec_', ''), 'base64');
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`;
  const signature = createHmac('sha256', secret).update(content).digest('base64');
  return String(headers['webhook-signature']).split(' ').includes(`v1,${signature}`);
}

function keepSecrets({ webhooks }: Installation): void {
  for (const { url, secret } of webhooks)
    if (secret !== undefined) secrets.set(new URL(url).pathname, secret);
}

/** Nothing of what was ever accepted is still to go out. */
function settled(): Promise<unknown> {
  return until('every delivery has ended', async () => {
    const deliveries = await portal.all<{ state: string }>('/v1/deliveries');
    return deliveries.every(({ state }) => ['delivered', 'failed', 'cancelled'].includes(state));
  });
}

const account = { module: 'crm', model: 'account' };
const accounts = '/v1/records/crm/account';
const everyAction = ['create', 'update', 'delete'];
const accountScope = { ...account, access: 'write', fields: ['name', 'email'] };

let appId: string;
let installation: Installation & { readonly token: { readonly secret: string } };
let record: Record;

test('a developer describes an application; what its manifest does not declare, it does not get', async () => {
  appId = (await portal.post<{ id: string }>('/v1/apps', { name: 'Newsletter' })).id;
  const versions = `/v1/apps/${appId}/versions`;
  const hooks = [{ ...account, actions: everyAction, url: backendUrl('/accounts') }];
  const lead = { module: 'crm', model: 'lead', actions: ['create'], url: backendUrl('/leads') };

  const manifest = { version: '1.0.0', scopes: [accountScope], webhooks: [...hooks, lead] };
  const refused = await portal.call<Problem>('POST', versions, manifest);
  expect(refused).toMatchObject({ status: 403, body: { code: 'missing_scope' } });
  expect(refused.body.detail).toContain('crm.lead:read');

  const plain = [{ ...hooks[0], url: 'http://hooks.example.com/accounts' }];
  const exposed = await portal.call<Problem>('POST', versions, { ...manifest, webhooks: plain });
  expect(exposed.status).toBe(422);
  expect(exposed.body.errors?.[0]?.detail).toContain('https://');

  expect(await portal.all(versions)).toEqual([]);
  await portal.post(versions, { ...manifest, webhooks: hooks });
});

test('an administrator reads the scopes, consents and installs it', async () => {
  const path = `/v1/apps/${appId}/installations`;
  const asked = await portal.call<Problem>('POST', path, { version: '1.0.0' });
  expect(asked).toMatchObject({ status: 409, body: { code: 'consent_required' } });
  const scopes = asked.body.errors?.map(({ detail }) => detail);
  expect(scopes).toEqual(['crm.account:write(email,name)']);
  installation = await portal.post(path, { version: '1.0.0', consent: scopes });
  keepSecrets(installation);
});

test('it hears of an account that is created, changed and deleted, and of nothing else', async () => {
  record = await portal.post<Record>(accounts, { name: 'Example Ltd', phone: '+49 30 555 0100' });
  const created = await nth(1);
  expect(created.method).toBe('POST');
  expect(created.headers['content-type']).toMatch(/^application\/json/);
  expect(isSigned(created)).toBe(true);
  expect(created.payload).toEqual({
    meta: { ...account, action: 'create' },
    current: { id: record.id, name: 'Example Ltd' },
    previous: null,
  });

  const path = `${accounts}/${record.id}`;
  // Hidden from the application, and no change at all.
  await portal.call('PATCH', path, { phone: '+49 30 555 0199' });
  await portal.call('PATCH', path, { name: 'Example Ltd' });
  await portal.call('PATCH', path, { email: 'office@example.com', phone: null });
  const { payload } = await nth(2);
  expect(payload).toEqual({
    meta: { ...account, action: 'update' },
    current: { id: record.id, name: 'Example Ltd', email: 'office@example.com' },
    previous: { id: record.id, name: 'Example Ltd' },
  });
  await settled();
  expect(received).toHaveLength(2);
  expect(received.map(({ text }) => text).join()).not.toContain('555');
});

test('it asks the API for more with its token, and sees and changes what its scopes allow', async () => {
  const api = createApi(() => service.address, installation.token.secret);
  const path = `${accounts}/${record.id}`;
  const seen = await api.get<Record>(path);
  expect(seen).toEqual(received[1]?.payload.current);
  expect((await api.call<Record>('PATCH', path, { name: 'Example GmbH' })).status).toBe(200);
  expect((await nth(3)).payload).toMatchObject({ current: { name: 'Example GmbH' }, previous: seen });
  const refusals = [
    await api.call<Problem>('PATCH', path, { phone: '1' }),
    await api.call<Problem>('GET', '/v1/records/crm/lead'),
    await api.call<Problem>('GET', '/v1/deliveries'),
  ];
  for (const { status, body } of refusals) expect([status, body.code]).toEqual([403, 'missing_scope']);
});

test('for a member it does no more than that member may', async () => {
  const person = { email: 'sales@example.com', name: 'Sales', access: { crm: 'read' } };
  const member = await portal.post<{ id: string }>('/v1/members', person);
  const { secret } = await portal.post<{ secret: string }>(`/v1/installations/${installation.id}/tokens`, {
    member_id: member.id,
  });
  const api = createApi(() => service.address, secret);
  const path = `${accounts}/${record.id}`;
  expect((await api.call('GET', path)).status).toBe(200);
  expect(await api.call('PATCH', path, { name: 'x' })).toMatchObject({
    status: 403,
    body: { code: 'forbidden' },
  });
  await portal.call('PATCH', `/v1/members/${member.id}`, { access: { crm: 'none' } });
  expect((await api.call('GET', path)).status).toBe(403);
});

test('what fails is sent again with the same id and the same bytes', async () => {
  failing = true;
  await portal.call('PATCH', `${accounts}/${record.id}`, { name: 'Example AG' });
  const first = await nth(4);
  failing = false;
  const id = first.headers['webhook-id'];
  await until('the failure is in the ledger', async () => {
    const delivery = await portal.get<{ state: string; attempts: number }>(`/v1/deliveries/${id}`);
    return delivery.state === 'pending' && delivery.attempts === 1;
  });
  await portal.post(`/v1/deliveries/${id}/retry`);
  const second = await nth(5);
  expect(second.headers['webhook-id']).toBe(id);
  expect(second.text).toBe(first.text);
  await settled();
});

test('a new version takes the place of the old one: webhooks go, come and stay', async () => {
  const lead = { module: 'crm', model: 'lead' };
  const scopes = [accountScope, { ...lead, access: 'read' }];
  const stays = { ...account, actions: everyAction, url: backendUrl('/accounts') };
  const temporary = { ...account, actions: ['delete'], url: backendUrl('/gone') };
  const versions = `/v1/apps/${appId}/versions`;
  await portal.post(versions, { version: '1.1.0', scopes: [accountScope], webhooks: [stays, temporary] });
  const upgrade = `/v1/installations/${installation.id}/upgrade`;
  keepSecrets(await portal.post<Installation>(upgrade, { version: '1.1.0' }));

  const comes = { ...lead, actions: ['create'], url: backendUrl('/leads') };
  const { differences } = await portal.post<{ differences: unknown }>(versions, {
    version: '2.0.0',
    scopes,
    webhooks: [stays, comes],
  });
  expect(differences).toMatchObject({
    from: '1.1.0',
    scopes: { added: ['crm.lead:read'], removed: [] },
    webhooks: { added: [lead], removed: [{ url: temporary.url }], unchanged: [{ url: stays.url }] },
    consent: ['crm.lead:read'],
  });
  expect((await portal.call('POST', upgrade, { version: '2.0.0' })).status).toBe(409);
  const upgraded = await portal.post<Installation>(upgrade, { version: '2.0.0', consent: true });
  keepSecrets(upgraded);
  const idOf = ({ webhooks }: Installation) => webhooks.find(({ url }) => url === stays.url)?.endpoint_id;
  expect(idOf(upgraded)).toBe(idOf(installation));
  const endpoints = await portal.all<{ url: string }>('/v1/endpoints');
  expect(endpoints.map(({ url }) => url).sort()).toEqual([stays.url, comes.url].sort());

  await portal.post('/v1/records/crm/lead', { name: 'Somebody' });
  const newer = await nth(6);
  expect([newer.path, newer.payload.meta.model, isSigned(newer)]).toEqual(['/leads', 'lead', true]);
  await portal.call('DELETE', `${accounts}/${record.id}`);
  const deleted = await nth(7);
  expect(deleted.payload).toMatchObject({ current: null, previous: { id: record.id, name: 'Example AG' } });
  expect([deleted.path, isSigned(deleted)]).toEqual(['/accounts', true]);
});

test('the configuration is that of the installed version after a death, too', async () => {
  await settled();
  const before = await portal.all('/v1/endpoints');
  await service.kill();
  service = await startService({ dataDir: place.dataDir });
  expect(await portal.all('/v1/endpoints')).toEqual(before);
  expect(await portal.get(`/v1/installations/${installation.id}`)).toMatchObject({ version: '2.0.0' });
});

test('uninstalled, it hears nothing and may nothing; of its own comings and goings it was never told', async () => {
  await portal.call('DELETE', `/v1/installations/${installation.id}`);
  const api = createApi(() => service.address, installation.token.secret);
  expect((await api.call('GET', accounts)).status).toBe(401);
  await portal.post(accounts, { name: 'Unheard of' });
  await settled();
  expect(received).toHaveLength(7);
  const actions = received.map(({ payload }) => payload.meta.action);
  expect(actions).toEqual(['create', 'update', 'update', 'update', 'update', 'create', 'delete']);
  const types = (await portal.all<{ type: string }>('/v1/events')).map(({ type }) => type);
  expect(types.filter((type) => !/^(crm|task)\.\w+\.(create|update|delete)$/.test(type))).toEqual([]);
});
