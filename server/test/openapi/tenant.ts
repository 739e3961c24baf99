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
  /** The token of a member of it, made when it is first asked for. */
  memberToken(): Promise<string>;
  /** The same with that token. */
  callAsMember(method: string, target: string, body?: unknown): Promise<Answer>;
  /** The session of an owner of it, made when it is first asked for. */
  session(): Promise<string>;
  /** Another session of the same owner. */
  newSession(): Promise<string>;
  /** What a new sign-in link of that owner has behind the `#`. */
  newLink(): Promise<string>;
}

/**
 * The headers by which somebody is known. `Session …` stands for a browser with that session's cookie and a page of
 * ours in it, `Foreign …` for the same browser with another site's page.
 */
export function credentialHeaders(authorization: string | undefined): (readonly [string, string])[] {
  const [kind = '', secret = ''] = authorization?.split(' ') ?? [];
  if (kind === 'Session' || kind === 'Foreign')
    return [
      ['cookie', `sluice_session=${secret}`],
      ['sec-fetch-site', kind === 'Session' ? 'same-origin' : 'cross-site'],
    ];
  return authorization === undefined ? [] : [['authorization', authorization]];
}

/** Sends a request with a JSON body. */
export function ask(
  app: TestApp,
  authorization: string | undefined,
  { method, target, body, headers = [] }: Omit<Exchange, 'body'> & { readonly body?: unknown },
): Promise<Answer> {
  const text = body === undefined ? '' : JSON.stringify(body);
  const now = app.parts.clock.now();
  const extras = asProductsAsk({ method, target, authorization, body: text, now });
  return exchange(app.url, {
    method,
    target: extras.target,
    headers: [
      ...extras.headers,
      ...credentialHeaders(authorization),
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
    authorization: string | undefined,
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

  async function call(method: string, target: string, body?: unknown): Promise<Answer> {
    const answer = await asked(`Bearer ${key.body.secret}`, method, target, body);
    collectIds(answer.text, ids);
    return answer;
  }

  function text(): string {
    texts += 1;
    return `${marker}n${texts}`;
  }

  async function makeMemberToken(): Promise<string> {
    const member = { email: `${text()}@example.com`, name: text() };
    const { body } = await call('POST', '/v1/members', member);
    return (await call('POST', `/v1/members/${body.id}/tokens`, { name: text() })).body.secret;
  }

  let token: Promise<string> | undefined;
  function memberToken(): Promise<string> {
    token ??= makeMemberToken();
    return token;
  }

  let portalOwner: Promise<string> | undefined;
  async function makeOwner(): Promise<string> {
    const owner = { email: `${text()}@example.com`, name: text(), role: 'owner' };
    return (await call('POST', '/v1/members', owner)).body.id;
  }
  async function newLink(): Promise<string> {
    portalOwner ??= makeOwner();
    const { body } = await call('POST', `/v1/members/${await portalOwner}/sign-in-links`, {});
    return new URL(body.url).hash.slice(1);
  }
  async function newSession(): Promise<string> {
    const { headers, text: answered } = await asked(undefined, 'POST', '/v1/sessions', {
      link: await newLink(),
    });
    collectIds(answered, ids);
    return /^sluice_session=(\w+);/.exec(headers['set-cookie'] ?? '')?.[1] ?? '';
  }
  let session: Promise<string> | undefined;

  return {
    id,
    newLink,
    newSession,
    session() {
      session ??= newSession();
      return session;
    },
    key: { id: key.body.id, secret: key.body.secret },
    marker,
    receiver,
    app,
    ids,
    text,
    call,
    memberToken,
    async callAsMember(method, target, body) {
      const answer = await asked(`Bearer ${await memberToken()}`, method, target, body);
      collectIds(answer.text, ids);
      return answer;
    },
  };
}

/** Every id in a text, in both of its spellings. */
function collectIds(text: string, into: Set<string>): void {
  for (const [id] of text.matchAll(idForm)) into.add(id).add(TypeID.fromString(id).toUUID());
}
