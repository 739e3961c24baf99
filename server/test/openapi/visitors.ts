import { sql } from 'kysely';
import { TypeID } from 'typeid-js';
import { hashOf, makeSecret } from '../../src/tenants/keys.ts';
import { scopes } from '../../src/tenants/scopes.ts';
import type { DocumentedRoute } from './document.ts';
import { ask, operator, type Tenant } from './tenant.ts';

/** Somebody who asks for things that are not theirs. */
export interface Visitor {
  readonly name: string;
  readonly authorization: string | undefined;
  /** Whether the route is not simply theirs to use. */
  comesTo(route: DocumentedRoute): boolean;
  /** What turns them away before it matters what they ask for; null where nothing does. */
  refusal(route: DocumentedRoute): Refusal | null;
}

export interface Refusal {
  readonly status: number;
  readonly code: string;
}

const everywhere = () => true;

const unauthenticated = { status: 401, code: 'unauthenticated' };
const forbidden = { status: 403, code: 'forbidden' };
const missingScope = { status: 403, code: 'missing_scope' };

interface MadeKey {
  readonly id: string;
  readonly secret: string;
}

async function makeKey(
  tenant: Tenant,
  more: { scopes?: readonly string[]; expires_at?: string } = {},
): Promise<MadeKey> {
  const { body } = await tenant.call('POST', '/v1/keys', { name: tenant.text(), scopes: ['*'], ...more });
  return { id: body.id, secret: body.secret };
}

/** A token for a page that other sites show, with everything that such a token can have. */
async function makeEmbedToken(tenant: Tenant, lastsMs: number): Promise<MadeKey> {
  const { body } = await tenant.call('POST', '/v1/embed-tokens', {
    label: tenant.text(),
    capabilities: { approve: true, reject: true, edit: true },
    allowed_origins: [`https://${tenant.marker}.example.com`],
    expires_at: new Date(tenant.app.parts.clock.now() + lastsMs).toISOString(),
  });
  return { id: body.id, secret: body.secret };
}

/** The credential of the organization that is right for a route. */
export async function authorizationFor(tenant: Tenant, { access, id }: DocumentedRoute): Promise<string> {
  if (access === 'operator') return operator;
  if (access === 'member') return `Bearer ${await tenant.memberToken()}`;
  if (access === 'session')
    return `Session ${id === 'signOut' ? await tenant.newSession() : await tenant.session()}`;
  if (access === 'embed') return `Bearer ${(await makeEmbedToken(tenant, 3_600_000)).secret}`;
  return `Bearer ${tenant.key.secret}`;
}

/** A session that is none any more: on public routes it does not matter. */
function stale(name: string, secret: string): Visitor {
  return {
    name,
    authorization: `Session ${secret}`,
    comesTo: everywhere,
    refusal: ({ access }) => (access === 'public' ? null : unauthenticated),
  };
}

/** Sessions of A and B: good ones in the wrong place, and ended ones. */
async function sessionsOf(a: Tenant, b: Tenant, gone: string): Promise<Visitor[]> {
  const [signedOut, expired] = [await a.newSession(), await a.newSession()];
  await ask(a.app, `Session ${signedOut}`, { method: 'DELETE', target: '/v1/me/session' });
  await sql`update sessions set ends_at = now() where hash = ${hashOf(expired)}`.execute(
    a.app.database.queries,
  );
  const ofB = await b.session();
  return [
    {
      name: 'a session of an owner of B',
      authorization: `Session ${ofB}`,
      // What B's key has made under names of its choice is there by then.
      comesTo: ({ method }) => method !== 'PUT',
      refusal: ({ access, path }) =>
        access === 'operator'
          ? forbidden
          : access !== 'public' && path.startsWith('/api/public/v1/')
            ? { status: 403, code: 'bad_signature' }
            : null,
    },
    {
      name: 'a session of an owner of B in the hands of another site',
      authorization: `Foreign ${ofB}`,
      comesTo: everywhere,
      refusal: ({ access }) => (access === 'public' ? null : { status: 403, code: 'cross_site_request' }),
    },
    {
      name: 'a session of another member of A',
      authorization: `Session ${await makeOtherSession(a)}`,
      comesTo: ({ access }) => access === 'session' || access === 'member',
      refusal: () => null,
    },
    stale('a session of A that was signed out', signedOut),
    stale('a session of A that ended by itself', expired),
    stale('a session of a deleted organization', gone),
    invalid('the secret of a session in a header', `Bearer ${ofB}`),
  ];
}

