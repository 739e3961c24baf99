import type { TSchema } from 'typebox';
import type { Credential } from './credential.ts';
import type { Answer, Context, Operation } from './operation.ts';
import { Problem, type ProblemAnswer } from './problem.ts';

/** A request before its input is checked. */
export interface SurfaceRequest {
  /** The organization of the credential; `null` for the operator and without a credential. */
  readonly orgId: string | null;
  readonly credential: Credential | null;
  /** The secret in the `Authorization` header. */
  readonly secret: string | null;
  readonly method: string;
  /** Path and query as they were received. */
  readonly path: string;
  readonly query: unknown;
  header(name: string): string | undefined;
  /** Sets a header of the answer, also where it is a problem. */
  respondWith(name: string, value: string): void;
}

/** The HTTP form of a part of the API: what its requests have to bring, how its answers and problems look. */
export interface Surface {
  /** Everything below this path belongs to it. */
  readonly prefix: string;
  /** Called after authentication, before the body is read; not on public routes. */
  admit?(request: SurfaceRequest): Promise<void>;
  /** Called after the body is read, before it is parsed; not on public routes. */
  verify?(request: SurfaceRequest, body: Uint8Array): Promise<void>;
  /** Runs an operation and gives its answer the form of the surface; in a `write`, inside the transaction. */
  run(operation: Operation, context: Context, handle: () => Promise<Answer>): Promise<Answer>;
  /** Headers and JSON body of an error. */
  problem(problem: ProblemAnswer): {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  /** How the OpenAPI document describes the surface. */
  readonly description: {
    /** Headers that every request needs, unless its route is public. */
    readonly headers: Readonly<Record<string, TSchema>>;
    answer(schema: TSchema | undefined): TSchema | undefined;
    readonly problem: { readonly contentType: string; readonly schema: TSchema };
    /** Statuses of problems that every route can answer. */
    readonly statuses: readonly number[];
  };
}

/** The surface of the platform: answers unchanged, errors as problem documents (RFC 9457). */
export const problemDocuments: Surface = {
  prefix: '',
  run: (_operation, _context, handle) => handle(),
  problem: ({ headers, document }) => ({ headers, body: document }),
  description: {
    headers: {},
    answer: (schema) => schema,
    problem: { contentType: 'application/problem+json', schema: Problem },
    statuses: [],
  },
};
