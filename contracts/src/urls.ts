/** Which URLs an endpoint may have. Whether the address behind one may be reached is the sender's to check. */
import type { UrlRule } from './contract.ts';

/** `http://` wherever it leads. */
export const plainHttpAllowed: UrlRule = { problem: (url) => unsafe(url) };

/** `https://`, and `http://` to this machine where the operator allows loopback. */
export const httpsOnly: UrlRule = httpsExceptFor(isLoopback, 'loopback');

/**
 * @param isLocal whether a host may be reached by `http://` where loopback is allowed. It is given the host as
 *   the URL parser writes it: lower case, `[::1]` in brackets, `0x7f.1` as `127.0.0.1`.
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
  // `url.hash` is empty for a lone "#", which is a fragment all the same.
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
