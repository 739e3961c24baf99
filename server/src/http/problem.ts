import { type Static, Type } from 'typebox';
import { catalogue, SluiceError } from '../base/errors.ts';
import { asSluiceError } from '../db/failures.ts';

/** An RFC 9457 problem document. */
export const Problem = Type.Object(
  {
    type: Type.String({ description: 'A URN that names the kind of problem' }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'A stable name for programs' }),
    detail: Type.String({ description: 'What is wrong with this request' }),
    remedy: Type.String({ description: 'What the caller can do' }),
    request_id: Type.String(),
    decision: Type.Optional(
      Type.Unknown({ description: 'With `review_decided`: the decision, its author and time' }),
    ),
    version: Type.Optional(Type.Integer({ description: 'With `stale_version`: the present version' })),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          pointer: Type.String({
            description:
              'JSON pointer into the body; `?name` for a query parameter, `header:name` for a header',
          }),
          detail: Type.String(),
        }),
      ),
    ),
  },
  { $id: 'Problem', description: 'RFC 9457 problem document' },
);

export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly document: Static<typeof Problem>;
}

/** Any error as a problem document. Unexpected errors are answered without their message. */
export function problemOf(thrown: unknown, requestId: string): ProblemAnswer {
  const known = asSluiceError(thrown);
  const error =
    known instanceof SluiceError
      ? known
      : new SluiceError('internal_error', 'The request failed unexpectedly; nothing was changed.');
  const { status, title, remedy } = catalogue[error.code];
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...(error.retryAfterSeconds === undefined ? {} : { 'retry-after': String(error.retryAfterSeconds) }),
      ...(error.code === 'unauthenticated' ? { 'www-authenticate': 'Bearer' } : {}),
    },
    document: {
      type: `urn:sluice:error:${error.code}`,
      title,
      status,
      code: error.code,
      detail: error.detail,
      remedy,
      request_id: requestId,
      ...error.facts,
      ...(error.errors.length === 0
        ? {}
        : { errors: error.errors.map(({ pointer, detail }) => ({ pointer, detail })) }),
    },
  };
}
