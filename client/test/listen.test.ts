import { describe, expect, test } from 'vitest';
import { createTestApp } from '../../server/test/support/app.ts';
import { startReceiver } from '../../server/test/support/receiver.ts';
import { run, start } from './support/cli.ts';

describe('listen', () => {
  const secret = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';

  test('prints what arrives, verified, and refuses forgeries', async () => {
    const app = await createTestApp('embedded');
    const key = (await app.organization()).key;
    const listening = start(['listen', '--port', '0', '--json', '--count', '2'], {
      env: { SLUICE_SECRET: secret },
    });
    const { listening: url } = JSON.parse(await listening.line((line) => line.includes('listening')));
    const forged = await fetch(`${url}/hook`, { method: 'POST', body: '{"a":1}' });
    expect(forged.status).toBe(401);

    const endpoint = { url: `${url}/hook`, events: ['*'], secret };
    const { status } = await app.call('POST', '/v1/endpoints', endpoint, { token: key });
    expect(status).toBe(201);
    await app.call('POST', '/v1/events', { type: 'a.b', data: { ok: true } }, { token: key });
    await app.worker.runOnce();
    const { code, out } = await listening.ended;
    expect(code).toBe(0);
    const [refused, verified] = out
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line));
    expect(refused).toMatchObject({
      verified: false,
      failure: expect.stringContaining('missing_header'),
      path: '/hook',
    });
    expect(verified).toMatchObject({ verified: true, delivery_id: expect.stringMatching(/^dlv_/) });
    expect(JSON.parse(verified.body)).toMatchObject({ type: 'a.b', data: { ok: true } });
    expect(out).not.toContain(secret);
    await app.close();
  });

  test('shows them to people, and ends when told to', async () => {
    const listening = start(['listen', '--port', '0', '--secret', secret]);
    const first = await listening.line((line) => line.startsWith('Listening'));
    const url = /http:\S+/.exec(first)?.[0] ?? '';
    await fetch(url, { method: 'POST', body: 'a\u001b[2Jb' });
    expect(await listening.line((line) => line.includes('refused'))).toMatch(
      /refused \(missing_header: .*\) \/$/,
    );
    expect(await listening.line((line) => line.startsWith('  a'))).toBe('  a [2Jb');
    listening.stop('SIGTERM');
    expect((await listening.ended).code).toBe(0);
  });

  test('says when its port is taken', async () => {
    const receiver = await startReceiver();
    const { code, err } = await run(['listen', '--port', new URL(receiver.url).port, '--secret', secret]);
    expect(code).toBe(2);
    expect(err).toContain('EADDRINUSE');
    await receiver.close();
  });
});
