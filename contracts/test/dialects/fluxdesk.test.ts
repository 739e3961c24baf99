import { createHmac, timingSafeEqual } from 'node:crypto';
import { expect, test } from 'vitest';
import { countsAsFailure, fluxdesk, preview, sign } from '../../src/index.ts';
import { bytes } from '../bytes.ts';
import { message, secretOf } from '../messages.ts';
import { conformance } from '../suite.ts';
import { vectorsOf } from '../vectors.ts';

conformance(fluxdesk, vectorsOf('fluxdesk'), (body) => body.type);

test('a receiver as FluxDesk documents it accepts', () => {
  const secret = secretOf(fluxdesk);
  const sent = message(fluxdesk, 'review', '{"title":"é"}');
  const given = sign(fluxdesk, sent, [secret])['X-FluxDesk-Signature'] ?? '';
  const wanted = `v1=${createHmac('sha256', secret).update(sent.body).digest('hex')}`;
  expect(given.length === wanted.length && timingSafeEqual(Buffer.from(given), Buffer.from(wanted))).toBe(
    true,
  );
});

test('asks for a title, and for no version and type of its own', () => {
  const problem = (data: string) => fluxdesk.event.problem({ type: 'system', data: bytes(data) });
  expect(problem('{"title":"x","data":{"version":2}}')).toBe(null);
  expect(problem('{"title":1}')).toMatch(/title/);
  expect(problem('{"title":"x","version":2}')).toMatch(/version/);
});

test('three retries, eight seconds each, disabled by ten answers that refuse', () => {
  expect(preview(fluxdesk).map(({ delaySeconds }) => delaySeconds)).toEqual([0, 10, 60, 300]);
  expect(fluxdesk.retry.jitter).toBe(0);
  expect(fluxdesk.timeoutSeconds).toBe(8);
  const rule = fluxdesk.disableAfter;
  expect(rule).toEqual({ kind: 'consecutive_failures', count: 10, counts: 'responses' });
  if (rule !== null)
    expect([404, 503, null].map((status) => countsAsFailure(rule, status))).toEqual([true, true, false]);
});

test('https only', () => {
  expect(fluxdesk.url.problem(new URL('http://example.com/'), { loopback: true })).toMatch(/https/);
});
