import type { TSchema } from 'typebox';
import type { Credential } from './credential.ts';
import type { Answer, Context, Operation } from './operation.ts';
import { Problem, type ProblemAnswer } from './problem.ts';

/** A request before its input is checked. */
export interface SurfaceRequest {
  /** The organization whose credential it came with; `null` for the operator and the public. */
  readonly orgId: string | null;
  readonly credential: Credential | null;
  /** What stood behind `Bearer`. */
  readonly secret: string | null;
  readonly method: string;
  /** Path and query as they were received. */
  readonly path: string;
  readonly query: unknown;
  header(name: string): string | undefined;
  /** Sets a header of whatever will be answered. */
  respondWith(name: string, value: string): void;
}

/** How a part of the API is spoken to: what its requests must show, how answers and problems are written. */
export interface Surface {
  /** Everything below this path belongs to it. */
  readonly prefix: string;
  /** Asked when the credential is known, before the body is read; not on public routes. */
  admit?(request: SurfaceRequest): Promise<void>;
  /** Asked when the body is read, before it is parsed; not on public routes. */
  verify?(request: SurfaceRequest, body: Uint8Array): Promise<void>;
  /** Runs an operation and writes its answer, in the surroundings that its mode asks for. */
  run(operation: Operation, context: Context, handle: () => Promise<Answer>): Promise<Answer>;
  /** Headers and JSON of an error. */
  problem(problem: ProblemAnswer): {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  /** The same for the OpenAPI document. */
  readonly description: {
    /** Headers that every request carries, unless its route is public. */
    readonly headers: Readonly<Record<string, TSchema>>;
    answer(schema: TSchema | undefined): TSchema | undefined;
    readonly problem: { readonly contentType: string; readonly schema: TSchema };
    /** Statuses that every route may answer besides its own. */
    readonly statuses: readonly number[];
  };
}

/** The platform's own: answers as they are, errors as problem documents (RFC 9457). */
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
