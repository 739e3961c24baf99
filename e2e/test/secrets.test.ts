import { randomBytes } from 'node:crypto';
import { standard, verify } from '@sluice/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { type Api, createApi, type RequestHeaders } from '../src/api.ts';
import { type Cluster, startCluster } from '../src/cluster.ts';
import { beaconSignature, makeCredentials, signIn, startSession } from '../src/credentials.ts';
import { type ApiDocument, operationsWithSecrets, readWholeApi } from '../src/exploring.ts';
import { type Inbox, openInbox } from '../src/inbox.ts';
import { countOpen } from '../src/ledger.ts';
import { makeDatabase, makeFolder, type Place, postgresUrl } from '../src/places.ts';
import { killPrograms } from '../src/program.ts';
import { startPublisher } from '../src/publisher.ts';
import { dumpTables, findSecrets, type Haystack, readFolder } from '../src/searching.ts';
import type { ServiceOptions } from '../src/service.ts';
import { until } from '../src/waiting.ts';

const timeout = 240_000;
const newKey = () => randomBytes(32).toString('base64');
const adminToken = `operator-${randomBytes(18).toString('base64url')}`;

const inboxes: Inbox[] = [];
const places: Place[] = [];
afterEach(async () => {
  await killPrograms();
  await Promise.all(inboxes.splice(0).map((inbox) => inbox.close()));
  await Promise.all(places.splice(0).map((place) => place.remove()));
});

interface Setting {
  readonly members: Record<string, ServiceOptions>;
  /** What is left of the data when every process has ended. */
  readonly remains: () => Promise<Haystack[]>;
}

function environment(masterKey: string): Readonly<Record<string, string>> {
  return { SLUICE_ADMIN_TOKEN: adminToken, SLUICE_MASTER_KEY: masterKey, SLUICE_LOG_LEVEL: 'trace' };
}

async function embedded(masterKey: string): Promise<Setting> {
  const place = await makeFolder();
  places.push(place);
  return {
    members: { everything: { dataDir: place.dataDir, environment: environment(masterKey) } },
    remains: () => readFolder(place.dataDir),
  };
}

async function onPostgres(masterKey: string): Promise<Setting> {
  const place = await makeDatabase();
  places.push(place);
  const { dataDir, databaseUrl } = place;
  const options = { dataDir, databaseUrl, environment: environment(masterKey) };
  return {
    members: {
      first: options,
      second: options,
    },
    remains: async () => [...(await dumpTables(databaseUrl)), ...(await readFolder(dataDir))],
  };
}

/** Secrets that answers have shown, by where, and which operations of the document those were. */
class Memory {
  readonly secrets = new Map<string, string>();
  readonly operations = new Set<string>();

  keep(method: string, path: string, body: unknown): void {
    const found = secretsIn(body);
    if (found.length === 0) return;
    const [bare = ''] = path.split('?');
    const template = bare.replaceAll(/\/(?=\w*\d)(?!v1\b)[\w-]+/g, '/{}');
    this.operations.add(`${method.toLowerCase()} ${template}`);
    for (const [index, secret] of found.entries()) this.secrets.set(`${method} ${path} ${index}`, secret);
  }

  /** A client whose answers are remembered. */
  client(address: () => string, token: string, headers?: RequestHeaders): Api {
    const api = createApi(address, token, headers);
    return {
      ...api,
      post: async <Body>(path: string, body?: unknown) => {
        const answer = await api.post<Body>(path, body);
        this.keep('POST', path, answer);
        return answer;
      },
      call: async <Body>(...[method, path, body]: Parameters<Api['call']>) => {
        const answer = await api.call<Body>(method, path, body);
        this.keep(method, path, answer.body);
        return answer;
      },
    };
  }
}

/** Members that are called so, unless they are masked, and what stands behind `#` in URLs. */
function secretsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    if (typeof member !== 'string') return secretsIn(member);
    if (/^((signing_)?secret|token)$/.test(name)) return [member.replace(/^\.\.\./, '')];
    const hash = URL.canParse(member) ? new URL(member).hash.slice(1) : '';
    return hash === '' ? [] : [hash];
  });
}

interface Made {
  readonly id: string;
  readonly secret: string;
}

