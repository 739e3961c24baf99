import { createHmac } from 'node:crypto';
import { readSecret } from '../../src/tenants/keys.ts';

/** A request as `ask` was given it. */
export interface Spoken {
  readonly method: string;
  readonly target: string;
  readonly authorization: string | undefined;
  readonly body: string | Uint8Array;
  /** Milliseconds since 1970. */
  readonly now: number;
}

interface Extras {
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
}

/** Organization's UUID → slug. */
const slugs = new Map<string, string>();

export function rememberSlug(orgId: string, slug: string): void {
  slugs.set(orgId, slug);
}

/**
 * What products ask of their requests besides a credential, whoever comes: a signature with the key, the subdomain of
 * the key's organization.
 */
export function asProductsAsk(request: Spoken): Extras {
  const secret = /^(?:Bearer|Session|Foreign) (\S+)$/.exec(request.authorization ?? '')?.[1] ?? '';
  const { method, target, body, now } = request;
  if (target.startsWith('/api/public/v1/')) {
    const t = Math.floor(now / 1000);
    const v1 = createHmac('sha256', secret).update(`${t}.${method}.${target}.`).update(body).digest('hex');
    return { target, headers: [['x-fb-signature', `t=${t},v1=${v1}`]] };
  }
  if (target.startsWith('/api/plugins/webhooks')) {
    const slug = slugs.get(readSecret(secret)?.orgId ?? '') ?? 'nobody';
    return { target: `${target}${target.includes('?') ? '&' : '?'}subdomain=${slug}`, headers: [] };
  }
  return { target, headers: [] };
}
