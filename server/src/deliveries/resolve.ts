import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';

/** A name that has no usable answer; `code` is the resolver's. */
export class ResolveError extends Error {
  readonly code: string;
  constructor(name: string, code: string) {
    super(`${name}: ${code}`);
    this.code = code;
  }
}

/** Host name → its addresses, IPv4 first. */
export type Resolve = (name: string) => Promise<string[]>;

/**
 * Asks DNS without `getaddrinfo`: that one blocks a thread of a pool of four, so that a few hanging names would stop
 * every other delivery. Bounded at 5 s. The hosts file is read as `getaddrinfo` would; `localhost` never leaves the
 * machine (RFC 6761).
 */
export function createResolve(hostsFile = '/etc/hosts'): Resolve {
  return async (name) => {
    const bare = name.replace(/\.$/, '').toLowerCase();
    if (isIP(bare) !== 0) return [bare];
    if (bare === 'localhost' || bare.endsWith('.localhost')) return ['127.0.0.1', '::1'];
    const fixed = (await readHosts(hostsFile)).get(bare);
    if (fixed) return fixed;
    const resolver = new Resolver({ timeout: 2_000, tries: 2 });
    const deadline = setTimeout(() => resolver.cancel(), 5_000);
    const [v4, v6] = await Promise.allSettled([resolver.resolve4(bare), resolver.resolve6(bare)]);
    clearTimeout(deadline);
    const addresses = [v4, v6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (addresses.length > 0) return addresses;
    const refusal: unknown = v4.status === 'rejected' ? v4.reason : null;
    throw new ResolveError(
      name,
      refusal instanceof Error && 'code' in refusal ? String(refusal.code) : 'ENODATA',
    );
  };
}

async function readHosts(path: string): Promise<Map<string, string[]>> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const names = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...hosts] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const host of hosts)
      names.set(host.toLowerCase(), [...(names.get(host.toLowerCase()) ?? []), address]);
  }
  return names;
}
