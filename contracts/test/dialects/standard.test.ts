import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { flowlu, fluxo, sign, standard, verify } from '../../src/index.ts';
import { message, secretOf } from '../messages.ts';
import { conformance } from '../suite.ts';
import { vectorsOf } from '../vectors.ts';

conformance(standard, vectorsOf('standard'), (body) => body.type);

describe.each([standard, fluxo, flowlu])('the reference library and $name', (contract) => {
  const current = secretOf(contract, 1);
  const old = secretOf(contract, 2);

  test('it verifies what is sent, with either secret of a rotation', () => {
    const sent = message(contract, 'invoice.paid', '{"é":1e131072}', new Date());
    const headers = { ...sign(contract, sent, [current, old]) };
    const body = Buffer.from(sent.body);
    for (const secret of [current, old])
      expect(new Webhook(secret).verify(body, headers)).toBeTypeOf('object');
    expect(() => new Webhook(secretOf(contract, 3)).verify(body, headers)).toThrow('No matching signature');
  });

  test('what it signs is verified', async () => {
    const now = new Date();
    const body = '{"type":"invoice.paid"}';
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(current).sign('msg_1', now, body),
    };
    expect(await verify(contract, { headers, body, secret: current })).toMatchObject({
      ok: true,
      deliveryId: 'msg_1',
    });
  });
});

test('secrets are the base64 of 24 to 64 bytes', () => {
  const of = (length: number) => `whsec_${Buffer.alloc(length, 7).toString('base64')}`;
  expect([23, 24, 64, 65].map((length) => standard.secret.problem(of(length)) === null)).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect(standard.secret.problem(of(25).replaceAll('=', ''))).not.toBe(null);
  expect(standard.secret.problem(of(32).slice(6))).not.toBe(null);
  expect(standard.secret.problem(`whsec_${Buffer.alloc(40, 255).toString('base64url')}`)).not.toBe(null);
  expect(standard.secret.mask(of(32))).toBe('whsec_…Bwc=');
});

test('retry delays, timeout and disabling are as the platform says', () => {
  expect(standard.retry).toMatchObject({
    delays: [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400],
    jitter: 0.2,
  });
  expect(standard.timeoutSeconds).toBe(15);
  expect(standard.disableAfter).toEqual({ kind: 'failing_for', seconds: 432_000, counts: 'all' });
  expect([200, 204, 301, 400, 410, 429, 500].map(standard.classify)).toEqual([
    'delivered',
    'delivered',
    'retry',
    'retry',
    'disable',
    'retry',
    'retry',
  ]);
});

test('plain http may lead anywhere', () => {
  expect(standard.url.problem(new URL('http://hooks.internal/'), { loopback: false })).toBe(null);
});
