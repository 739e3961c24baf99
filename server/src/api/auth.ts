import { createHash, timingSafeEqual } from 'node:crypto';
import { SluiceError } from '../base/errors.ts';
import { publicId } from '../base/ids.ts';
import type { Access, Credential, Services } from '../http/operation.ts';
import { findKey } from '../tenants/keys.ts';
import { covers } from '../tenants/scopes.ts';

/**
 * Who sends a request. Keys are looked up every time, so that a revoked one is refused at once on every node.
 * @returns `null` without an `Authorization` header
 * @throws {SluiceError} unauthenticated, for a header that holds no valid credential
 */
export async function authenticate(
  services: Services,
  header: string | undefined,
): Promise<Credential | null> {
  if (header === undefined) return null;
  const secret = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header)?.[1];
  if (secret === undefined)
    throw new SluiceError('unauthenticated', 'The Authorization header is not of the form "Bearer <key>".');
  if (services.config.adminToken !== null && equalTexts(secret, services.config.adminToken))
    return { kind: 'operator' };
  const key = await findKey(services.database.queries, secret);
  if (!key) throw new SluiceError('unauthenticated', 'This key does not exist, has expired or was revoked.');
  return { kind: 'key', orgId: key.org_id, id: publicId('key', key.id), name: key.name, scopes: key.scopes };
}

/** @throws {SluiceError} unauthenticated, missing_scope, forbidden */
export function authorize(credential: Credential | null, access: Access): void {
  if (access === 'public') return;
  if (credential === null) throw new SluiceError('unauthenticated', 'This route needs a credential.');
  if (access === 'operator') {
    if (credential.kind !== 'operator')
      throw new SluiceError('forbidden', "This route needs the operator's token.");
    return;
  }
  if (credential.kind === 'operator')
    throw new SluiceError(
      'forbidden',
      "This route belongs to organizations: it needs an organization's key.",
    );
  if (access === 'any credential') return;
  if (!covers(credential.scopes, access)) {
    throw new SluiceError('missing_scope', `The key lacks the scope ${access}.`, {
      errors: [{ pointer: 'header:Authorization', detail: access }],
    });
  }
}

/** Equal or not in a time that does not depend on where they differ. */
function equalTexts(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
