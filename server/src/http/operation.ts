import type { Static, TSchema } from 'typebox';
import type { Clock } from '../base/clock.ts';
import type { Config } from '../base/config.ts';
import type { Logger } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Sealer } from '../base/seal.ts';
import type { Database, Queries } from '../db/connect.ts';
import type { AddressGuard } from '../deliveries/address-guard.ts';
import type { AttemptResult } from '../deliveries/attempt.ts';
import type { HttpClient } from '../deliveries/http-client.ts';
import type { AcceptTools } from '../events/accept.ts';
import type { Publisher } from '../events/publish.ts';
import type { TaskFollower } from '../features/reviews/announce.ts';
import type { Actor } from '../tenants/audit.ts';
import type { IdempotentRequest } from '../tenants/idempotency.ts';
import type { KeyLookups } from '../tenants/key-lookups.ts';
import type { MemberRights, RecordScope } from '../tenants/record-scopes.ts';
import { type Scope, scopes } from '../tenants/scopes.ts';

/** What a process has: made once in `main.ts`, handed down to every handler. */
export interface Services extends AcceptTools {
  readonly config: Config;
  /** Where browsers reach it; on a port that was free it knows that once it listens. */
  readonly site: { publicUrl: string };
  readonly database: Database;
  readonly clock: Clock;
  readonly sealer: Sealer;
  readonly addresses: AddressGuard;
  readonly http: HttpClient;
  /** Commits what came of an attempt, with all that follows for its endpoint, as a worker does. */
  readonly settle: (result: AttemptResult) => Promise<unknown>;
  readonly publisher: Publisher;
  readonly taskFollower: TaskFollower;
  readonly keys: KeyLookups;
  readonly random: () => number;
  readonly worker: string;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** A credential of an organization: what it is called in the audit log, and what it may do. */
interface OrganizationCredential {
  readonly orgId: string;
  /** Public id of the key, the member or the installation. */
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
}

/** Who a request comes from. */
export type Credential =
  | { readonly kind: 'operator' }
  | ({ readonly kind: 'key' } & OrganizationCredential)
  | ({
      readonly kind: 'member';
      /** Inner id of the session; `null` where it is a personal token. */
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

/** What a credential of an organization holds; nobody else holds anything there. */
export function heldScopes(credential: Credential | null): readonly string[] {
  return credential !== null && 'scopes' in credential ? credential.scopes : [];
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

/** What an embed token can be good for; each is good for looking. */
export type EmbedUse = 'view' | 'approve' | 'reject' | 'edit';

/**
 * Who may call a route: everybody, the operator, any credential of an organization, a member with a credential of
 * their own, a member who is signed in, an embed token, a credential with this scope, or one with this scope and embed tokens too. Embed tokens
 * reach nothing else.
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

/** The scope that a route asks for, if any. */
export function scopeOf(access: Access): Scope | null {
  if (typeof access === 'object') return access.scope;
  return scopes.find((scope) => scope === access) ?? null;
}

export interface Context {
  readonly services: Services;
  readonly credential: Credential | null;
  /** For operations that commit by themselves, after a wait: throws what refuses the credential now. */
  admitAgain(): Promise<void>;
  /** The organization whose credential it is; the nil UUID for the operator and the public. */
  readonly orgId: string;
  readonly actor: Actor;
  /** In a `write` operation the transaction, otherwise the database. */
  readonly queries: Queries;
  /** The request's idempotency key, for operations that commit by themselves. */
  readonly idempotency: IdempotentRequest | null;
}

/** Inner id of the member whose own credential it is; for operations behind `a member`. */
export function memberOf({ credential }: Pick<Context, 'credential'>): string {
  if (credential?.kind !== 'member') throw new Error('Only members come here.');
  return credential.memberId;
}

/** The member who is signed in, by inner ids; for operations behind `a session`. */
export function sessionOf({ credential }: Pick<Context, 'credential'>): {
  readonly memberId: string;
  readonly sessionId: string;
} {
  if (credential?.kind !== 'member' || credential.sessionId === null)
    throw new Error('Only members who are signed in come here.');
  return { memberId: credential.memberId, sessionId: credential.sessionId };
}

export interface Input<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The body's exact bytes. */
  readonly raw: Uint8Array;
  /** Of `guarded` operations: the header as it was sent. */
  readonly ifMatch: string | undefined;
}

export interface Answer {
  readonly status: number;
  /** A value to be written as JSON, or JSON text that is ready; `undefined` for no body. */
  readonly body?: unknown;
  readonly text?: string;
  /** Facts about the answer, for surfaces that have a place for them. */
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** The secret of a session that begins with this answer, for the browser to keep; `null` where one ends. */
  readonly session?: string | null;
}

/**
 * How an operation meets the database: `read` outside a transaction; `write` inside one, which also holds the
 * idempotency key and is committed before the answer; `direct` commits by itself, because it waits for the network
 * or shares a commit with others.
 */
export type Mode = 'read' | 'write' | 'direct';

/** One thing that the API does: what it takes and answers, and the code that does it. Where it is, the route says. */
export interface Operation {
  /** Unique; the name of the function in generated clients. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly group: string;
  readonly mode: Mode;
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly body?: TSchema;
  /** Whether the body may be left out; it then counts as `{}`. */
  readonly bodyOptional?: boolean;
  readonly bodyLimit?: number;
  /** Members of the body whose exact bytes count; `data` if left out. */
  readonly exactMembers?: readonly string[];
  /** Whether its body names other things, which may not exist. */
  readonly refers?: boolean;
  /** `false`: an idempotency key means nothing to it, because its first answer must not be given again. */
  readonly repeatable?: false;
  /** Whether its body is a JSON Merge Patch, and may say so. */
  readonly patches?: boolean;
  /** Whether `If-Match` can make it depend on the version that the caller has seen. */
  readonly guarded?: boolean;
  readonly answers: Readonly<Record<number, { readonly description: string; readonly schema?: TSchema }>>;
  /** Checks of its input that take long: done before the transaction begins. */
  prepare?(
    input: Input<unknown, unknown, unknown>,
    context: Pick<Context, 'services' | 'orgId'>,
  ): Promise<void>;
  /** Statuses of refusals besides those that every operation of its kind may have. */
  readonly refusals?: readonly number[];
  /**
   * Refuses what the caller may not do now. Asked before a repeated request gets the answer of the first one, which
   * somebody else may have sent, or the same caller when they were allowed more.
   */
  admit?(context: Context, input: Input<unknown, unknown, unknown>): Promise<void>;
  handle(context: Context, input: Input<unknown, unknown, unknown>): Promise<Answer>;
}

type Typed<Schema extends TSchema | undefined> = Schema extends TSchema ? Static<Schema> : undefined;

/** Gives a handler the types of its schemas. */
export function operation<
  Params extends TSchema | undefined = undefined,
  Query extends TSchema | undefined = undefined,
  Body extends TSchema | undefined = undefined,
>(
  spec: Omit<Operation, 'admit' | 'handle' | 'prepare' | 'params' | 'query' | 'body'> & {
    readonly params?: Params;
    readonly query?: Query;
    readonly body?: Body;
    prepare?(
      input: Input<Typed<Params>, Typed<Query>, Typed<Body>>,
      context: Pick<Context, 'services' | 'orgId'>,
    ): Promise<void>;
    admit?(context: Context, input: Input<Typed<Params>, Typed<Query>, Typed<Body>>): Promise<void>;
    handle(context: Context, input: Input<Typed<Params>, Typed<Query>, Typed<Body>>): Promise<Answer>;
  },
): Operation {
  const { params, query, body, ...rest } = spec;
  return { ...rest, ...(params && { params }), ...(query && { query }), ...(body && { body }) };
}
