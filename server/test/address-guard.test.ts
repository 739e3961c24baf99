import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../src/base/config.ts';
import { parseId } from '../src/base/ids.ts';
import { createAddressGuard } from '../src/deliveries/address-guard.ts';
import { createHttpClient } from '../src/deliveries/http-client.ts';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { type HostileServer, startHostileServer } from './support/hostile.ts';
import { createTenant, type Tenant } from './support/tenant.ts';

const strict = createAddressGuard([]);
const allowing = (targets: string) =>
  createAddressGuard(readConfig({ SLUICE_ALLOW_TARGETS: targets }).allowedTargets);
const v4 = (number: number) => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
const hex = (number: number) => number.toString(16);

/** One address of each range that is not public, IPv4 first. */
const forbiddenV4 = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1',
  '100.127.255.255',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.8',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.0.1',
  '192.168.255.255',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.7',
  '203.0.113.9',
  '224.0.0.1',
  '239.255.255.250',
  '240.0.0.1',
  '255.255.255.255',
];
const forbiddenV6 = [
  '::',
  '::1',
  '::7f00:1',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2001:10::1',
  '2001:20::1',
  '2002:7f00:1::',
  '2002:c0a8:101::1',
  '3fff::1',
  '4000::1',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fec0::1',
  'ff02::1',
  '5f00::1',
];
const publicV4 = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.1',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
];
const publicV6 = ['2606:4700:4700::1111', '2a00:1450:4001:81b::200e', '2400:cb00::1', '3ffe::1'];

