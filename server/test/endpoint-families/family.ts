import { type Contract, getContract, verify } from '@sluice/contracts';
import { expect } from 'vitest';
import type { ApiAnswer, TestApp } from '../support/app.ts';
import type { ReceivedRequest } from '../support/receiver.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

/** A webhook as its creation answered it. */
export interface Made {
  /** As the family names it in its paths. */
  readonly id: string;
  readonly endpointId: string;
  readonly secret: string;
}

/** How to use one family in one organization, through its own part of the API. */
export interface Driver {
  /** With a key for everything: publishes, and reads the audit log. */
  readonly tenant: Tenant;
  readonly contract: Contract;
  create(url: string, idempotencyKey?: string): Promise<ApiAnswer>;
  /** What an answer to a creation says. */
  made(answer: ApiAnswer): Promise<Made>;
  read?(id: string): Promise<ApiAnswer>;
  list(): Promise<ApiAnswer>;
  /** Changes something each time. */
  change?(id: string): Promise<ApiAnswer>;
  enable?(id: string): Promise<ApiAnswer>;
  disable?(id: string): Promise<ApiAnswer>;
  rotate?(id: string): Promise<{ answer: ApiAnswer; secret: string }>;
  test?(id: string): Promise<ApiAnswer>;
  remove(id: string): Promise<ApiAnswer>;
  /** Publishes one event that goes to the family's webhooks. */
  publish(): Promise<void>;
}

export interface Family {
  readonly name: string;
  open(app: TestApp): Promise<Driver>;
}

/** An organization of its own for a driver, with its contract. */
export async function openTenant(app: TestApp, more: Record<string, unknown> = {}) {
  const tenant = await createTenant(app, more);
  return { tenant, contract: contractNamed(typeof more.preset === 'string' ? more.preset : 'standard') };
}

function contractNamed(name: string): Contract {
  const contract = getContract(name);
  if (!contract) throw new Error(`There is no contract ${name}.`);
  return contract;
}

/** A driver of a family whose paths and bodies are those of `/v1/endpoints`. */
export function enginePaths(
  send: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<ApiAnswer>,
  base: string,
  body: (url: string) => Record<string, unknown>,
): Omit<Driver, 'tenant' | 'contract' | 'publish'> {
  let changes = 0;
  return {
    create: (url, key) => send('POST', base, body(url), withKey(key)),
    made: async (answer) => ({ id: answer.body.id, endpointId: answer.body.id, secret: answer.body.secret }),
    read: (id) => send('GET', `${base}/${id}`),
    list: () => send('GET', base),
    change: (id) => {
      changes += 1;
      return send('PATCH', `${base}/${id}`, { name: `Name ${changes}` });
    },
    enable: (id) => send('POST', `${base}/${id}/enable`),
    disable: (id) => send('POST', `${base}/${id}/disable`),
    async rotate(id) {
      const answer = await send('POST', `${base}/${id}/rotate-secret`);
      return { answer, secret: answer.body.secret };
    },
    test: (id) => send('POST', `${base}/${id}/test`),
    remove: (id) => send('DELETE', `${base}/${id}`),
  };
}

export function withKey(idempotencyKey: string | undefined): Record<string, string> {
  return idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
}

/** Expects an answer that went well. */
export function expectDone(answer: ApiAnswer): ApiAnswer {
  expect(answer.status, answer.text).toBeGreaterThanOrEqual(200);
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer;
}

/** Whether the request is signed with this secret under the driver's contract. */
export async function isSignedWith(
  { contract }: Driver,
  request: ReceivedRequest | undefined,
  secret: string,
  now: Date,
): Promise<boolean> {
  if (!request) return false;
  return (await verify(contract, { headers: request.headers, body: request.body, secret, now })).ok;
}
