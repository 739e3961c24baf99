import { createHmac, timingSafeEqual } from 'node:crypto';
import { expect, test } from 'vitest';
import { flowxtra, preview, sign } from '../../src/index.ts';
import { message, secretOf } from '../messages.ts';
import { conformance } from '../suite.ts';
import { vectorsOf } from '../vectors.ts';

conformance(flowxtra, vectorsOf('flowxtra'), (body) => body.event);

test('a receiver as Flowxtra documents it accepts', () => {
  const secret = secretOf(flowxtra);
  const sent = message(flowxtra, 'job.closed', '{"job_id":7,"title":"é"}');
  const given = sign(flowxtra, sent, [secret])['X-Flowxtra-Signature'] ?? '';
  const wanted = `sha256=${createHmac('sha256', secret).update(sent.body).digest('hex')}`;
  expect(timingSafeEqual(Buffer.from(given), Buffer.from(wanted))).toBe(true);
});

test('the timestamp has whole seconds and an offset', () => {
  const parsed: unknown = JSON.parse(new TextDecoder().decode(message(flowxtra).body));
  expect(parsed).toEqual({ event: 'webhook.test', timestamp: '2026-04-06T14:30:00+00:00', data: { a: 1 } });
});

test('three exact retries, 15 seconds each', () => {
  expect(preview(flowxtra).map(({ elapsedSeconds }) => elapsedSeconds)).toEqual([0, 10, 70, 370]);
  expect(flowxtra.retry.jitter).toBe(0);
  expect(flowxtra.timeoutSeconds).toBe(15);
});

test('secrets are 64 hex characters, masked to the last six', () => {
  const secret = 'A1b2c3d4'.repeat(8);
  expect(flowxtra.secret.problem(secret)).toBe(null);
  expect(flowxtra.secret.mask(secret)).toBe('...b2c3d4');
  for (const unsound of [secret.slice(1), `${secret}0`, `${secret.slice(1)}g`]) {
    expect(flowxtra.secret.problem(unsound)).toMatch(/64 hexadecimal/);
  }
});
