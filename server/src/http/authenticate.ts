import { createHash, timingSafeEqual } from 'node:crypto';
import { SluiceError } from '../base/errors.ts';
import type { Queries } from '../db/connect.ts';
import type { Credential } from './credential.ts';

/** Looks up the credentials of one kind. */
export interface Authenticator {
  /** How its secrets begin, such as `mbr_`; `''` for those of every other form. */
  readonly prefix: string;
  /** A header of its own, which holds the secret instead of `Authorization`; lower case. */
  readonly header?: string;
  /** In refusals: `embed token`; `credential` if left out. */
  readonly called?: string;
  /** Sees what is revoked at once, on every node. Answers `null` for a secret that is not or no longer good. */
  find(queries: Queries, secret: string): Promise<Credential | null>;
}

/** What it takes to tell the sender of a request. */
export interface Authentication {
  readonly queries: Queries;
  /** The operator's token; `null` where there is none. */
  readonly adminToken: string | null;
  /** The first one with the prefix of a secret is asked. */
  readonly authenticators: readonly Authenticator[];
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** What an `Authorization` header brings; `null` where it is not of the form `Bearer <key>`. */
export function bearerOf(header: string | undefined): string | null {
  return /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header ?? '')?.[1] ?? null;
}

/**
 * Tells the sender of a request by its headers.
 * @returns `null` without a header for it
 * @throws {SluiceError} unauthenticated, for a header that holds no valid credential
 */
export async function authenticate(
  { queries, adminToken, authenticators }: Authentication,
  headers: Headers,
): Promise<Credential | null> {
  const { authorization } = headers;
  const own = authenticators.find(({ header }) => header !== undefined && headers[header] !== undefined);
  if (own?.header !== undefined) {
    const secret = headers[own.header];
    if (authorization !== undefined || typeof secret !== 'string')
      throw new SluiceError('unauthenticated', 'The request names more than one credential.');
    return (await own.find(queries, secret)) ?? refuse(own);
  }
  if (authorization === undefined) return null;
  const secret = typeof authorization === 'string' ? bearerOf(authorization) : null;
  if (secret === null)
    throw new SluiceError('unauthenticated', 'The Authorization header is not of the form "Bearer <key>".');
  if (adminToken !== null && equalTexts(secret, adminToken)) return { kind: 'operator' };
  const found = authenticators.find(({ prefix }) => secret.startsWith(prefix));
  return (await found?.find(queries, secret)) ?? refuse(found);
}

function refuse(authenticator: Authenticator | undefined): never {
  const called = authenticator?.called ?? 'credential';
  throw new SluiceError('unauthenticated', `This ${called} does not exist, has expired or was revoked.`);
}

/** Equal or not in a time that does not depend on where they differ. */
function equalTexts(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
