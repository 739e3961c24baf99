import { parseCookie, stringifySetCookie } from 'cookie';
import { SluiceError } from '../base/errors.ts';
import { publicId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import { findSession, longestDays } from '../tenants/sessions.ts';
import type { Credential } from './credential.ts';

/** What a browser says of a request besides what it is about. */
export interface BrowserRequest {
  readonly method: string;
  readonly protocol: string;
  /** With the port where it is not the protocol's own. */
  readonly host: string;
  readonly cookie: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
}

/** Over https the name itself keeps other hosts of the domain from setting the cookie. */
function cookieName(secure: boolean): string {
  return secure ? '__Host-sluice_session' : 'sluice_session';
}

/** Whether browsers reach this server over https; then the cookie never goes over anything else. */
export function isSecure(publicUrl: string, protocol: string): boolean {
  return protocol === 'https' || publicUrl.startsWith('https://');
}

/**
 * The `Set-Cookie` of a session that begins, or, with `null`, of one that ends. The server decides how long a session
 * lasts; the browser keeps the cookie for as long as that can be.
 */
export function sessionCookie(secret: string | null, secure: boolean): string {
  return stringifySetCookie({
    name: cookieName(secure),
    value: secret ?? '',
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure,
    maxAge: secret === null ? 0 : longestDays * 86_400,
  });
}

/**
 * The member whose session a request brings in its cookie.
 * @returns `null` without a session that is still good: scripts cannot drop the cookie, so a stale one is no mistake
 * @throws {SluiceError} cross_site_request, where another site could have made the browser send it
 */
export async function authenticateSession(
  { queries, publicUrl }: { readonly queries: Queries; readonly publicUrl: string },
  request: BrowserRequest,
): Promise<Credential | null> {
  const secret = parseCookie(request.cookie ?? '')[cookieName(isSecure(publicUrl, request.protocol))];
  if (secret === undefined || secret === '') return null;
  if (!isFromHere(request, publicUrl))
    throw new SluiceError(
      'cross_site_request',
      'The session of a member counts only in requests of the portal itself.',
    );
  const bearer = await findSession(queries, secret);
  return bearer && { kind: 'member', id: publicId('member', bearer.memberId), ...bearer };
}

/**
 * Whether one of our own pages sent it. What changes something has to show that; what reads may come from nowhere,
 * such as the address bar, but from no other site.
 */
function isFromHere(
  { method, protocol, host, origin, fetchSite }: BrowserRequest,
  publicUrl: string,
): boolean {
  if (method === 'GET' || method === 'HEAD')
    return fetchSite === undefined || fetchSite === 'same-origin' || fetchSite === 'none';
  if (fetchSite !== undefined) return fetchSite === 'same-origin';
  return origin === publicUrl || origin === `${protocol}://${host}`;
}
