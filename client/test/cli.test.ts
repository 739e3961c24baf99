import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { contracts } from '@sluice/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { adminToken, createTestApp, type TestApp } from '../../server/test/support/app.ts';
import { startReceiver, type TestReceiver } from '../../server/test/support/receiver.ts';
import { type RunOptions, run, start } from './support/cli.ts';

const exactData = '{ "b": 1, "a": 1e131072, "b": "\\u0000", "c": 1.10 }';

describe('with an API', () => {
  let app: TestApp;
  let receiver: TestReceiver;
  let env: Record<string, string>;
  let folder: string;

  beforeAll(async () => {
    app = await createTestApp('embedded');
    receiver = await startReceiver();
    folder = await mkdtemp(join(tmpdir(), 'sluice-cli-'));
    env = { SLUICE_URL: app.url, SLUICE_KEY: (await app.organization('acme')).key };
  });
  afterAll(async () => {
    await app.close();
    await receiver.close();
    await rm(folder, { recursive: true });
  });

  beforeEach(() => {
    receiver.answer = () => ({ status: 204 });
  });

  const sluice = (args: readonly string[], options: RunOptions = {}) => run(args, { env, ...options });
  const json = async (...args: string[]) => JSON.parse((await sluice([...args, '--json'])).out);

  test('it says whose key it has', async () => {
    expect(await json('me')).toMatchObject({ organization: { slug: 'acme' }, scopes: ['*'] });
    expect((await sluice(['me'])).out).toMatch(/^organization {2}Organization 1 \(acme, org_/);
  });

  test('a day begins: an organization, its first key, its owner, another key', async () => {
    const operator = { SLUICE_URL: app.url, SLUICE_ADMIN_TOKEN: adminToken };
    const made = await run(['organizations', 'create', 'globex', '--name', 'Globex'], { env: operator });
    expect(made.out).toMatch(/^organization +org_\w+\nslug +globex\nname +Globex\n/);
    expect((await run(['organizations', 'list'], { env: operator })).out).toMatch(/org_\w+ +globex +Globex/);
    const first = ['keys', 'create', 'Order service', '--organization', 'globex'];
    const { code, out, err } = await run(first, { env: operator });
    expect([code, out, err]).toEqual([
      0,
      expect.stringMatching(/^sluice_\w+\n$/),
      expect.stringContaining('shown this once'),
    ]);
    const own = { SLUICE_URL: app.url, SLUICE_KEY: out.trim() };
    expect((await run(['me'], { env: own })).out).toMatch(/^organization {2}Globex \(globex, org_/);

    const noOwner = await run(['sign-in-link', 'globex'], { env: operator });
    expect(noOwner).toMatchObject({ code: 3, err: expect.stringContaining('sluice members add') });
    const owner = await run(['members', 'add', 'ada@example.com', '--role', 'owner'], { env: own });
    expect(owner.out).toMatch(/^added mbr_\w+ ada@example\.com as owner\n$/);
    expect((await run(['members', 'list'], { env: own })).out).toMatch(/mbr_\w+ +owner +ada@example\.com/);
    expect(await run(['members', 'add', 'x@example.com', '--role', 'boss'], { env: own })).toMatchObject({
      code: 2,
      err: expect.stringContaining('There is no role "boss": owner, admin, hr_admin, member.'),
    });
    expect((await run(['sign-in-link', 'globex'], { env: operator })).err).toContain(
      'Signs ada@example.com in',
    );

    const narrow = ['keys', 'create', 'Reports', '--scopes', 'events:write, deliveries:read', '--json'];
    const key = JSON.parse((await run(narrow, { env: own })).out);
    expect(key).toMatchObject({ scopes: ['events:write', 'deliveries:read'] });
    expect((await run(['keys', 'revoke', key.id], { env: own })).out).toBe(`revoked ${key.id}\n`);
    const listed = (await run(['keys', 'list'], { env: own })).out;
    expect(listed).toMatch(new RegExp(`${key.id} +revoked +never +events:write,deliveries:read +Reports`));
    expect(listed).not.toContain(key.secret);
  });

  test('deliveries can be watched', async () => {
    const { id } = await json('endpoints', 'create', `${receiver.url}/watched`, '--events', 'watched');
    await sluice(['publish', 'watched', '--data', '{}']);
    const watching = start(['deliveries', 'tail', '--endpoint', id, '--count', '2'], { env });
    const first = await watching.line((line) => line.includes('pending'));
    expect(first).toMatch(/^dlv_\w+ pending watched to ep_\w+$/);
    await app.worker.runOnce();
    const { code, out } = await watching.ended;
    expect(code).toBe(0);
    expect(out).toMatch(/^dlv_\w+ pending .*\n(dlv_\w+) delivered \(attempt 1: 204\) watched to ep_\w+\n$/);
  });

  test('it makes sign-in links for the operator', async () => {
    const email = 'owner@example.com';
    const member = { email, name: 'Owner', role: 'owner' };
    await app.call('POST', '/v1/members', member, { token: env.SLUICE_KEY ?? '' });
    const operator = { SLUICE_URL: app.url, SLUICE_ADMIN_TOKEN: adminToken };
    const made = await run(['sign-in-link', 'acme'], { env: operator });
    expect(made).toMatchObject({ code: 0, err: expect.stringContaining(`Signs ${email} in, once`) });
    const link = new URL(made.out.trim()).hash.slice(1);
    expect(await app.call('POST', '/v1/sessions', { link })).toMatchObject({ status: 201 });

    // A development server's own token, in its data folder.
    await writeFile(join(folder, 'admin-token'), `${adminToken}\n`);
    const local = { SLUICE_URL: app.url, SLUICE_DATA_DIR: folder };
    const short = await run(['sign-in-link', 'acme', '--email', email, '--minutes', '5', '--json'], {
      env: local,
    });
    const { created_at, expires_at } = JSON.parse(short.out);
    expect(Date.parse(expires_at) - Date.parse(created_at)).toBe(300_000);
    for (const [args, code] of [
      [['nowhere'], 2],
      [['acme', '--email', 'nobody@example.com'], 3],
    ] as const)
      expect(await run(['sign-in-link', ...args], { env: operator })).toMatchObject({ code, out: '' });
    const nowhere = { ...local, SLUICE_DATA_DIR: join(folder, 'empty') };
    expect(await run(['sign-in-link', 'acme'], { env: nowhere })).toMatchObject({
      code: 2,
      err: expect.stringContaining('SLUICE_ADMIN_TOKEN is not set'),
    });
  });

  test('data goes out byte for byte, from an option, a file or standard input', async () => {
    const file = join(folder, 'data.json');
    await writeFile(file, `\n${exactData}\n`);
    const inputs: [string, RunOptions][] = [
      [exactData, {}],
      [`@${file}`, {}],
      ['-', { input: `  ${exactData}` }],
    ];
    for (const [data, options] of inputs) {
      const { code, out } = await sluice(['publish', 'exact.bytes', '--data', data, '--json'], options);
      expect(code).toBe(0);
      const { id } = JSON.parse(out);
      expect((await sluice(['events', 'show', id, '--json'])).out).toContain(`"data":${exactData}`);
      expect((await sluice(['events', 'show', id])).out).toContain(exactData);
    }
  });

  test('everything about an event can be given', async () => {
    const options = [
      '--id',
      'in_42',
      '--metadata',
      'source=test',
      'run=7',
      '--occurred-at',
      '2026-01-02T03:04:05Z',
    ];
    const first = await sluice([
      'publish',
      'invoice.sent',
      ...options,
      '--data',
      '{}',
      '--idempotency-key',
      'k1',
    ]);
    expect(first).toMatchObject({
      code: 0,
      out: 'published in_42 invoice.sent: goes to 0 endpoints\n',
      err: '',
    });
    const again = await sluice([
      'publish',
      'invoice.sent',
      ...options,
      '--data',
      '{}',
      '--idempotency-key',
      'k1',
    ]);
    expect(again.out).toBe(first.out);
    expect(await json('events', 'show', 'in_42')).toMatchObject({
      occurred_at: '2026-01-02T03:04:05.000Z',
      metadata: { source: 'test', run: '7' },
    });
  });

  test('the way of an event can be followed', async () => {
    const created = await json(
      'endpoints',
      'create',
      `${receiver.url}/hook`,
      '--events',
      'way.*, other',
      '--name',
      'Way',
    );
    expect(created).toMatchObject({ name: 'Way', events: ['way.*', 'other'], contract: 'standard' });
    expect(created.secret).toMatch(/^whsec_/);

    const published = await sluice(['publish', 'way.begun', '--data', '{"step":1}']);
    expect(published.out).toMatch(/^published evt_\w+ way\.begun: goes to 1 endpoint\n$/);
    const eventId = published.out.split(' ')[1] ?? '';
    receiver.answer = () => ({ status: 500, body: 'not \u001b[31mtoday' });
    await app.worker.runOnce();

    const shown = await sluice(['events', 'show', eventId]);
    expect(shown.out).toMatch(/ENDPOINT +WHY +STATE +ATTEMPTS +DELIVERY +URL/);
    expect(shown.out).toMatch(
      new RegExp(`${created.id} +matched +pending +1 +dlv_\\w+ +${receiver.url}/hook`),
    );

    const [delivery] = await json('deliveries', 'list', '--event', eventId);
    const listed = await sluice(['deliveries', 'list', '--endpoint', created.id, '--state', 'pending']);
    expect(listed.out).toMatch(new RegExp(`${delivery.id} +pending +1 +500 +way\\.begun`));
    const details = await sluice(['deliveries', 'show', delivery.id]);
    expect(details.out).toMatch(/1 +\S+Z +http_error +500 +\d+ ms +not +\[31mtoday\n/);

    receiver.answer = () => ({ status: 204 });
    expect((await sluice(['deliveries', 'retry', delivery.id])).code).toBe(0);
    await app.worker.runOnce();
    expect(await json('deliveries', 'show', delivery.id)).toMatchObject({
      state: 'delivered',
      attempts: [{ outcome: 'http_error' }, { outcome: 'delivered' }],
    });

    const replayed = await sluice(['events', 'replay', eventId, '--endpoint', created.id]);
    expect(replayed.out).toBe(`replayed ${eventId}: goes to 1 endpoint\n`);
    const [second] = await json('deliveries', 'list', '--event', eventId, '--limit', '1');
    expect((await sluice(['deliveries', 'cancel', second.id])).out).toMatch(/state +cancelled/);
  });

  test('endpoints are kept', async () => {
    const created = await sluice([
      'endpoints',
      'create',
      `${receiver.url}/kept`,
      '--events',
      'kept',
      '--contract',
      'standard',
    ]);
    expect(created.out).toMatch(/secret {4}whsec_\S+ {2}\(shown this once\)\n$/);
    const id = /ep_\w+/.exec(created.out)?.[0] ?? '';
    const secret = /whsec_\S+/.exec(created.out)?.[0] ?? '';
    expect((await sluice(['endpoints', 'list'])).out).toMatch(
      new RegExp(`${id} +enabled +standard +kept +http`),
    );
    expect((await sluice(['endpoints', 'show', id])).out).not.toContain(secret);

    expect(await sluice(['endpoints', 'test', id])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^delivered 204 in \d/),
    });
    receiver.answer = () => ({ status: 410, body: 'gone' });
    expect(await sluice(['endpoints', 'test', id])).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^http_error 410/),
    });
    expect((await sluice(['endpoints', 'show', id])).out).toMatch(
      /state +disabled: the receiver answered 410/,
    );
    expect((await sluice(['endpoints', 'enable', id])).out).toMatch(/state +enabled/);

    const rotated = await json('endpoints', 'rotate-secret', id, '--overlap', '60');
    expect(rotated).toMatchObject({ overlap_seconds: 60, secret: expect.stringMatching(/^whsec_/) });
    expect((await sluice(['endpoints', 'disable', id])).out).toMatch(/state +disabled: disabled by hand/);
    expect((await sluice(['endpoints', 'enable', id])).out).toMatch(/state +enabled/);
  });

  test('lists go on over pages, up to the limit', async () => {
    for (let n = 0; n < 3; n++)
      await app.call('POST', '/v1/events', { type: 'many', data: {} }, { token: env.SLUICE_KEY ?? '' });
    expect(await json('events', 'list', '--type', 'many', '--limit', '2')).toHaveLength(2);
    expect(await json('events', 'list', '--type', 'many')).toHaveLength(3);
    expect((await sluice(['events', 'list', '--type', 'none.such'])).out).toBe(
      'EVENT  TYPE  SOURCE  PUBLISHED\n',
    );
  });

  test('the server examines a receiver, too', async () => {
    const { id } = await json('endpoints', 'create', `${receiver.url}/examined`, '--events', 'x');
    receiver.answer = () => ({ status: 200 });
    for (const args of [
      ['endpoints', 'diagnose', id],
      ['doctor', '--endpoint', id],
    ]) {
      const { code, out } = await sluice(args);
      expect(code).toBe(1);
      expect(out).toContain('does not check the signature at all');
    }
    expect(await json('doctor', '--endpoint', id)).toMatchObject({ endpoint_id: id, sound: false });
  });

  test('a refusal says what and where, and ends with 3', async () => {
    const refused = await sluice(['publish', 'Not A Type', '--data', '{}']);
    expect(refused).toMatchObject({ code: 3, out: '' });
    expect(refused.err).toMatch(/^error: .* \(invalid_input, 422\)\n {2}\/type: /);
    expect(refused.err).toMatch(/request id: /);
    const unknown = await sluice(['deliveries', 'show', 'dlv_none']);
    expect(unknown.err).toMatch(/not_found, 404/);
  });

  test('a wrong key is refused, and not repeated', async () => {
    const { code, err, out } = await sluice(['me'], { env: { ...env, SLUICE_KEY: 'sk_of_a_stranger' } });
    expect(code).toBe(3);
    expect(out + err).not.toContain('sk_of_a_stranger');
  });
});

