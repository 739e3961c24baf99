import { expect, test } from 'vitest';
import { fluxo, standard } from '../../src/index.ts';
import { message } from '../messages.ts';
import { conformance } from '../suite.ts';
import { vectorsOf } from '../vectors.ts';

conformance(fluxo, vectorsOf('fluxo'), (body) => body.event);

test('the body is id, event, timestamp and data, in this order', () => {
  const parsed: object = JSON.parse(new TextDecoder().decode(message(fluxo).body));
  expect(Object.keys(parsed)).toEqual(['id', 'event', 'timestamp', 'data']);
});

test('retries as Standard Webhooks, over https', () => {
  expect(fluxo.retry).toEqual(standard.retry);
  expect(fluxo.url.problem(new URL('http://example.com/'), { loopback: true })).toMatch(/https/);
  expect(fluxo.url.problem(new URL('http://localhost/'), { loopback: false })).toMatch(/https/);
});