async function makeOtherSession(tenant: Tenant): Promise<string> {
  const member = { email: `${tenant.text()}@example.com`, name: tenant.text(), role: 'admin' };
  const { body } = await tenant.call('POST', '/v1/members', member);
  const link = await tenant.call('POST', `/v1/members/${body.id}/sign-in-links`, {});
  const { headers } = await ask(tenant.app, undefined, {
    method: 'POST',
    target: '/v1/sessions',
    body: { link: new URL(link.body.url).hash.slice(1) },
  });
  return /^sluice_session=(\w+);/.exec(headers['set-cookie'] ?? '')?.[1] ?? '';
}

/** A credential that is none. */
function invalid(name: string, authorization: string): Visitor {
  return { name, authorization, comesTo: everywhere, refusal: () => unauthenticated };
}

/**
 * Every kind of credential that may come to a thing of organization `a`, those of `a` that are no longer good among
 * them. Two hours pass.
 */
export async function gatherVisitors(a: Tenant, b: Tenant, gone: Tenant): Promise<Visitor[]> {
  const revoked = await Promise.all([a, b].map((tenant) => makeKey(tenant)));
  for (const [index, tenant] of [a, b].entries())
    await tenant.call('DELETE', `/v1/keys/${revoked[index]?.id}`);
  const soon = new Date(a.app.parts.clock.now() + 3_600_000).toISOString();
  const expired = await Promise.all([a, b].map((tenant) => makeKey(tenant, { expires_at: soon })));
  const revokedTokens = await Promise.all([a, b].map((tenant) => makeEmbedToken(tenant, 86_400_000)));
  for (const [index, tenant] of [a, b].entries())
    await tenant.call('DELETE', `/v1/embed-tokens/${revokedTokens[index]?.id}`);
  const expiredTokens = await Promise.all([a, b].map((tenant) => makeEmbedToken(tenant, 3_600_000)));
  const goneSession = await gone.newSession();
  const goneToken = await makeEmbedToken(gone, 86_400_000);
  await a.app.advance(7_200_000);
  await ask(a.app, operator, { method: 'DELETE', target: `/v1/organizations/${gone.id}` });
  const { secret } = b.key;
  const mistyped = `${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}`;
  return [
    {
      name: 'nobody',
      authorization: undefined,
      comesTo: everywhere,
      refusal: ({ access }) => (access === 'public' ? null : unauthenticated),
    },
    invalid('another scheme', `Basic ${Buffer.from(`${secret}:`).toString('base64')}`),
    invalid('a scheme without a key', 'Bearer'),
    invalid('two keys at once', `Bearer ${secret} ${secret}`),
    invalid('a mistyped key', `Bearer ${mistyped}`),
    invalid(
      'an unknown key of A with a right checksum',
      `Bearer ${makeSecret('sluice_', TypeID.fromString(a.id).toUUID())}`,
    ),
    invalid('an unknown key of no organization', `Bearer ${makeSecret('sluice_', crypto.randomUUID())}`),
    invalid('a revoked key of A', `Bearer ${revoked[0]?.secret}`),
    invalid('a revoked key of B', `Bearer ${revoked[1]?.secret}`),
    invalid('an expired key of A', `Bearer ${expired[0]?.secret}`),
    invalid('an expired key of B', `Bearer ${expired[1]?.secret}`),
    invalid('a key of a deleted organization', `Bearer ${gone.key.secret}`),
    invalid('a revoked embed token of A', `Bearer ${revokedTokens[0]?.secret}`),
    invalid('a revoked embed token of B', `Bearer ${revokedTokens[1]?.secret}`),
    invalid('an expired embed token of A', `Bearer ${expiredTokens[0]?.secret}`),
    invalid('an expired embed token of B', `Bearer ${expiredTokens[1]?.secret}`),
    invalid('an embed token of a deleted organization', `Bearer ${goneToken.secret}`),
    {
      name: 'an embed token of B for everything',
      authorization: `Bearer ${(await makeEmbedToken(b, 3_600_000)).secret}`,
      comesTo: everywhere,
      refusal: ({ access, embeds }) => (access === 'public' || embeds ? null : forbidden),
    },
    {
      name: 'the operator',
      authorization: operator,
      comesTo: ({ access }) => access !== 'operator',
      refusal: ({ access }) => (access === 'public' ? null : forbidden),
    },
    {
      name: 'a key of B for everything',
      authorization: `Bearer ${secret}`,
      comesTo: everywhere,
      refusal: ({ access }) =>
        access === 'operator' || access === 'member' || access === 'session' || access === 'embed'
          ? forbidden
          : null,
    },
    {
      name: 'a personal token of an owner of B',
      authorization: `Bearer ${await makeMemberToken(b)}`,
      // What B's key has made under names of its choice is there by then.
      comesTo: ({ method }) => method !== 'PUT',
      refusal: ({ access }) => (access === 'operator' || access === 'session' ? forbidden : null),
    },
    {
      name: 'a personal token of another member of A',
      authorization: `Bearer ${await makeMemberToken(a)}`,
      comesTo: ({ access }) => access === 'member',
      refusal: () => null,
    },
    {
      name: 'a token of an app of B',
      authorization: `Bearer ${await makeAppToken(b)}`,
      // Which records it may not see is told by name, whoever has some of that name.
      comesTo: ({ path }) => !path.startsWith('/v1/records/'),
      refusal: ({ access }) =>
        access === 'operator' || access === 'member' || access === 'session'
          ? forbidden
          : typeof access === 'object' && access.scope !== null
            ? missingScope
            : null,
    },
    ...(await sessionsOf(a, b, goneSession)),
    ...(await keysWithoutOneScope('A', a)),
    ...(await keysWithoutOneScope('B', b)),
  ];
}

