import type { MemberRights } from '../tenants/members.ts';
import type { RecordScope } from '../tenants/record-scopes.ts';

/** A credential with scopes in an organization. */
interface OrganizationCredential {
  readonly orgId: string;
  /** Public id of the key, the member or the installation. */
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
}

/** The token of a review page that is embedded in another site. */
export interface EmbedCredential {
  readonly kind: 'embed';
  readonly orgId: string;
  readonly id: string;
  /** Its label. */
  readonly name: string | null;
  readonly capabilities: Readonly<Record<'approve' | 'reject' | 'edit', boolean>>;
  /** The review tasks that it may see, by inner ids; both `null`: all of them. */
  readonly workflowId: string | null;
  readonly queueId: string | null;
  /** Inner id of the member as whom it acts. */
  readonly memberId: string | null;
}

/** The credential of a request. */
export type Credential =
  | { readonly kind: 'operator' }
  | ({ readonly kind: 'key' } & OrganizationCredential)
  | ({
      readonly kind: 'member';
      /** Inner id of the session; `null` for a personal token. */
      readonly sessionId: string | null;
    } & OrganizationCredential &
      MemberRights)
  | ({
      readonly kind: 'installation';
      /** The record scopes in the manifest of the installed version. */
      readonly recordScopes: readonly RecordScope[];
      /** The member for whom it acts; `null`: for the organization. */
      readonly actsFor: MemberRights | null;
    } & OrganizationCredential)
  | EmbedCredential;

interface WithCredential {
  readonly credential: Credential | null;
}

/** The scopes of a credential; the operator's and embed tokens have none. */
export function heldScopes(credential: Credential | null): readonly string[] {
  return credential !== null && 'scopes' in credential ? credential.scopes : [];
}

/** Inner id of the member with this credential; for operations with the access `a member`. */
export function memberOf({ credential }: WithCredential): string {
  if (credential?.kind !== 'member') throw new Error('The credential is not a member’s.');
  return credential.memberId;
}

/** Inner ids of the signed-in member and the session; for operations with the access `a session`. */
export function sessionOf({ credential }: WithCredential): {
  readonly memberId: string;
  readonly sessionId: string;
} {
  if (credential?.kind !== 'member' || credential.sessionId === null)
    throw new Error('The credential is not a session.');
  return { memberId: credential.memberId, sessionId: credential.sessionId };
}

/** The name of a credential in the audit log: `key:key_…`, `member:mbr_…`, `operator`. */
export function actorName(credential: Credential | null): string {
  if (credential === null) return 'anonymous';
  if (credential.kind === 'operator') return 'operator';
  return `${credential.kind === 'embed' ? 'embed_token' : credential.kind}:${credential.id}`;
}