describe('the guard of addresses', () => {
  it.each(forbiddenV4)('lets nothing reach %s, however IPv6 spells it', (address) => {
    const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
    const tail = `${hex(a * 256 + b)}:${hex(c * 256 + d)}`;
    for (const spelling of [
      address,
      `::ffff:${address}`,
      `::ffff:${tail}`,
      `::FFFF:${tail}`,
      `0:0:0:0:0:ffff:${tail}`,
      `::${address}`,
      `64:ff9b::${tail}`,
      `64:ff9b::${address}`,
      `2002:${tail}::1`,
      `::ffff:0:${tail}`,
      `::ffff:${tail}%eth0`,
    ]) {
      expect(strict.permits(spelling, 443), spelling).toBe(false);
    }
  });

  it.each(forbiddenV6)('lets nothing reach %s', (address) => {
    expect(strict.permits(address, 443)).toBe(false);
    expect(strict.permits(`${address}%1`, 443)).toBe(false);
  });

  it.each([...publicV4, ...publicV6])('lets deliveries reach %s', (address) => {
    expect(strict.permits(address, 443)).toBe(true);
  });

  it.each([
    '',
    'localhost',
    '127.1',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '2130706433',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    ':::',
    '::ffff:1.2.3.4.5',
    ' 8.8.8.8',
    '8.8.8.8 ',
  ])('lets nothing reach %j, which is no address', (text) => {
    expect(strict.permits(text, 443)).toBe(false);
  });

  it('judges an IPv4 address and its mapped form alike, whatever it is', () => {
    fc.assert(
      fc.property(fc.nat({ max: 0xffffffff }), fc.nat({ max: 65_535 }), (number, port) => {
        const plain = strict.permits(v4(number), port);
        const tail = `${hex(number >>> 16)}:${hex(number & 0xffff)}`;
        expect(strict.permits(`::ffff:${tail}`, port)).toBe(plain);
        expect(strict.permits(`64:ff9b::${tail}`, port)).toBe(plain);
      }),
    );
  });

  it('refuses every spelling of loopback that a URL can have', () => {
    const parts = fc.constantFrom(
      (n: number) => String(n),
      (n: number) => `0${n.toString(8)}`,
      (n: number) => `0x${hex(n)}`,
      (n: number) => `0X${hex(n).toUpperCase()}`,
      (n: number) => `000${n.toString(8)}`,
    );
    const digits = fc.constantFrom(
      (text: string) => text,
      (text: string) => text.replaceAll(/[0-9]/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
      (text: string) => text.replaceAll(/[0-9]/g, (digit) => String.fromCodePoint(0x1d7ce + Number(digit))),
      (text: string) => text.replaceAll('.', '。'),
      (text: string) => text.replaceAll('.', '%2e'),
      (text: string) => `${text}.`,
      (text: string) => `user:pass@${text}`,
      (text: string) => `example.com@${text}`,
    );
    fc.assert(
      fc.property(
        fc.nat({ max: 0xffffff }),
        fc.integer({ min: 1, max: 4 }),
        fc.tuple(parts, parts, parts, parts),
        digits,
        (low, count, spell, disguise) => {
          const number = 0x7f000000 + low;
          const octets = [24, 16, 8, 0].map((shift) => (number >>> shift) & 255);
          const rest = octets.slice(count - 1).reduce((sum, octet) => sum * 256 + octet, 0);
          const text = [...octets.slice(0, count - 1), rest]
            .map((octet, index) => spell[index]?.(octet) ?? '')
            .join('.');
          const written = `http://${disguise(text)}/hook`;
          if (!URL.canParse(written)) return;
          expect(strict.problem(new URL(written)), written).not.toBeNull();
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    'http://localhost/',
    'http://LOCALHOST/',
    'http://localhost./',
    'http://a.localhost/',
    'http://printer.local/',
    'http://db.internal/',
    'http://x.localdomain/',
    'http://router.home.arpa/',
    'http://ⓛocalhost/',
    'http://[::1]/',
    'http://[::]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[fe80::1]/',
    'http://0/',
    'http://0x7f000001/',
    'http://017700000001/',
    'http://2130706433/',
    'http://127.1/',
    'http://127.0.1/',
    'http://１２７.0.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://metadata.google.internal/',
  ])('says what is wrong with %s', (url) => {
    expect(strict.problem(new URL(url))).toMatch(/is not public/);
  });

  it.each([
    'https://example.com/',
    'https://localhost.example.com/',
    'https://locals/',
    'https://8.8.8.8/',
    'https://[2606:4700::1]:8443/',
  ])('has nothing against %s', (url) => {
    expect(strict.problem(new URL(url))).toBeNull();
  });

  it('makes an exception for exactly the range and port that the operator allows', () => {
    const guard = allowing('127.0.0.1/32:9000, 10.1.0.0/16, [fd00::]/8:443');
    expect(guard.permits('127.0.0.1', 9_000)).toBe(true);
    expect(guard.permits('::ffff:127.0.0.1', 9_000)).toBe(true);
    expect(guard.permits('127.0.0.1', 9_001)).toBe(false);
    expect(guard.permits('127.0.0.2', 9_000)).toBe(false);
    expect(guard.permits('10.1.2.3', 80)).toBe(true);
    expect(guard.permits('10.2.0.1', 80)).toBe(false);
    expect(guard.permits('fd12::1', 443)).toBe(true);
    expect(guard.permits('fd12::1', 444)).toBe(false);
    expect(guard.permits('fe80::1', 443)).toBe(false);
    expect(guard.problem(new URL('http://localhost:9000/'))).toBeNull();
    expect(guard.problem(new URL('http://localhost:9001/'))).not.toBeNull();
  });
});

describe('a connection', () => {
  let listener: HostileServer;
  beforeEach(async () => {
    listener = await startHostileServer((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
    );
  });
  afterEach(() => listener.close());

  async function attemptAt(url: string, addresses: readonly string[][] = [['127.0.0.1']]) {
    const answers = [...addresses];
    const client = createHttpClient(strict, async () => answers.shift() ?? []);
    const result = await client.post({ url, headers: {}, body: Buffer.from('{}'), timeoutMs: 2_000 });
    await client.close();
    return result;
  }

  it.each([
    ['127.0.0.1'],
    ['::1'],
    ['::ffff:127.0.0.1'],
    ['0.0.0.0'],
    ['::'],
    ['64:ff9b::7f00:1'],
    ['2002:7f00:1::'],
    ['10.0.0.1'],
    ['169.254.169.254'],
  ])('is not made for a name that leads to %s', async (address) => {
    expect(await attemptAt(`http://rebinding.example:${listener.port}/`, [[address]])).toMatchObject({
      failure: 'blocked_address',
      response: null,
    });
    expect(listener.connections).toBe(0);
  });

  it('is made only to the public ones of several addresses', async () => {
    const result = await attemptAt(`http://mixed.example:${listener.port}/`, [
      ['127.0.0.1', '::1', '10.0.0.1'],
    ]);
    expect(result.failure).toBe('blocked_address');
    expect(result.failure === null ? '' : result.error).toContain('127.0.0.1, ::1, 10.0.0.1');
    expect(listener.connections).toBe(0);
  });

  it('is checked each time: a name that leads elsewhere the second time gains nothing', async () => {
    const guard = createAddressGuard([{ address: '127.0.0.2', prefixLength: 32, port: null }]);
    const answers = [['127.0.0.2'], ['127.0.0.1']];
    const client = createHttpClient(guard, async () => answers.shift() ?? []);
    const post = () =>
      client.post({
        url: `http://rebinding.example:${listener.port}/`,
        headers: {},
        body: Buffer.from('{}'),
        timeoutMs: 2_000,
      });
    expect((await post()).failure).toBe('connection_error');
    expect((await post()).failure).toBe('blocked_address');
    expect(listener.connections).toBe(0);
    await client.close();
  });

  it.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1', '2130706433', '0', '127.1'])(
    'is not made to the literal address %s',
    async (host) => {
      expect((await attemptAt(`http://${host}:${listener.port}/`)).failure).toBe('blocked_address');
      expect((await attemptAt(`https://${host}:${listener.port}/`)).failure).toBe('blocked_address');
      expect(listener.connections).toBe(0);
    },
  );

  it.each([
    'file:///etc/passwd',
    'ftp://127.0.0.1/',
    'gopher://127.0.0.1/',
    'data:text/plain,x',
    'nonsense',
    'http://',
    'javascript:1',
    'ws://127.0.0.1/',
  ])('is not made for %s', async (url) => {
    expect((await attemptAt(url)).failure).toBe('connection_error');
  });
});

describeOnEachDatabase('a URL that leads inside', (kind) => {
  let app: TestApp;
  let listener: HostileServer;
  let tenant: Tenant;

  beforeAll(async () => {
    listener = await startHostileServer((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
    );
    app = await createTestApp(kind, { environment: { SLUICE_ALLOW_TARGETS: '127.0.0.9/32:1' } });
    tenant = await createTenant(app);
  });
  afterAll(async () => {
    await app.close();
    await listener.close();
  });

  it.each([
    'http://127.0.0.1:9/',
    'https://localhost/',
    'http://[::1]/',
    'http://2130706433/',
    'http://127.0.0.9:2/',
    'https://10.0.0.1/',
    'http://169.254.169.254/latest',
  ])('is refused on creation and on change: %s', async (url) => {
    const created = await tenant.post('/v1/endpoints', { url, events: ['*'] });
    expect(created.status).toBe(422);
    expect(created.body).toMatchObject({ code: 'forbidden_address', errors: [{ pointer: '/url' }] });
    const endpoint = await tenant.endpoint('https://example.com/hook');
    expect((await tenant.patch(`/v1/endpoints/${endpoint.id}`, { url })).body.code).toBe('forbidden_address');
    expect((await tenant.get(`/v1/endpoints/${endpoint.id}`)).body.url).toBe('https://example.com/hook');
    await tenant.remove(`/v1/endpoints/${endpoint.id}`);
  });

  it.each([
    'ftp://example.com/',
    'javascript:alert(1)',
    'https://user:pass@example.com/',
    'https://example.com/#x',
    'https://',
    'example.com',
    '',
  ])('is no URL for a webhook: %j', async (url) => {
    expect((await tenant.post('/v1/endpoints', { url, events: ['*'] })).status).toBe(422);
  });

  it('is blocked when it was forced into the database, and no connection is made', async () => {
    const endpoint = await tenant.endpoint('https://example.com/hook');
    await sql`update endpoints set url = ${`http://127.0.0.1:${listener.port}/`} where id = ${parseId('endpoint', endpoint.id)}`.execute(
      app.database.queries,
    );
    const { id } = await tenant.publish();
    await app.worker.runOnce();
    const [delivery] = await tenant.deliveries(id);
    expect(delivery).toMatchObject({ state: 'pending', last_attempt: { outcome: 'blocked_address' } });
    expect((await tenant.post(`/v1/endpoints/${endpoint.id}/test`)).body.outcome).toBe('blocked_address');
    expect(listener.connections).toBe(0);
  });
});