describe.each([
  { name: 'embedded', available: true, open: embedded },
  { name: 'postgres', available: postgresUrl !== undefined, open: onPostgres },
])('secrets ($name)', ({ name, available, open }) => {
  it.skipIf(!available)('are nowhere in clear, and outlive their master key', { timeout }, async () => {
    const [oldKey, freshKey] = [newKey(), newKey()];
    const { members, remains } = await open(oldKey);
    const [cluster, inbox] = await Promise.all([startCluster(members), openInbox()]);
    inboxes.push(inbox);
    const memory = new Memory();
    const { secrets } = memory;
    secrets.set('the admin token', adminToken);
    secrets.set('the old master key', oldKey);
    secrets.set('the new master key', freshKey);
    const made = await makeEverySecret(cluster, inbox, memory);
    const document = await made.api.get<ApiDocument>('/openapi.json');
    expect([...memory.operations].sort(), 'every operation that shows a secret').toEqual(
      expect.arrayContaining(operationsWithSecrets(document).map((one) => one.replaceAll(/\{\w+\}/g, '{}'))),
    );

    const attempts = await replaceMasterKey(cluster, made, oldKey, freshKey);
    const answers = [
      ...(await readWholeApi(cluster.address(), document, 'key', {
        authorization: `Bearer ${made.api.key}`,
      })),
      ...(await readWholeApi(cluster.address(), document, 'operator', {
        authorization: `Bearer ${adminToken}`,
      })),
      ...(await readWholeApi(cluster.address(), document, 'member', {
        cookie: `sluice_session=${made.session}`,
        origin: cluster.address(),
      })),
    ];
    expect(answers.filter(({ name: of }) => /^key: 200/.test(of)).length).toBeGreaterThan(50);
    for (const seat of Object.keys(members)) expect((await cluster.service(seat).terminate()).code).toBe(0);
    const output = { name: 'the logs', content: Buffer.from(cluster.output()) };
    expect(output.content.includes('attempt ended'), 'the logs are there').toBe(true);
    const data = await remains();
    expect(findSecrets(new Map([['the company', 'Keeper of secrets']]), data), 'data is found').not.toEqual(
      [],
    );
    expect(findSecrets(secrets, [...answers, output, ...data])).toEqual([]);
    console.log(
      `${name}: ${secrets.size} secrets, ${answers.length} answers, ${data.length} tables and files, ${attempts} attempts while the master key was replaced`,
    );
  });
});

/** Each kind of secret, made and used. */
async function makeEverySecret(cluster: Cluster, inbox: Inbox, memory: Memory) {
  const { secrets } = memory;
  const operator = memory.client(cluster.address, adminToken);
  const { id } = await operator.post<Made>('/v1/organizations', {
    name: 'Keeper of secrets',
    slug: 'secrets',
    preset: 'flowlu',
  });
  const { secret: key } = await operator.post<Made>(`/v1/organizations/${id}/keys`, {
    name: 'Everything',
    scopes: ['*'],
  });
  const api = { ...memory.client(cluster.address, key), key };
  for (const credential of await makeCredentials(api, cluster.address))
    secrets.set(`the credential ${credential.kind}`, credential.secret);

  const member = await api.post<Made>('/v1/members', {
    email: 'ada@example.com',
    name: 'Ada',
    role: 'owner',
  });
  await operator.post(`/v1/organizations/${id}/sign-in-links`, { email: 'ada@example.com' });
  const signedIn = await signIn(api, cluster.address(), member.id);
  secrets.set('a session by link', signedIn.secret);
  const password = `pass phrase ${randomBytes(12).toString('hex')}`;
  const cookie = { cookie: `sluice_session=${signedIn.secret}`, origin: cluster.address() };
  const set = await fetch(`${cluster.address()}/v1/me/password`, {
    method: 'PUT',
    headers: { ...cookie, 'content-type': 'application/json' },
    body: JSON.stringify({ password }),
  });
  expect(set.status).toBe(204);
  const byPassword = await startSession(cluster.address(), {
    organization: 'secrets',
    email: 'ada@example.com',
    password,
  });
  secrets.set('a password', password);
  secrets.set('a session by password', byPassword.secret);

  const token = await api.post<Made>(`/v1/members/${member.id}/tokens`, { name: 'Mine' });
  const own = memory.client(cluster.address, token.secret);
  const hook = await own.post<Made>('/v1/me/webhooks', { url: `${inbox.url}/own` });
  await own.post(`/v1/me/webhooks/${hook.id}/rotate-secret`, {});
  const integration = await api.post<Made>('/v1/integrations', { url: `${inbox.url}/integration` });
  await api.post(`/v1/integrations/${integration.id}/rotate-secret`, {});
  const [, installation] = await installWithWebhooks(api, inbox);
  await api.post(`/v1/installations/${installation}/tokens`, {});

  const given = `whsec_${randomBytes(24).toString('base64')}`;
  secrets.set("an endpoint's own secret", given);
  const header = `Basic ${randomBytes(24).toString('base64')}`;
  secrets.set("an endpoint's own header", header);
  const endpoint = await api.post<Made>('/v1/endpoints', {
    url: `${inbox.url}/rotated`,
    events: ['crash.tested'],
    secret: given,
    headers: { 'x-api-key': header },
    retry_delays: [1, 1, 1],
  });
  const rotated = await api.post<{ secret: string }>(`/v1/endpoints/${endpoint.id}/rotate-secret`, {});
  await api.post(`/v1/endpoints/${endpoint.id}/test`);
  await api.post('/v1/records/crm/account', { name: 'Example Ltd' });

  const plugin = await api.post<{ data: { id: number } }>('/api/plugins/webhooks?subdomain=secrets', {
    name: 'Plugin',
    url: `${inbox.url}/plugin`,
    events: ['application.created'],
  });
  await api.call('PUT', `/api/plugins/webhooks/${plugin.data.id}?subdomain=secrets`, { name: 'Renamed' });
  await useFlowBeacon(memory, cluster, inbox, key);
  return { api, inbox, session: signedIn.secret, endpointSecret: rotated.secret, header };
}

