import { holds, useMe } from '../api/session.ts';
import type { FamilyAccess } from './webhook-family.ts';

/** Whether the member who is signed in may change webhooks of a family; everybody may change their own. */
export function useMayChange({ access }: { readonly access?: FamilyAccess }): boolean {
  const me = useMe();
  return access === undefined || holds(me, access.write);
}
