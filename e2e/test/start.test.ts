/** What an operator meets on starting Sluice: the demonstration, plain words about what is wrong, and what is kept. */
import { readdir, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createApi, makeOrganization } from '../src/api.ts';
import { makeFolder, type Place } from '../src/places.ts';
import { killPrograms, type Program, startProgram, startScript } from '../src/program.ts';
import { operatorToken, startService, startServiceProgram } from '../src/service.ts';

/** Starting takes seconds, and more of them on a machine that is busy with other tests. */
const busyMs = 120_000;

const places: Place[] = [];
const servers: Server[] = [];
afterEach(async () => {
  await killPrograms();
  for (const server of servers.splice(0)) server.close();
  await Promise.all(places.splice(0).map((place) => place.remove()));
});

async function folder(): Promise<string> {
  const place = await makeFolder();
  places.push(place);
  return place.dataDir;
}

async function takenPort(): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It does not listen.');
  return address.port;
}

/** What a start that cannot succeed says; it must say it on standard error, without a stack, and exit with 1. */
async function refusalOf(program: Program): Promise<string> {
  expect(await program.ended).toEqual({ code: 1, signal: null });
  expect(program.lines).toEqual([]);
  const text = program.errors();
  expect(text).toMatch(/^Sluice cannot start:/);
  expect(text).not.toMatch(/^\s+at /m);
  return text;
}

describe('a start that cannot succeed says what to do', { timeout: busyMs }, () => {
  test('when settings are wrong: all of them at once', async () => {
    const text = await refusalOf(
      startServiceProgram({
        dataDir: await folder(),
        environment: {
          PORT: '70000',
          DATABASE_URL: 'mysql://localhost/sluice',
          SLUICE_ROLES: 'api,cook',
          SLUICE_MASTER_KEY: 'too short',
          SLUICE_ALLOW_TARGETS: '10.0.0.0/33',
          SLUICE_LOG_LEVEL: 'loud',
          SLUICE_DEMO: 'yes',
          SLUICE_RETENTION_DAYS: '0',
          SLUICE_DRAIN_SECONDS: 'soon',
          SLUICE_EMBEDDED_FLUSH: 'maybe',
          SLUICE_PUBLIC_URL: 'sluice.example.com',
        },
      }),
    );
    for (const name of [
      'PORT is "70000"',
      'DATABASE_URL is not a Postgres URL',
      'SLUICE_ROLES is "api,cook"',
      'SLUICE_MASTER_KEY is malformed',
      'SLUICE_ALLOW_TARGETS has "10.0.0.0/33"',
      'SLUICE_LOG_LEVEL is "loud"',
      'SLUICE_DEMO is "yes"',
      'SLUICE_RETENTION_DAYS is "0"',
      'SLUICE_DRAIN_SECONDS is "soon"',
      'SLUICE_EMBEDDED_FLUSH is "maybe"',
      'SLUICE_PUBLIC_URL is "sluice.example.com"',
    ])
      expect(text).toContain(`  - ${name}`);
    expect(text).toContain('--help');
    expect(text, 'a malformed key is not shown').not.toContain('too short');
  });

  test('when production lacks its secrets, or has well-known ones', async () => {
    const dataDir = await folder();
    const missing = await refusalOf(
      startServiceProgram({
        dataDir,
        environment: { NODE_ENV: 'production', SLUICE_ADMIN_TOKEN: '', SLUICE_MASTER_KEY: '' },
      }),
    );
    expect(missing).toContain('SLUICE_MASTER_KEY is required');
    expect(missing).toContain('SLUICE_ADMIN_TOKEN is required');
    const known = await refusalOf(
      startServiceProgram({
        dataDir,
        environment: {
          NODE_ENV: 'production',
          SLUICE_ADMIN_TOKEN: 'changeme',
          SLUICE_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
        },
      }),
    );
    expect(known).toContain('SLUICE_ADMIN_TOKEN is short or well known');
    expect(known).toContain('SLUICE_MASTER_KEY is one byte repeated');
    expect(await readdir(dataDir), 'nothing was made meanwhile').toEqual([]);
  });

  test('when the kept master key is damaged', async () => {
    const dataDir = await folder();
    await writeFile(join(dataDir, 'master-key'), 'bm90IDMyIGJ5dGVz');
    const text = await refusalOf(startServiceProgram({ dataDir, environment: { SLUICE_MASTER_KEY: '' } }));
    expect(text).toContain(`${join(dataDir, 'master-key')} is malformed; restore it`);
  });

  test('when an argument is unknown', async () => {
    const text = await refusalOf(startProgram({ entry: 'server/src/main.ts', args: ['--port=80'] }));
    expect(text).toContain('Unknown argument "--port=80"');
  });

  test('when the port is taken', async () => {
    const port = await takenPort();
    const text = await refusalOf(
      startServiceProgram({ dataDir: await folder(), environment: { PORT: String(port) } }),
    );
    expect(text).toContain(`port ${port} is taken`);
  });

  test('when another process has the data folder, and not after that one was killed', async () => {
    const dataDir = await folder();
    const first = await startService({ dataDir });
    const text = await refusalOf(startServiceProgram({ dataDir }));
    expect(text).toContain(`The data folder ${dataDir} is in use by another process.`);
    await first.kill();
    await startService({ dataDir });
  });

  test('when the database cannot be reached', async () => {
    const port = await takenPort();
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    const text = await refusalOf(
      startServiceProgram({
        dataDir: await folder(),
        databaseUrl: `postgres://somebody:a-password@127.0.0.1:${port}/sluice`,
      }),
    );
    expect(text).toContain(`Postgres at 127.0.0.1:${port}/sluice cannot be used`);
    expect(text).toContain('Check DATABASE_URL');
    expect(text).not.toContain('a-password');
  });
});

