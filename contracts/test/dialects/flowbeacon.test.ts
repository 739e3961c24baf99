import { createHmac, timingSafeEqual } from 'node:crypto';
import { expect, test } from 'vitest';
import { flowbeacon, nextDelay, preview, sign } from '../../src/index.ts';
import { text } from '../bytes.ts';
import { message, NOW, secretOf } from '../messages.ts';
import { conformance } from '../suite.ts';
import { vectorsOf } from '../vectors.ts';

conformance(flowbeacon, vectorsOf('flowbeacon'), (body) => body.event);

const secret = secretOf(flowbeacon);

test('a receiver as FlowBeacon documents it accepts', () => {
  const sent = message(flowbeacon, 'evaluation.complete', '{"evaluation_id":"é"}');
  const header = sign(flowbeacon, sent, [secret])['X-FB-Signature'] ?? '';
  const { t, v1 = '' } = Object.fromEntries(header.split(',').map((part) => part.split('=')));
  const time = Number(t);
  const wanted = createHmac('sha256', secret)
    .update(`${time}.${text(sent.body)}`)
    .digest();
  expect(Math.abs(NOW.getTime() / 1000 - time)).toBeLessThan(300);
  expect(timingSafeEqual(Buffer.from(v1, 'hex'), wanted)).toBe(true);
});

test('the secret that FlowBeacon shows as an example is sound', () => {
  expect(flowbeacon.secret.problem(`whsec_EXAMPLE_${'abcdef'.repeat(8)}`)).toBe(null);
});

test('every attempt of a round has the same signature, a new round another', () => {
  const first = message(flowbeacon);
  const retry = { ...first, attemptedAt: new Date(NOW.getTime() + 45_000) };
  const again = { ...retry, roundStartedAt: retry.attemptedAt };
  expect(sign(flowbeacon, retry, [secret])).toEqual(sign(flowbeacon, first, [secret]));
  expect(sign(flowbeacon, again, [secret])).not.toEqual(sign(flowbeacon, first, [secret]));
});

test('all attempts end while the signature is fresh, whatever the receiver asks for', () => {
  expect(preview(flowbeacon).map(({ elapsedSeconds }) => elapsedSeconds)).toEqual([0, 5, 35]);
  const waits = [1, 2].map((attempt) => nextDelay(flowbeacon.retry, attempt, Math.random, 86_400) ?? 0);
  const latestEnd = waits.reduce((sum, wait) => sum + wait, 3 * flowbeacon.timeoutSeconds);
  expect(latestEnd).toBeLessThan(flowbeacon.toleranceSeconds ?? 0);
  expect(flowbeacon.retry.overridable).toBe(false);
});

test('nothing disables a subscription', () => {
  expect(flowbeacon.disableAfter).toBe(null);
  expect(flowbeacon.classify(410)).toBe('retry');
});

test('http is for three hosts only', () => {
  const problem = (url: string, loopback = true) => flowbeacon.url.problem(new URL(url), { loopback });
  for (const host of ['localhost', '127.0.0.1', '[::1]', '[0:0::1]', '0x7f.1'])
    expect(problem(`http://${host}/`)).toBe(null);
  for (const host of ['127.0.0.2', 'a.localhost', 'localhost.', 'example.com', '[::ffff:127.0.0.1]']) {
    expect(problem(`http://${host}/`)).toMatch(/localhost, 127\.0\.0\.1, \[::1\]/);
  }
  expect(problem('http://localhost/', false)).toMatch(/https/);
});
