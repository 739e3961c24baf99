import { expect, it } from 'vitest';
import { reencryptHeaders } from '../src/endpoints/headers.ts';
import { reencryptSecrets } from '../src/endpoints/secrets.ts';
import { createTestApp, type TestApp } from './support/app.ts';
import { describeOnEachDatabase } from './support/databases.ts';
import { startReceiver } from './support/receiver.ts';

describeOnEachDatabase('a master key that was removed too early', (kind) => {
  /** A process with these master keys, newest first. */
  function start(keys: readonly number[], beside?: TestApp): Promise<TestApp> {
    const masterKeys = keys.map((byte) => Buffer.alloc(32, byte).toString('base64'));
    return createTestApp(kind, {
      environment: { SLUICE_MASTER_KEY: masterKeys.join(','), SLUICE_ALLOW_TARGETS: '127.0.0.0/8' },
      ...(beside && { beside }),
    });
  }

  it('costs a repeated request its first answer, and says so', async () => {
    const first = await start([1]);
    const later = await start([2], first);
    try {
      const { key: token } = await first.organization();
      const event = { type: 'invoice.paid', data: { number: 1 } };
      const again = { token, headers: { 'idempotency-key': 'once' } };
      expect((await first.call('POST', '/v1/events', event, again)).status).toBe(202);
      expect(await later.call('POST', '/v1/events', event, again)).toMatchObject({
        status: 409,
        body: { code: 'conflict', detail: expect.stringContaining('master key') },
      });
      expect((await later.call('GET', '/v1/events', undefined, { token })).body.data).toHaveLength(1);
    } finally {
      await later.close();
      await first.close();
    }
  });

  it('keeps nothing else from being re-encrypted', async () => {
    const receiver = await startReceiver();
    const lost = await start([1]);
    const old = await start([2], lost);
    const both = await start([3, 2], lost);
    const next = await start([3], lost);
    try {
      const { key: token } = await lost.organization();
      const make = async (app: TestApp, path: string) => {
        const body = { url: `${receiver.url}${path}`, events: ['*'], headers: { 'x-own': 'kept' } };
        expect((await app.call('POST', '/v1/endpoints', body, { token })).status).toBe(201);
      };
      for (let number = 1; number <= 3; number += 1) {
        await make(lost, `/lost-${number}`);
        await make(old, `/old-${number}`);
      }
      const { database, sealer } = both.parts;
      expect(await reencryptSecrets(database.queries, sealer)).toBe(3);
      expect(await reencryptHeaders(database.queries, sealer)).toBe(3);
      expect(await reencryptSecrets(database.queries, sealer)).toBe(0);
      await next.call('POST', '/v1/events', { type: 'invoice.paid', data: {} }, { token });
      await next.worker.runOnce();
      expect(receiver.requests.map(({ path }) => path).sort()).toEqual(['/old-1', '/old-2', '/old-3']);
      expect(receiver.requests.map(({ headers }) => headers['x-own'])).toEqual(['kept', 'kept', 'kept']);
    } finally {
      for (const app of [next, both, old, lost]) await app.close();
      await receiver.close();
    }
  });
});
