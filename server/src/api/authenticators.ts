import { publicId } from '../base/ids.ts';
import type { Authenticator } from '../http/authenticate.ts';
import type { KeyLookups } from '../tenants/key-lookups.ts';
import { findMemberToken, memberTokenPrefix } from '../tenants/member-tokens.ts';

/** Personal tokens of members. */
export const memberTokens: Authenticator = {
  prefix: memberTokenPrefix,
  async find(queries, secret) {
    const bearer = await findMemberToken(queries, secret);
    return bearer && { kind: 'member', id: publicId('member', bearer.memberId), sessionId: null, ...bearer };
  },
};

/** Keys of organizations. Products give them prefixes of their own, so every other secret is looked up as a key. */
export function organizationKeys(keys: KeyLookups): Authenticator {
  return {
    prefix: '',
    async find(_queries, secret) {
      const key = await keys.find(secret);
      if (key === null) return null;
      const { org_id: orgId, id, name, scopes } = key;
      return { kind: 'key', orgId, id: publicId('key', id), name, scopes };
    },
  };
}
