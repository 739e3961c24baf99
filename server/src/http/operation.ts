import type { Static, TSchema } from 'typebox';
import type { Clock } from '../base/clock.ts';
import type { Sealer } from '../base/seal.ts';
import type { Queries } from '../db/connect.ts';
import type { Actor, AuditEntry } from '../tenants/audit.ts';
import type { IdempotentRequest } from '../tenants/idempotency.ts';
import type { Credential } from './credential.ts';

/** What every handler gets; everything else is a parameter of the function that makes its operation. */
export interface Context {
  readonly credential: Credential | null;
  /** The credential's organization; the nil UUID for the operator and the public. */
  readonly orgId: string;
  readonly actor: Actor;
  /** The transaction in a `write` operation, otherwise the database. */
  readonly queries: Queries;
  readonly clock: Clock;
  readonly sealer: Sealer;
  /** The request's idempotency key, for `direct` operations. */
  readonly idempotency: IdempotentRequest | null;
  /** Writes an entry of the organization's audit log, in the transaction of a `write` operation. */
  audit(entry: AuditEntry): Promise<void>;
  /** For `direct` operations: refuses a credential that was revoked while they waited. */
  reauthenticate(): Promise<void>;
}

/** The input of a request, checked against the schemas of the operation. */
export interface Input<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The body's exact bytes. */
  readonly raw: Uint8Array;
  /** The `If-Match` header as it was sent. */
  readonly ifMatch: string | undefined;
}

/** The answer of a handler. */
export interface Answer {
  readonly status: number;
  /** A value that is written as JSON; `undefined`: no body. */
  readonly body?: unknown;
  /** JSON text, instead of `body`. */
  readonly text?: string;
  /** Facts about the answer, for surfaces whose answers have a place for them. */
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** The secret of a session that begins with this answer, for the cookie; `null`: the session ends. */
  readonly session?: string | null;
}

/** The input of an operation. */
export interface Takes<
  Params extends TSchema | undefined = TSchema | undefined,
  Query extends TSchema | undefined = TSchema | undefined,
  Body extends TSchema | undefined = TSchema | undefined,
> {
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** Whether the body may be missing; it is then read as `{}`. */
  readonly bodyOptional?: boolean;
  /** Bytes; 128 KiB by default. */
  readonly bodyLimit?: number;
  /** Members of the body that are stored and passed on byte for byte; `data` by default. */
  readonly exactMembers?: readonly string[];
  /** Whether the body refers to resources, so that 404 is a possible answer. */
  readonly refers?: boolean;
  /** Whether the body may also be sent as `application/merge-patch+json`. */
  readonly mergePatch?: boolean;
  /** Whether the operation honours `If-Match`, so that 412 is a possible answer. */
  readonly ifMatch?: boolean;
}

/** The answers of an operation, by status. */
export interface Answers {
  readonly [status: number]: { readonly description: string; readonly schema?: TSchema };
  /** Statuses of problems besides those that every operation of its kind can answer. */
  readonly refusals?: readonly number[];
}

/**
 * How an operation uses the database: `read` without a transaction; `write` in one transaction with its idempotency
 * key, committed before the answer; `direct` commits by itself, because it waits for the network or shares a commit
 * with other requests.
 */
export type Mode = 'read' | 'write' | 'direct';

/** How an operation runs. */
export interface Runs {
  readonly mode: Mode;
  /** `false`: idempotency keys are ignored, because the first answer must not be given again. */
  readonly repeatable: boolean;
}

type AnyInput = Input<unknown, unknown, unknown>;

/** An operation of the API: its input, its answers, and its handler. Routes give it a path. */
export interface Operation {
  /** Unique; the name of the function in generated clients. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  /** The heading in the API reference. */
  readonly group: string;
  readonly takes: Takes;
  readonly answers: Answers;
  readonly runs: Runs;
  /** Slow work that comes before the transaction; `handle` gets its result. */
  prepare?(input: AnyInput, context: Pick<Context, 'orgId' | 'queries' | 'clock'>): Promise<unknown>;
  /**
   * Refuses a caller without the rights that this input needs. Called before the first answer is repeated for an
   * idempotency key: another credential may have sent the first request, or the same one with more rights.
   */
  admit?(context: Context, input: AnyInput): Promise<void>;
  handle(context: Context, input: AnyInput, prepared: unknown): Promise<Answer>;
}

/** The type of a value that a schema has checked; `undefined` without a schema. */
export type Typed<Schema extends TSchema | undefined> = Schema extends TSchema ? Static<Schema> : undefined;

/**
 * Makes an operation whose handler has the types of its schemas.
 * @param spec `runs`: a mode alone stands for a repeatable operation
 */
export function operation<
  Params extends TSchema | undefined = undefined,
  Query extends TSchema | undefined = undefined,
  Body extends TSchema | undefined = undefined,
  Prepared = void,
>(
  spec: Pick<Operation, 'id' | 'summary' | 'description' | 'group' | 'answers'> & {
    readonly takes?: Takes<Params, Query, Body>;
    readonly runs: Mode | Runs;
    prepare?(
      input: Input<Typed<Params>, Typed<Query>, Typed<Body>>,
      context: Pick<Context, 'orgId' | 'queries' | 'clock'>,
    ): Promise<Prepared>;
    admit?(context: Context, input: Input<Typed<Params>, Typed<Query>, Typed<Body>>): Promise<void>;
    handle(
      context: Context,
      input: Input<Typed<Params>, Typed<Query>, Typed<Body>>,
      prepared: Prepared,
    ): Promise<Answer>;
  },
): Operation {
  const { takes = {}, runs } = spec;
  return { ...spec, takes, runs: typeof runs === 'string' ? { mode: runs, repeatable: true } : runs };
}
