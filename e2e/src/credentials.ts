import { createHmac } from 'node:crypto';
import { request } from 'undici';
import type { Api } from './api.ts';

/** One kind of what somebody can show to be let in. */
export interface Credential {
  readonly kind: string;
  readonly secret: string;
  /** The status that a process answers whoever shows it. */
  tryAt(address: string): Promise<number>;
  revoke(): Promise<unknown>;
}

type Headers = Readonly<Record<string, string>>;

async function statusOf(address: string, path: string, headers: Headers): Promise<number> {
  const { statusCode, body } = await request(`${address}${path}`, { headers });
  await body.dump();
  return statusCode;
}

/**
 * Every kind of credential that an organization of Flowlu's has, each good for something and to be revoked by itself.
 * @param api with a key that may do everything
 */
export async function makeCredentials(api: Api, address: () => string): Promise<Credential[]> {
  const key = await api.post<Made>('/v1/keys', { name: 'Shop', scopes: ['events:read'] });
  const member = await api.post<Made>('/v1/members', {
    email: 'olga@example.com',
    name: 'Olga Owner',
    role: 'owner',
  });
  const tokens = `/v1/members/${member.id}/tokens`;
  const token = await api.post<Made>(tokens, { name: 'Script' });
  const workflow = await api.post<Made>('/v1/workflows', { name: 'Refunds' });
  const embed = await api.post<Made>('/v1/embed-tokens', {
    workflow_id: workflow.id,
    capabilities: { approve: true },
    allowed_origins: ['https://app.example.com'],
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
  });
  const app = await api.post<Made>('/v1/apps', { name: 'Account sync' });
  await api.post(`/v1/apps/${app.id}/versions`, {
    version: '1.0.0',
    scopes: [{ module: 'crm', model: 'account', access: 'read' }],
    webhooks: [],
  });
  const installation = await api.post<Made & { token: Made }>(`/v1/apps/${app.id}/installations`, {
    version: '1.0.0',
    consent: true,
  });
  const bearer = (secret: string, path: string) => (at: string) =>
    statusOf(at, path, { authorization: `Bearer ${secret}` });
  const session = async (kind: string): Promise<Credential & { readonly id: string }> => {
    const { id, secret } = await signIn(api, address(), member.id);
    return {
      kind,
      id,
      secret,
      tryAt: (at) => statusOf(at, '/v1/me', { cookie: `sluice_session=${secret}`, origin: at }),
      revoke: () => api.call('DELETE', `/v1/members/${member.id}/sessions`),
    };
  };
  return [
    {
      kind: 'key',
      secret: key.secret,
      tryAt: bearer(key.secret, '/v1/events'),
      revoke: () => api.call('DELETE', `/v1/keys/${key.id}`),
    },
    {
      kind: 'member token',
      secret: token.secret,
      tryAt: bearer(token.secret, '/v1/events'),
      revoke: () => api.call('DELETE', `${tokens}/${token.id}`),
    },
    {
      kind: 'embed token',
      secret: embed.secret,
      tryAt: (at) => statusOf(at, '/v1/reviews', { 'x-embed-token': embed.secret }),
      revoke: () => api.call('DELETE', `/v1/embed-tokens/${embed.id}`),
    },
    {
      kind: 'app token',
      secret: installation.token.secret,
      tryAt: bearer(installation.token.secret, '/v1/records/crm/account'),
      revoke: () =>
        api.call('DELETE', `/v1/installations/${installation.id}/tokens/${installation.token.id}`),
    },
    await session('session'),
  ];
}

interface Made {
  readonly id: string;
  readonly secret: string;
}

/** Signs a member in by a new link; answers the session's id and the secret in its cookie. */
export async function signIn(api: Api, address: string, memberId: string): Promise<Made & { link: string }> {
  const { url } = await api.post<{ url: string }>(`/v1/members/${memberId}/sign-in-links`);
  const link = new URL(url).hash.slice(1);
  return { ...(await startSession(address, { link })), link };
}

/** @param proof a link, or organization, email and password */
export async function startSession(address: string, proof: Headers): Promise<Made> {
  const answer = await request(`${address}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: address },
    body: JSON.stringify(proof),
  });
  const text = await answer.body.text();
  const secret = /sluice_session=([^;]+)/.exec(String(answer.headers['set-cookie']))?.[1];
  if (secret === undefined) throw new Error(`Signing in answered ${answer.statusCode}: ${text}`);
  const { id }: { id: string } = JSON.parse(text);
  return { id, secret };
}

/** The header that FlowBeacon asks of each request. */
export function beaconSignature(key: string, method: string, path: string, body: string): Headers {
  const t = Math.floor(Date.now() / 1000);
  const v1 = createHmac('sha256', key).update(`${t}.${method}.${path}.${body}`).digest('hex');
  return { 'x-fb-signature': `t=${t},v1=${v1}` };
}
