import fc from 'fast-check';
import type { Contract, Message } from '../src/index.ts';
import { bytes } from './bytes.ts';
import { jsonObjectText } from './json-text.ts';

export const NOW = new Date('2026-04-06T14:30:00.500Z');

/** Type names as the platform allows them. */
const typeName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('webhook.test', 'task_assigned', 'crm.account.create', 'evaluation.complete'),
  fc.stringMatching(/^[a-z0-9_]{1,8}(\.[a-z0-9_]{1,8}){0,4}$/),
);

export const anyMessage = (contract: Contract): fc.Arbitrary<Message> =>
  fc.tuple(typeName, jsonObjectText).map(([type, data]) => message(contract, type, data));

/** A first attempt, made now. */
export function message(contract: Contract, type = 'webhook.test', data = '{"a":1}', now = NOW): Message {
  const event = { id: 'evt_1', type, data: bytes(data), occurredAt: now, organizationId: 'org_1' };
  return {
    event,
    deliveryId: 'dlv_1',
    deliveryUuid: '018bcfe5-6801-7270-8f5c-9d14c1a0d456',
    body: contract.encode(event),
    attemptedAt: now,
    roundStartedAt: now,
  };
}

/** The nth secret of a contract: the same in every run. */
export function secretOf(contract: Contract, n = 1): string {
  return contract.secret.format(
    new Uint8Array(contract.secret.randomBytes).map((_, i) => (i * 7 + n * 31) % 256),
  );
}