/** Its subscriptions have secrets, and its results a token. */
async function useFlowBeacon(memory: Memory, cluster: Cluster, inbox: Inbox, key: string): Promise<void> {
  const base = '/api/public/v1';
  const beacon = memory.client(cluster.address, key, (method, path, body) =>
    beaconSignature(key, method, path, body),
  );
  const make = async (path: string, body?: unknown) =>
    (await beacon.post<{ data: Made }>(base + path, body)).data.id;
  const subscription = await make('/webhooks', {
    url: `${inbox.url}/beacon`,
    events: ['evaluation.complete'],
  });
  await make(`/webhooks/${subscription}/rotate-secret`);
  const module = await make('/modules', {
    name: 'floors',
    rules: [{ code: 'FLOORS', schema: { properties: { floors: { maximum: 10 } } } }],
  });
  const evaluation = await make('/evaluations', {
    modules: [module],
    scenarios: [{ name: 'House', input: { floors: 3 } }],
  });
  await until('the evaluation is complete', async () => {
    const { data } = await beacon.get<{ data: { status: string } }>(`${base}/evaluations/${evaluation}`);
    return data.status === 'complete';
  });
  await make(`/evaluations/${evaluation}/result-token`);
}

/** An app whose webhook has a secret, upgraded to a version whose new one has another. */
async function installWithWebhooks(api: Api, inbox: Inbox): Promise<[string, string]> {
  const account = { module: 'crm', model: 'account' };
  const { id: app } = await api.post<Made>('/v1/apps', { name: 'Hooked' });
  const version = (number: string, paths: string[]) =>
    api.post(`/v1/apps/${app}/versions`, {
      version: number,
      scopes: [{ ...account, access: 'read' }],
      webhooks: paths.map((path) => ({ ...account, actions: ['create'], url: inbox.url + path })),
    });
  await version('1.0.0', ['/app']);
  const { id } = await api.post<Made>(`/v1/apps/${app}/installations`, { version: '1.0.0', consent: true });
  await version('1.1.0', ['/app', '/app/new']);
  await api.post(`/v1/installations/${id}/upgrade`, { version: '1.1.0', consent: true });
  return [app, id];
}

/**
 * The new key is made known everywhere before anything is sealed under it, and the old one is left out when nothing is
 * sealed under that any more. Answers how many attempts there were meanwhile, each a success with a good signature.
 */
async function replaceMasterKey(
  cluster: Cluster,
  { api, inbox, endpointSecret, header }: Awaited<ReturnType<typeof makeEverySecret>>,
  oldKey: string,
  freshKey: string,
): Promise<number> {
  await until('what was sent before has ended', async () => (await countOpen(api)) === 0);
  const before = inbox.requests.length;
  const publisher = startPublisher({ addresses: cluster.addresses, key: api.key, perSecond: 20 });
  const emptied = (address: string) =>
    until(`${address} has answered everything`, () => (publisher.underWay.get(address) ?? 0) === 0);
  // One process alone can begin to seal at once.
  const several = cluster.names.length > 1;
  for (const keys of [...(several ? [`${oldKey},${freshKey}`] : []), `${freshKey},${oldKey}`, freshKey]) {
    for (const name of cluster.names) {
      await cluster.renew(name, { emptied, environment: { SLUICE_MASTER_KEY: keys } });
    }
    if (keys.startsWith(freshKey) && keys !== freshKey)
      await until('secrets are sealed anew', () =>
        /sealed under the newest master key/.test(cluster.output()),
      );
    const count = inbox.requests.length;
    await until('deliveries go on', () => inbox.requests.length > count + 10);
  }
  await publisher.stop();
  await until('every delivery has ended', async () => (await countOpen(api)) === 0);
  expect(publisher.log.filter(({ outcome }) => outcome === 'refused')).toEqual([]);
  const requests = inbox.requests.slice(before).filter(({ path }) => path === '/rotated');
  for (const request of requests) {
    const checked = await verify(standard, { ...request, secret: endpointSecret, now: new Date(request.at) });
    expect(checked).toMatchObject({ ok: true });
    expect(request.headers['x-api-key']).toBe(header);
  }
  const deliveries = await api.all<{ state: string; attempts: number }>('/v1/deliveries');
  expect(deliveries.filter(({ state, attempts }) => state !== 'delivered' || attempts !== 1)).toEqual([]);
  expect(requests.length).toBeGreaterThanOrEqual(
    publisher.log.filter(({ eventId }) => eventId !== null).length,
  );
  return requests.length;
}
