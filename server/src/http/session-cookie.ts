import { parseCookie, stringifySetCookie } from 'cookie';
import { SluiceError } from '../base/errors.ts';
import { publicId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import { findSession, longestDays } from '../tenants/sessions.ts';
import type { Credential } from './credential.ts';

/** The parts of a request by which a session is authenticated. */
export interface BrowserRequest {
  readonly method: string;
  readonly protocol: string;
  /** With the port, unless it is the default of the protocol. */
  readonly host: string;
  readonly cookie: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
}

/** Over https, the prefix `__Host-` keeps other hosts of the domain from setting the cookie. */
function cookieName(secure: boolean): string {
  return secure ? '__Host-sluice_session' : 'sluice_session';
}

/** Whether browsers reach the server over https, so that the cookie has to be `Secure`. */
export function isSecure(publicUrl: string, protocol: string): boolean {
  return protocol === 'https' || publicUrl.startsWith('https://');
}

/**
 * The `Set-Cookie` header of a session that begins; with `null`, of one that ends. The server decides when a session
 * expires; the cookie lasts as long as the longest session.
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
 * Finds the session in the cookie of a request.
 * @returns `null` without a valid session. An expired one is no error, because scripts cannot remove the cookie
 * @throws {SluiceError} cross_site_request, where another site may have caused the request
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
 * Whether a page of this server sent the request. A change needs proof of it; a read may also have no origin, such as
 * the address bar, but not another site's.
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
