/** Which URLs an endpoint may have. The sender checks the addresses that they lead to. */
import type { UrlRule } from './contract.ts';

/** `https://` and `http://`, to every host. */
export const plainHttpAllowed: UrlRule = { problem: (url) => unsafe(url) };

/** `https://`, and where the operator allows loopback, `http://` to this machine. */
export const httpsOnly: UrlRule = httpsExceptFor(isLoopback, 'loopback');

/**
 * `https://`, and where the operator allows loopback, `http://` to some hosts.
 *
 * @param isLocal whether `http://` may lead to a host, named as the URL parser writes it: in lower case, `[::1]` in
 *   brackets, `0x7f.1` as `127.0.0.1`.
 * @param hosts these hosts in words, for the message.
 */
export function httpsExceptFor(isLocal: (hostname: string) => boolean, hosts: string): UrlRule {
  return {
    problem(url, allowed) {
      const problem = unsafe(url);
      if (problem !== null || url.protocol === 'https:') return problem;
      if (!allowed.loopback) return 'This contract delivers to https:// only; use an https:// URL.';
      if (isLocal(url.hostname)) return null;
      return `This contract delivers to https:// only, except for ${hosts}; use an https:// URL.`;
    },
  };
}

function unsafe(url: URL): string | null {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return 'Webhooks are delivered over HTTP; use a URL that begins with https://.';
  }
  if (url.username !== '' || url.password !== '') {
    return 'The URL carries credentials; remove them and put them into a header of the endpoint.';
  }
  // `url.hash` is empty for an empty fragment, too.
  if (url.href.includes('#')) return 'The URL has a fragment, which is never sent; remove it.';
  return null;
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}
