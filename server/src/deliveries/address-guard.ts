import { BlockList, isIP } from 'node:net';
import type { AllowedTarget } from '../base/config.ts';

/**
 * Decides which addresses deliveries may reach. A URL that a tenant registers decides where this service connects to, so
 * every address that is not public unicast is refused unless the operator allows it.
 */
export interface AddressGuard {
  /** Why a URL is refused before DNS is asked (a literal address, a local name), for people; `null` when it is not. */
  problem(url: URL): string | null;
  /** Whether a connection may be made to this address: asked for each address, after DNS, at connect time. */
  permits(address: string, port: number): boolean;
  readonly loopbackAllowed: boolean;
}

/** Ranges of IPv4 that are not public unicast: RFC 6890 and the IANA special-purpose registry. */
const specialIPv4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/** Of IPv6 only 2000::/3 is public unicast; these parts of it are not. */
const specialIPv6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'];
/** Names that mean this host or its network wherever they are resolved (RFC 6761, RFC 6762, RFC 9476). */
const localNames = /(?:^|\.)(?:localhost|local|internal|localdomain|home\.arpa)\.?$/;

const publicIPv6 = blockList(['2000::/3']);
const forbiddenIPv4 = blockList(specialIPv4);
const forbiddenIPv6 = blockList(specialIPv6);

/** @param allowed what the operator lets deliveries reach besides public addresses */
export function createAddressGuard(allowed: readonly AllowedTarget[]): AddressGuard {
  const exceptions = allowed.map(({ address, prefixLength, port }) => ({
    list: blockList([`${address}/${prefixLength}`]),
    port,
  }));

  function permits(address: string, port: number): boolean {
    const plain = withoutMapping(address);
    const family = isIP(plain);
    if (family === 0) return false;
    const type = family === 4 ? 'ipv4' : 'ipv6';
    if (
      exceptions.some(({ list, port: only }) => (only === null || only === port) && list.check(plain, type))
    )
      return true;
    return family === 4
      ? !forbiddenIPv4.check(plain, type)
      : publicIPv6.check(plain, type) && !forbiddenIPv6.check(plain, type);
  }

  const loopbackAllowed = exceptions.some(
    ({ list }) => list.check('127.0.0.1', 'ipv4') || list.check('::1', 'ipv6'),
  );

  function problem(url: URL): string | null {
    const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
    const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
    if (isIP(host) !== 0) return permits(host, port) ? null : `The address ${host} is not public.`;
    if (!localNames.test(host)) return null;
    const reachable = permits('127.0.0.1', port) || permits('::1', port);
    return /(?:^|\.)localhost\.?$/.test(host) && reachable ? null : `The name ${host} is not public.`;
  }

  return { problem, permits, loopbackAllowed };
}

/**
 * An IPv4 address that is written as IPv6 reaches the IPv4 host: mapped (::ffff:0:0/96) on every system, translated
 * (64:ff9b::/96) where the network has NAT64. So it is judged as what it reaches.
 */
function withoutMapping(address: string): string {
  if (isIP(address) !== 6) return address;
  const groups = expandIPv6(address);
  const prefix = groups.slice(0, 6).join(':');
  if (prefix !== '0:0:0:0:0:ffff' && prefix !== '64:ff9b:0:0:0:0') return address.replace(/%.*$/, '');
  const [high = 0, low = 0] = groups.slice(6).map((group) => Number.parseInt(group, 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** The eight groups in hexadecimal without leading zeros. The WHATWG parser does the reading. */
function expandIPv6(address: string): string[] {
  const bare = address.replace(/%.*$/, '');
  const canonical = new URL(`http://[${bare}]/`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  return tail === undefined
    ? left
    : [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', length] = range.split('/');
    list.addSubnet(address, Number(length), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
