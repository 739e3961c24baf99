import { SluiceError } from '../base/errors.ts';
import { covers, type Scope, scopes } from '../tenants/scopes.ts';
import type { Credential, EmbedCredential } from './credential.ts';

/** The capability that an operation asks of embed tokens; every embed token has `view`. */
export type EmbedUse = 'view' | 'approve' | 'reject' | 'edit';

/**
 * The credentials that may call a route. `public`: none is needed; `any credential`: every credential of an
 * organization except embed tokens; `a member`: a session or a personal token; a scope: credentials of organizations
 * that hold it; with `embed`, embed tokens with that capability too.
 */
export type Access =
  | 'public'
  | 'operator'
  | 'any credential'
  | 'a member'
  | 'a session'
  | 'embed token'
  | Scope
  | { readonly scope: Scope; readonly embed: EmbedUse };

/** The scope that a route requires; `null` where it requires none. */
export function scopeOf(access: Access): Scope | null {
  if (typeof access === 'object') return access.scope;
  return scopes.find((scope) => scope === access) ?? null;
}

/**
 * Refuses a credential that a route does not accept.
 * @throws {SluiceError} unauthenticated, missing_scope, missing_capability, forbidden
 */
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

/** Embed tokens are in the hands of strangers, so they reach only the routes that name them. */
function authorizeEmbed({ capabilities }: EmbedCredential, access: Access): void {
  if (access === 'embed token') return;
  if (typeof access !== 'object')
    throw new SluiceError('forbidden', "Embed tokens cannot do this: it needs an organization's key.");
  if (access.embed !== 'view' && !capabilities[access.embed])
    throw new SluiceError('missing_capability', `The embed token lacks the capability ${access.embed}.`);
}