test('--help lists every setting with its default', { timeout: busyMs }, async () => {
  const program = startProgram({ entry: 'server/src/main.ts', args: ['--help'] });
  expect(await program.ended).toEqual({ code: 0, signal: null });
  const text = program.lines.join('\n');
  for (const setting of ['PORT', 'DATABASE_URL', 'SLUICE_DATA_DIR', 'SLUICE_ROLES', 'SLUICE_MASTER_KEY'])
    expect(text).toMatch(new RegExp(`^ {2}${setting} .*\\[.+\\]$`, 'm'));
});

test('a restart keeps everything', { timeout: busyMs }, async () => {
  const dataDir = await folder();
  const first = await startService({ dataDir });
  let { address } = first;
  const api = await makeOrganization(() => address, 'kept');
  const endpoint = await api.post<{ id: string }>('/v1/endpoints', {
    url: 'http://127.0.0.1:9/nowhere',
    events: ['*'],
  });
  const event = await api.post<{ id: string }>('/v1/events', { type: 'thing.kept', data: { n: 1 } });
  expect(await first.terminate()).toMatchObject({ code: 0, signal: null });
  ({ address } = await startService({ dataDir }));
  expect(await api.get(`/v1/events/${event.id}`)).toMatchObject({ id: event.id, data: { n: 1 } });
  expect(await api.all('/v1/endpoints')).toMatchObject([{ id: endpoint.id }]);
});

test('on a port that was free, links lead to that port', { timeout: busyMs }, async () => {
  const { address } = await startService({ dataDir: await folder(), environment: { PORT: '0' } });
  const api = await makeOrganization(() => address, 'linked');
  const token = await api.post<{ url: string; iframe: string }>('/v1/embed-tokens', {
    label: 'A page',
    capabilities: {},
    allowed_origins: ['https://example.com'],
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
  });
  expect(token.url).toMatch(`${address}/embed/review/`);
  expect(token.iframe).toContain(`src="${token.url}"`);
  const { organization } = await api.get<{ organization: { id: string } }>('/v1/me');
  await api.post('/v1/members', { email: 'owner@example.com', name: 'Owner', role: 'owner' });
  const operator = createApi(() => address, operatorToken);
  const link = await operator.post<{ url: string }>(`/v1/organizations/${organization.id}/sign-in-links`, {});
  expect(link.url).toMatch(`${address}/sign-in#`);
});

test('the first start shows each contract at work, and how to go on', { timeout: busyMs }, async () => {
  const dataDir = await folder();
  const { program, address } = await startService({
    dataDir,
    environment: { SLUICE_DEMO: '', SLUICE_ADMIN_TOKEN: '', SLUICE_MASTER_KEY: '' },
  });
  await program.line(/The operator's token is in/);
  const shown = program.lines.filter((line) => /^ {2}[✓✗]/.test(line));
  expect(shown.map((line) => line.trim().split(/\s+/)[1])).toEqual([
    ...['flowbeacon', 'flowlu', 'flowxtra', 'fluxdesk', 'fluxo', 'standard'],
  ]);
  for (const line of shown)
    expect(line).toMatch(/✓ .* \d+\.\d ms from publish to receipt, signature verified, ledger: delivered$/);
  const links = program.lines
    .flatMap((line) => /^ {2}demo-(\w+) +(\S+)$/.exec(line) ?? [])
    .filter((part) => part.startsWith('http'));
  expect(links).toHaveLength(6);
  for (const link of links) {
    const { origin, pathname, hash } = new URL(link);
    expect(`${origin}${pathname}`).toBe(`${address}/sign-in`);
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ link: hash.slice(1) });
    const signIn = () => fetch(`${origin}/v1/sessions`, { method: 'POST', headers, body });
    expect([(await signIn()).status, (await signIn()).status]).toEqual([201, 401]);
  }
  expect(program.lines.join('\n')).toContain(`npx sluice sign-in-link demo-standard --url ${address}`);

  for (const name of ['admin-token', 'master-key'])
    expect(((await stat(join(dataDir, name))).mode & 0o777).toString(8)).toBe('600');

  const from = program.lines.findIndex((line) => /^\s+curl .*\/v1\/events/.test(line));
  const script = program.lines.slice(from, from + 4).join('\n');
  expect(await startScript(script).ended).toMatchObject({ code: 0 });
  await program.line(/^received \/standard: signature verified: .*in_43/);
});
