import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contracts, flowxtra, standard } from '@sluice/contracts';
import { afterEach, describe, expect, test } from 'vitest';
import { secretOf } from '../../contracts/test/messages.ts';
import { listen, type Receiver } from '../../doctor/test/http.ts';
import { mistakes } from '../../doctor/test/mistakes.ts';
import { receiverOf } from '../../doctor/test/receivers.ts';
import { run } from './support/cli.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function listening(receiver: Receiver): Promise<string> {
  const { url, close } = await listen(receiver);
  cleanups.push(close);
  return url;
}

const mistake = (name: string) => mistakes[name]?.start() ?? (() => ({ status: 599 }));

describe('sluice doctor', () => {
  test.each(contracts)('finds a sound receiver of the $name contract sound', async (contract) => {
    const url = await listening(receiverOf(contract));
    const secret = secretOf(contract);
    const { code, out, err } = await run(['doctor', url, '--contract', contract.name], {
      env: { SLUICE_SECRET: secret },
    });
    expect(out).toMatch(/\nSound: \d+ passed\. Slowest delivery: \d+ ms of \d+ s\.\n$/);
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(out).not.toContain(secret.slice(10));
  });

  test('shows in a table what each probe found, and the causes', async () => {
    const url = await listening(mistake('signs parsed JSON'));
    const { code, out } = await run([
      'doctor',
      url,
      '--contract',
      'flowxtra',
      '--secret',
      secretOf(flowxtra),
    ]);
    expect(code).toBe(1);
    expect(out).toMatch(/^✓ {2}A good delivery +accept +accepted with 204 +\d+ ms$/m);
    expect(out).toMatch(
      /^✗ {2}Same JSON, other bytes +refuse +accepted with 204 +\d+ ms\n {3}a sound receiver refuses it: /m,
    );
    expect(out).toMatch(/^✗ verifies parsed JSON instead of raw bytes\n/m);
    expect(out).toMatch(/Not sound: \d+ passed, \d+ failed\./);
    expect(out.split('\n').every((line) => line.length <= 110)).toBe(true);
  });

  test('answers the report as JSON', async () => {
    const url = await listening(mistake('forgets the tolerance'));
    const { code, out } = await run(['doctor', url, '--json', '--secret', secretOf(standard)]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      url,
      contract: 'standard',
      sound: false,
      causes: [{ code: 'no_tolerance', probes: ['stale', 'stale_header'] }],
    });
  });

  test('takes the secret from a file, further headers and another timeout', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-doctor-'));
    cleanups.push(() => rm(folder, { recursive: true }));
    const file = join(folder, 'secret');
    await writeFile(file, `${secretOf(standard)}\n`);
    const sound = receiverOf(standard);
    const url = await listening((received) =>
      received.headers.authorization === 'Basic eDp5' ? sound(received) : { status: 403 },
    );
    const options = [
      '--secret',
      `@${file}`,
      '--header',
      'Authorization: Basic eDp5',
      '--timeout',
      '3',
      '--json',
    ];
    const { code, out } = await run(['doctor', url, ...options]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ sound: true, timeout_ms: 3_000 });
    expect(out).not.toContain('eDp5');
  });

  test.each([
    ['connection_error', 'http', 'cannot be connected to: connection refused'],
    ['tls_error', 'https', 'has a TLS problem: no TLS on this port'],
  ])('names a %s', async (cause, scheme, title) => {
    const { url, close } = await listen(() => ({ status: 204 }));
    if (scheme === 'http') await close();
    else cleanups.push(close);
    const target = url.replace('http:', `${scheme}:`);
    const { code, out } = await run(['doctor', target, '--json', '--secret', secretOf(standard)]);
    expect(code).toBe(1);
    expect(JSON.parse(out).causes[0]).toMatchObject({ code: cause, title });
  });

  test('names a host that does not exist', async () => {
    const { code, out } = await run([
      'doctor',
      'http://receiver.invalid/',
      '--json',
      '--secret',
      secretOf(standard),
    ]);
    expect(code).toBe(1);
    expect(JSON.parse(out).causes[0]).toMatchObject({
      code: 'dns_error',
      title: 'has no address: host name not found',
    });
  });

  test('puts probes that tell nothing into one line', async () => {
    const url = await listening(() => ({ status: 404 }));
    const { out } = await run(['doctor', url, '--secret', secretOf(standard)]);
    expect(out).toMatch(/^· 30 probes left open: there is no such route$/m);
    expect(out).toMatch(/^Not sound: 0 passed, 1 failed, 30 left open\./m);
  });
});
