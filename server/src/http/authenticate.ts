import { createHash, timingSafeEqual } from 'node:crypto';
import { SluiceError } from '../base/errors.ts';
import type { Queries } from '../db/connect.ts';
import type { Credential } from './credential.ts';

/** Finds the credentials of one kind. */
export interface Authenticator {
  /** The beginning of its secrets, such as `mbr_`; `''` accepts every secret. */
  readonly prefix: string;
  /** Another header that can hold its secrets, in lower case. */
  readonly header?: string;
  /** Its name in refusals, such as `embed token`; `credential` by default. */
  readonly called?: string;
  /** Reads the database, so that a revoked credential is refused at once on every node; `null`: not valid. */
  find(queries: Queries, secret: string): Promise<Credential | null>;
}

/** Everything that `authenticate` needs. */
export interface Authentication {
  readonly queries: Queries;
  /** The operator's token; `null`: there is none. */
  readonly adminToken: string | null;
  /** In order: the first one whose prefix a secret has decides. */
  readonly authenticators: readonly Authenticator[];
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The secret in an `Authorization` header; `null` where the header is not of the form `Bearer <key>`. */
export function bearerOf(header: string | undefined): string | null {
  return /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header ?? '')?.[1] ?? null;
}

/**
 * Finds the credential of a request by its headers.
 * @returns `null` where no header holds one
 * @throws {SluiceError} unauthenticated, where the credential is not valid or the headers hold two
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

/** Compares two texts in a time that does not depend on where they differ. */
function equalTexts(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
