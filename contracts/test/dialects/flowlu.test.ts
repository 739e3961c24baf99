import { expect, test } from 'vitest';
import { flowlu, standard } from '../../src/index.ts';
import { bytes } from '../bytes.ts';
import { conformance } from '../suite.ts';
import { vectorsOf } from '../vectors.ts';

conformance(flowlu, vectorsOf('flowlu'), ({ meta }) =>
  Object.values(meta ?? {})
    .filter((word) => word !== '')
    .join('.'),
);

const problem = (type: string, data: string) => flowlu.event.problem({ type, data: bytes(data) });

test('asks for module.model.action with current and previous', () => {
  expect(problem('crm.account.create', '{"current":{},"previous":null}')).toBe(null);
  expect(problem('crm.account.delete', '{"previous":{},"current":null}')).toBe(null);
  expect(problem('crm.account.archive', '{"current":{},"previous":null}')).toMatch(/action/);
  expect(problem('webhook.test', '{"current":{},"previous":null}')).toMatch(/module\.model\.action/);
  for (const data of [
    '{}',
    '{"current":{}}',
    '{"current":{},"previous":1}',
    '{"current":{},"previous":null,"x":1}',
  ]) {
    expect(problem('crm.account.create', data)).toMatch(/sent as current/);
  }
});

test('retries as Standard Webhooks, over https', () => {
  expect(flowlu.retry).toEqual(standard.retry);
  expect(flowlu.url.problem(new URL('http://example.com/'), { loopback: true })).toMatch(/https/);
  expect(flowlu.url.problem(new URL('http://127.9.9.9/'), { loopback: true })).toBe(null);
  expect(flowlu.url.problem(new URL('http://127.0.0.1/'), { loopback: false })).toMatch(/https/);
});
