import { SluiceError } from '../base/errors.ts';
import { type Credential, heldScopes } from '../http/credential.ts';
import type { MemberRole } from '../tenants/members.ts';
import { covers, scopesOfRole } from '../tenants/scopes.ts';

/**
 * Refuses to give a role with scopes beyond those of a credential, so that no caller gains rights through a member.
 * @throws {SluiceError} missing_scope, naming the first scope of the role that the credential lacks
 */
export function checkRoleGrant(credential: Credential | null, role: MemberRole): void {
  const beyond = scopesOfRole(role).find((scope) => !covers(heldScopes(credential), scope));
  if (beyond === undefined) return;
  throw new SluiceError('missing_scope', `This member holds ${beyond}, which you do not hold.`, {
    errors: [{ pointer: 'header:Authorization', detail: beyond }],
  });
}
