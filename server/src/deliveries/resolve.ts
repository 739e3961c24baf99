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

/** The DNS client, as far as it is used. */
export interface NameServer {
  resolve4(name: string): Promise<string[]>;
  resolve6(name: string): Promise<string[]>;
  /** Ends queries under way with an error. */
  cancel(): void;
}

const longestMs = 5_000;
/** How long IPv4's answer waits for IPv6's: the delay of RFC 8305, section 3. */
const resolutionDelayMs = 50;

/**
 * Asks DNS without `getaddrinfo`: that one blocks a thread of a pool of four, so that a few hanging names would stop
 * every other delivery. Bounded at 5 s. The hosts file is read as `getaddrinfo` would; `localhost` never leaves the
 * machine (RFC 6761).
 */
export function createResolve(
  hostsFile = '/etc/hosts',
  nameServer: () => NameServer = () => new Resolver({ timeout: 2_000, tries: 2 }),
): Resolve {
  return async (name) => {
    const bare = name.replace(/\.$/, '').toLowerCase();
    if (isIP(bare) !== 0) return [bare];
    if (bare === 'localhost' || bare.endsWith('.localhost')) return ['127.0.0.1', '::1'];
    const fixed = (await readHosts(hostsFile)).get(bare);
    if (fixed) return fixed;
    const [v4, v6] = await askForBoth(nameServer(), bare);
    const addresses = [...v4.addresses, ...v6.addresses];
    if (addresses.length > 0) return addresses;
    const { refusal } = v4;
    throw new ResolveError(
      name,
      refusal instanceof Error && 'code' in refusal ? String(refusal.code) : 'ENODATA',
    );
  };
}

interface Family {
  addresses: readonly string[];
  refusal: unknown;
}

/**
 * IPv6 whose answer hangs must not delay IPv4: once that has an address, the other has a moment left. Not the other way
 * round: where only IPv4 leads out, the addresses of IPv6 alone would make the attempt fail.
 */
async function askForBoth(server: NameServer, name: string): Promise<[Family, Family]> {
  const enough = Promise.withResolvers<void>();
  const timers = [setTimeout(() => server.cancel(), longestMs)];
  const ask = async (question: Promise<string[]>, family: Family) => {
    try {
      family.addresses = await question;
    } catch (error) {
      family.refusal = error;
    }
  };
  const askV4 = async (family: Family) => {
    await ask(server.resolve4(name), family);
    if (family.addresses.length > 0) timers.push(setTimeout(enough.resolve, resolutionDelayMs));
  };
  const families: [Family, Family] = [
    { addresses: [], refusal: null },
    { addresses: [], refusal: null },
  ];
  const answers = [askV4(families[0]), ask(server.resolve6(name), families[1])];
  await Promise.race([Promise.all(answers), enough.promise]);
  for (const timer of timers) clearTimeout(timer);
  server.cancel();
  return families;
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
