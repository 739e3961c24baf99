import type { Static, TSchema } from 'typebox';
import type { Clock } from '../base/clock.ts';
import type { Sealer } from '../base/seal.ts';
import type { Queries } from '../db/connect.ts';
import type { Actor, AuditEntry } from '../tenants/audit.ts';
import type { IdempotentRequest } from '../tenants/idempotency.ts';
import type { Credential } from './credential.ts';

/** The surroundings of one request. Whatever else a handler needs, its operation is made with. */
export interface Context {
  readonly credential: Credential | null;
  /** The credential's organization; the nil UUID for the operator and the public. */
  readonly orgId: string;
  readonly actor: Actor;
  /** In a `write` operation the transaction, otherwise the database. */
  readonly queries: Queries;
  readonly clock: Clock;
  readonly sealer: Sealer;
  /** The request's idempotency key, for operations that commit by themselves. */
  readonly idempotency: IdempotentRequest | null;
  /** Writes an entry of the organization's audit log, in the transaction of a `write` operation. */
  audit(entry: AuditEntry): Promise<void>;
  /** For operations that commit by themselves: refuses a credential that was revoked during a wait. */
  reauthenticate(): Promise<void>;
}

/** A request's input, after the checks of what the operation takes. */
export interface Input<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The body's exact bytes. */
  readonly raw: Uint8Array;
  /** Of operations that take `If-Match`: the header as it was sent. */
  readonly ifMatch: string | undefined;
}

/** What a handler answers. */
export interface Answer {
  readonly status: number;
  /** A value to be written as JSON; `undefined` for no body. */
  readonly body?: unknown;
  /** JSON text that is ready, instead of `body`. */
  readonly text?: string;
  /** Facts about the answer, for surfaces that have a place for them. */
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** The secret of a session that begins with this answer, for the browser to keep; `null` where one ends. */
  readonly session?: string | null;
}

/** What an operation takes. */
export interface Takes<
  Params extends TSchema | undefined = TSchema | undefined,
  Query extends TSchema | undefined = TSchema | undefined,
  Body extends TSchema | undefined = TSchema | undefined,
> {
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** Whether the body may be left out; it then counts as `{}`. */
  readonly bodyOptional?: boolean;
  /** Bytes; 128 KiB if left out. */
  readonly bodyLimit?: number;
  /** Members of the body whose exact bytes count; `data` if left out. */
  readonly exactMembers?: readonly string[];
  /** Whether its body names other things, which may not exist: 404. */
  readonly refers?: boolean;
  /** Whether the body is a JSON Merge Patch, and may say so. */
  readonly mergePatch?: boolean;
  /** Whether `If-Match` can make it depend on the version that the caller has seen: 412. */
  readonly ifMatch?: boolean;
}

/** What an operation answers, by status. */
export interface Answers {
  readonly [status: number]: { readonly description: string; readonly schema?: TSchema };
  /** Statuses of refusals besides those that every operation of its kind may have. */
  readonly refusals?: readonly number[];
}

/**
 * How an operation meets the database: `read` outside a transaction; `write` inside one, which also holds the
 * idempotency key and is committed before the answer; `direct` commits by itself, because it waits for the network
 * or shares a commit with others.
 */
export type Mode = 'read' | 'write' | 'direct';

/** How an operation runs; a mode alone stands for one that can be repeated. */
export interface Runs {
  readonly mode: Mode;
  /** `false`: an idempotency key means nothing to it, because its first answer must not be given again. */
  readonly repeatable: boolean;
}

type AnyInput = Input<unknown, unknown, unknown>;

/** One thing that the API does: what it takes and answers, and the code that does it. Its route says where it is. */
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
  /** What may take long: done before the transaction begins. `handle` is given what it answers. */
  prepare?(input: AnyInput, context: Pick<Context, 'orgId' | 'queries' | 'clock'>): Promise<unknown>;
  /**
   * Refuses what the caller may not do now. Asked before a repeated request gets the answer of the first one, which
   * another credential may have sent, or the same one when it was allowed more.
   */
  admit?(context: Context, input: AnyInput): Promise<void>;
  handle(context: Context, input: AnyInput, prepared: unknown): Promise<Answer>;
}

/** The type of a value that a schema has checked; `undefined` without a schema. */
export type Typed<Schema extends TSchema | undefined> = Schema extends TSchema ? Static<Schema> : undefined;

/** Makes an operation whose handler has the types of its schemas. */
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
