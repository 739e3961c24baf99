import type { MemberRights, RecordScope } from '../tenants/record-scopes.ts';

/** A credential of an organization: its name in the audit log, and its scopes. */
interface OrganizationCredential {
  readonly orgId: string;
  /** Public id of the key, the member or the installation. */
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
}

/** A token of a page that other sites show. */
export interface EmbedCredential {
  readonly kind: 'embed';
  readonly orgId: string;
  readonly id: string;
  /** Its label. */
  readonly name: string | null;
  readonly capabilities: Readonly<Record<'approve' | 'reject' | 'edit', boolean>>;
  /** What it may see, by inner ids; both `null`: everything under review. */
  readonly workflowId: string | null;
  readonly queueId: string | null;
  /** The member that it acts as, by inner id. */
  readonly memberId: string | null;
}

/** The sender of a request. */
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
      /** What the installed version's manifest declares. */
      readonly recordScopes: readonly RecordScope[];
      /** The member that it acts for; `null`: the organization. */
      readonly actsFor: MemberRights | null;
    } & OrganizationCredential)
  | EmbedCredential;

interface WithCredential {
  readonly credential: Credential | null;
}

/** The scopes of an organization's credential; every other credential has none. */
export function heldScopes(credential: Credential | null): readonly string[] {
  return credential !== null && 'scopes' in credential ? credential.scopes : [];
}

/** Inner id of the member whose own credential it is; for operations behind `a member`. */
export function memberOf({ credential }: WithCredential): string {
  if (credential?.kind !== 'member') throw new Error('Only members come here.');
  return credential.memberId;
}

/** The member who is signed in, by inner ids; for operations behind `a session`. */
export function sessionOf({ credential }: WithCredential): {
  readonly memberId: string;
  readonly sessionId: string;
} {
  if (credential?.kind !== 'member' || credential.sessionId === null)
    throw new Error('Only members who are signed in come here.');
  return { memberId: credential.memberId, sessionId: credential.sessionId };
}

/** The sender's name in the audit log: `key:key_…`, `member:mbr_…`, `operator`. */
export function actorName(credential: Credential | null): string {
  if (credential === null) return 'anonymous';
  if (credential.kind === 'operator') return 'operator';
  return `${credential.kind === 'embed' ? 'embed_token' : credential.kind}:${credential.id}`;
}
