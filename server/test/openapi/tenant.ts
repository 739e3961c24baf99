import { randomBytes } from 'node:crypto';
import { TypeID } from 'typeid-js';
import { adminToken, type TestApp } from '../support/app.ts';
import type { TestReceiver } from '../support/receiver.ts';
import { type Answer, type Exchange, exchange } from './exchange.ts';
import { asProductsAsk, rememberSlug } from './products.ts';

/** Ids as the API writes them: `evt_01jd…`. */
export const idForm = /\b[a-z]{2,8}_[0-7][0-9a-hjkmnp-tv-z]{25}\b/g;

/** An organization under test: everything in it says whose it is. */
export interface Tenant {
  readonly id: string;
  /** The key that makes its things: it may do everything. */
  readonly key: { readonly id: string; readonly secret: string };
  /** A word that is in every text of this organization and nowhere else. */
  readonly marker: string;
  /** Where its endpoints are. */
  readonly receiver: TestReceiver;
  readonly app: TestApp;
  /** Every id in answers to it, as the API writes it and as a UUID. */
  readonly ids: ReadonlySet<string>;
  /** A text with the marker that was not used before. */
  text(): string;
  /** @throws unless the answer is 2xx */
  call(method: string, target: string, body?: unknown): Promise<Answer>;
}

/** Sends a request with a JSON body. */
export function ask(
  app: TestApp,
  authorization: string | undefined,
  { method, target, body, headers = [] }: Omit<Exchange, 'body'> & { readonly body?: unknown },
): Promise<Answer> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const now = app.services.clock.now();
  const extras = asProductsAsk({ method, target, authorization, body: text, now });
  return exchange(app.url, {
    method,
    target: extras.target,
    headers: [
      ...extras.headers,
      ...(authorization === undefined ? [] : [['authorization', authorization] as const]),
      ...(body === undefined ? [] : [['content-type', 'application/json'] as const]),
      ...headers,
    ],
    ...(body === undefined ? {} : { body: Buffer.from(text) }),
  });
}

export const operator = `Bearer ${adminToken}`;

let tenants = 0;

export async function createTenant(app: TestApp, receiver: TestReceiver): Promise<Tenant> {
  tenants += 1;
  const marker = `mark${tenants}x${randomBytes(6).toString('hex')}`;
  const organization = await asked(`Bearer ${adminToken}`, 'POST', '/v1/organizations', {
    name: marker,
    slug: marker,
  });
  const { id } = organization.body;
  rememberSlug(TypeID.fromString(id).toUUID(), marker);
  const key = await asked(operator, 'POST', `/v1/organizations/${id}/keys`, { name: marker, scopes: ['*'] });
  const ids = new Set<string>();
  collectIds(`${organization.text} ${key.text}`, ids);
  let texts = 0;

  async function asked(
    authorization: string,
    method: string,
    target: string,
    body: unknown,
  ): Promise<Answer> {
    const answer = await ask(app, authorization, { method, target, body });
    if (answer.status >= 300)
      throw new Error(
        `${method} ${target} answered ${answer.status}: ${answer.text} (what it is sent: samples.ts, places.ts)`,
      );
    return answer;
  }

  return {
    id,
    key: { id: key.body.id, secret: key.body.secret },
    marker,
    receiver,
    app,
    ids,
    text() {
      texts += 1;
      return `${marker}n${texts}`;
    },
    async call(method, target, body) {
      const answer = await asked(`Bearer ${key.body.secret}`, method, target, body);
      collectIds(answer.text, ids);
      return answer;
    },
  };
}

/** Every id in a text, in both of its spellings. */
function collectIds(text: string, into: Set<string>): void {
  for (const [id] of text.matchAll(idForm)) into.add(id).add(TypeID.fromString(id).toUUID());
}