describe('without an API', () => {
  test.each([
    [['publish', 'a.b', '--data', '{"a":1'], /not JSON: at byte 6/],
    [['publish', 'a.b', '--data', '[1]'], /not a JSON object/],
    [['publish', 'a.b', '--data', '@/no/such/file'], /cannot be read/],
    [['publish', 'a.b', '--data', '{}', '--metadata', 'x'], /name=value/],
    [['publish', 'a.b'], /required option '--data/],
    [['events', 'list', '--limit', '0'], /whole number from 1/],
    [['events', 'list', '--url', 'sluice.example.com'], /is not a URL/],
    [['frobnicate'], /unknown command/],
    [['contracts', 'nosuch'], /there are flowbeacon, /],
    [['doctor'], /Give the URL/],
    [['doctor', 'http://a.example', '--endpoint', 'ep_1'], /Give the URL/],
    [['doctor', 'not a url', '--secret', 'x'], /is not a URL/],
    [['doctor', 'http://a.example'], /No signing secret/],
    [['doctor', 'http://user:hidden@a.example', '--secret', 'x'], /carries credentials/],
    [['doctor', 'http://a.example', '--secret', 'short-one'], /leave it out/],
    [['doctor', 'http://a.example', '--secret', 'x', '--timeout', '61'], /whole number from 1 to 60/],
    [['listen', '--contract', 'nosuch'], /there are flowbeacon, /],
  ])('%j ends with 2 and says what to do', async (args, message) => {
    const { code, out, err } = await run(args, { env: { SLUICE_KEY: 'k' } });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
    expect(err).not.toMatch(/short-one|hidden|\n {4}at /);
  });

  test('without a key it says where keys belong', async () => {
    expect(await run(['me'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('SLUICE_KEY is not set'),
    });
  });

  test('an API that is not there ends with 4', async () => {
    const receiver = await startReceiver();
    await receiver.close();
    const { code, err } = await run(['me'], { env: { SLUICE_KEY: 'k', SLUICE_URL: receiver.url } });
    expect(code).toBe(4);
    expect(err).toMatch(/cannot be reached: connect ECONNREFUSED/);
  });

  test('every command explains itself', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    const listed = out.slice(out.indexOf('Commands:'), out.indexOf('help [command]'));
    const commands = [...listed.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = '']) => name);
    expect(commands).toEqual(
      expect.arrayContaining(['publish', 'events', 'deliveries', 'endpoints', 'doctor', 'listen']),
    );
    const explained = commands.map(async (command) => {
      const help = await run([command, '--help']);
      expect(help, command).toMatchObject({ code: 0, err: '' });
      expect(help.out).toContain(`Usage: sluice ${command}`);
    });
    await Promise.all(explained);
  });

  test('the contracts and their schedules are known here', async () => {
    const { out } = await run(['contracts']);
    for (const { name } of contracts) expect(out).toContain(`\n${name} `);
    const schedule = await run(['contracts', 'standard']);
    expect(schedule.out).toMatch(/^8 +14 h +31 h 35 min 5 s +\d{4}-/m);
    expect(JSON.parse((await run(['contracts', 'flowxtra', '--json'])).out).attempts).toMatchObject([
      { number: 1, after_seconds: 0 },
      { number: 2, after_seconds: 10 },
      { number: 3, after_seconds: 70 },
      { number: 4, after_seconds: 370 },
    ]);
  });

  test('no colours in files, and where they are wanted', async () => {
    const colour = '\u001b[';
    expect((await run(['contracts'])).out).not.toContain(colour);
    expect((await run(['contracts'], { env: { FORCE_COLOR: '1' } })).out).toContain(colour);
  });

  test('an old Node is told what it lacks', async () => {
    const older = "Object.defineProperty(process,'versions',{value:{...process.versions,node:'22.17.1'}})";
    const { code, err } = await run(['--help'], { node: ['--import', `data:text/javascript,${older}`] });
    expect(code).toBe(2);
    expect(err).toMatch(/^sluice needs Node 22\.18 or newer; this is 22\.17\.1\./);
  });

  test('npx runs it from the checkout', async () => {
    const cwd = new URL('../..', import.meta.url);
    const { stdout } = await promisify(execFile)('npm', ['exec', '--no', '--', 'sluice', '--version'], {
      cwd,
    });
    expect(stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });
});
