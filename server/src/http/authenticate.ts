import { createHash, timingSafeEqual } from 'node:crypto';
import { SluiceError } from '../base/errors.ts';
import { publicId } from '../base/ids.ts';
import { findInstallationToken, installationTokenPrefix } from '../features/apps/tokens.ts';
import { embedSecretPrefix, findEmbedToken } from '../features/reviews/embed-tokens.ts';
import { readSecret } from '../tenants/keys.ts';
import { findMemberToken, memberTokenPrefix } from '../tenants/member-tokens.ts';
import { covers } from '../tenants/scopes.ts';
import { type Access, type Credential, type EmbedCredential, type Services, scopeOf } from './operation.ts';

/** What an `Authorization` header brings; `null` where it is not of the form `Bearer <key>`. */
export function bearerOf(header: string | undefined): string | null {
  return /^Bearer ([\x21-\x7e]{1,512})$/i.exec(header ?? '')?.[1] ?? null;
}

/** The headers that can hold a credential. */
export interface CredentialHeaders {
  readonly authorization?: string | undefined;
  readonly 'x-embed-token'?: string | string[] | undefined;
}

/**
 * Who sends a request. Keys and embed tokens are looked up every time, so that a revoked one is refused at once on
 * every node.
 * @returns `null` without a header for it
 * @throws {SluiceError} unauthenticated, for a header that holds no valid credential
 */
export async function authenticate(
  services: Services,
  { authorization: header, 'x-embed-token': embedHeader }: CredentialHeaders,
): Promise<Credential | null> {
  if (embedHeader !== undefined) {
    if (header !== undefined || typeof embedHeader !== 'string')
      throw new SluiceError('unauthenticated', 'The request names more than one credential.');
    return authenticateEmbed(services, embedHeader);
  }
  if (header === undefined) return null;
  const secret = bearerOf(header);
  if (secret === null)
    throw new SluiceError('unauthenticated', 'The Authorization header is not of the form "Bearer <key>".');
  if (services.config.adminToken !== null && equalTexts(secret, services.config.adminToken))
    return { kind: 'operator' };
  if (secret.startsWith(embedSecretPrefix)) return authenticateEmbed(services, secret);
  const found = await findCredential(services, secret);
  if (!found)
    throw new SluiceError('unauthenticated', 'This credential does not exist, has expired or was revoked.');
  return found;
}

/** The beginning of a secret says which kind it is. */
async function findCredential(services: Services, secret: string): Promise<Credential | null> {
  switch (readSecret(secret)?.prefix) {
    case undefined:
      return null;
    case memberTokenPrefix: {
      const bearer = await findMemberToken(services.database.queries, secret);
      return (
        bearer && { kind: 'member', id: publicId('member', bearer.memberId), sessionId: null, ...bearer }
      );
    }
    case installationTokenPrefix: {
      const bearer = await findInstallationToken(services.database.queries, secret);
      return (
        bearer && { kind: 'installation', id: publicId('installation', bearer.installationId), ...bearer }
      );
    }
    default: {
      const key = await services.keys.find(secret);
      return (
        key && {
          kind: 'key',
          orgId: key.org_id,
          id: publicId('key', key.id),
          name: key.name,
          scopes: key.scopes,
        }
      );
    }
  }
}

async function authenticateEmbed(services: Services, secret: string): Promise<Credential> {
  const token = await findEmbedToken(services.database.queries, secret);
  if (!token)
    throw new SluiceError('unauthenticated', 'This embed token does not exist, has expired or was revoked.');
  return {
    kind: 'embed',
    orgId: token.org_id,
    id: publicId('embedToken', token.id),
    name: token.label,
    capabilities: { approve: token.can_approve, reject: token.can_reject, edit: token.can_edit },
    workflowId: token.workflow_id,
    queueId: token.queue_id,
    memberId: token.member_id,
  };
}

/** @throws {SluiceError} unauthenticated, missing_scope, missing_capability, forbidden */
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
  if (credential.kind === 'embed') {
    authorizeEmbed(credential, access);
    return;
  }
  if (access === 'a member' && credential.kind !== 'member')
    throw new SluiceError('forbidden', 'This route is for members, with a credential of their own.');
  if (access === 'a session' && (credential.kind !== 'member' || credential.sessionId === null))
    throw new SluiceError('forbidden', 'This route is for members who are signed in.');
  if (access === 'embed token') throw new SluiceError('forbidden', 'This route is for embed tokens.');
  const scope = scopeOf(access);
  if (scope !== null && !covers(credential.scopes, scope)) {
    throw new SluiceError('missing_scope', `The credential lacks the scope ${scope}.`, {
      errors: [{ pointer: 'header:Authorization', detail: scope }],
    });
  }
}

/** An embed token is in the hands of strangers: it reaches the routes that say so, and nothing else. */
function authorizeEmbed({ capabilities }: EmbedCredential, access: Access): void {
  if (access === 'embed token') return;
  if (typeof access !== 'object')
    throw new SluiceError('forbidden', "Embed tokens cannot do this: it needs an organization's key.");
  if (access.embed !== 'view' && !capabilities[access.embed])
    throw new SluiceError('missing_capability', `The embed token lacks the capability ${access.embed}.`);
}

/** Who it is, for the audit log. */
export function actorName(credential: Credential | null): string {
  if (credential === null) return 'anonymous';
  if (credential.kind === 'operator') return 'operator';
  return `${credential.kind === 'embed' ? 'embed_token' : credential.kind}:${credential.id}`;
}

/** Equal or not in a time that does not depend on where they differ. */
function equalTexts(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