async function makeMemberToken(tenant: Tenant): Promise<string> {
  const email = `${tenant.text()}@example.com`;
  const owner = await tenant.call('POST', '/v1/members', { email, name: tenant.text(), role: 'owner' });
  const token = { name: tenant.text() };
  return (await tenant.call('POST', `/v1/members/${owner.body.id}/tokens`, token)).body.secret;
}

async function makeAppToken(tenant: Tenant): Promise<string> {
  const { body } = await tenant.call('POST', '/v1/apps', { name: tenant.text() });
  const name = { module: tenant.text(), model: tenant.text() };
  await tenant.call('PUT', `/v1/record-types/${name.module}/${name.model}`, {});
  const scopes = [{ ...name, access: 'write' }];
  await tenant.call('POST', `/v1/apps/${body.id}/versions`, { version: '1.0.0', scopes });
  const request = { version: '1.0.0', consent: true };
  return (await tenant.call('POST', `/v1/apps/${body.id}/installations`, request)).body.token.secret;
}

/** For each scope a key that has all others: it comes to the routes that need this one. */
async function keysWithoutOneScope(name: string, tenant: Tenant): Promise<Visitor[]> {
  const visitors: Visitor[] = [];
  for (const scope of scopes) {
    const key = await makeKey(tenant, { scopes: scopes.filter((other) => other !== scope) });
    visitors.push({
      name: `a key of ${name} for everything but ${scope}`,
      authorization: `Bearer ${key.secret}`,
      comesTo: ({ access }) => typeof access === 'object' && access.scope === scope,
      refusal: () => missingScope,
    });
  }
  return visitors;
}
