import type { Problem } from './api.gen.ts';
import { surfaceProblem } from './surface-problem.ts';

/** The API said no. `code` never changes its meaning (docs/errors.md); `detail` says what was wrong this time. */
export class SluiceProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly remedy: string;
  /** The places of the input that are wrong. */
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
  readonly requestId: string | null;
  /** With `review_decided`: the decision that was made instead. */
  readonly decision: unknown;
  /** How long it asks to wait before the next try. */
  readonly retryAfterSeconds: number | null;

  constructor(
    problem: Omit<Problem, 'request_id'> & { request_id?: string },
    retryAfterSeconds: number | null,
  ) {
    super(`${problem.code}: ${problem.detail}`);
    this.name = 'SluiceProblem';
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.detail = problem.detail;
    this.remedy = problem.remedy;
    this.errors = problem.errors ?? [];
    this.requestId = problem.request_id ?? null;
    this.decision = problem.decision ?? null;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** No answer came: whether the request was carried out is not known. `cause` is what went wrong. */
export class SluiceUnreachable extends Error {
  constructor(url: string, cause: unknown) {
    super(`${url} cannot be reached: ${reasonOf(cause)}`, { cause });
    this.name = 'SluiceUnreachable';
  }
}

/**
 * Reads a refusal: a problem document, or the form of a product's surface. Anything else does not come from the API but
 * from something before it.
 */
export function problemOf(status: number, text: string, retryAfterSeconds: number | null): SluiceProblem {
  const document = parsed(text);
  const problem = isProblem(document) ? document : surfaceProblem(status, document);
  return problem === null
    ? unexpected(status, retryAfterSeconds)
    : new SluiceProblem(problem, retryAfterSeconds);
}

export function unexpected(status: number, retryAfterSeconds: number | null = null): SluiceProblem {
  return new SluiceProblem(
    {
      type: 'about:blank',
      title: 'The answer is not the API’s',
      status,
      code: 'unexpected_answer',
      detail: `The answer (${status}) is not one that the API of Sluice gives.`,
      remedy: 'Check the URL, and what stands between here and there.',
    },
    retryAfterSeconds,
  );
}

function isProblem(value: unknown): value is Problem {
  if (typeof value !== 'object' || value === null) return false;
  return 'code' in value && typeof value.code === 'string' && 'detail' in value && 'status' in value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `fetch` wraps the reason once or twice; the innermost says most. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors.at(-1));
  if (error instanceof Error && error.cause instanceof Error) return reasonOf(error.cause);
  return error instanceof Error ? error.message : String(error);
}
