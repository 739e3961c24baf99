import type { FastifyReply, FastifyRequest } from 'fastify';
import { SluiceError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { problemOf } from './problem.ts';
import type { Surface } from './surface.ts';

/** Answers an error in the form of its surface, and logs it where the status is 500 or more. */
export function sendFailure(
  log: Logger,
  surface: Surface,
  thrown: unknown,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): FastifyReply {
  const problem = problemOf(fromFramework(thrown, request.routeOptions.bodyLimit), request.id);
  if (problem.status >= 500) {
    log.error(
      {
        request_id: request.id,
        method: request.method,
        route: request.routeOptions.url,
        code: problem.document.code,
        error: describeFailure(thrown),
      },
      'request failed',
    );
  }
  const { headers, body } = surface.problem(problem);
  return reply.code(problem.status).headers(headers).send(JSON.stringify(body));
}

/** The cause, for the log; of database errors only code and stack, because their messages can quote values. */
function describeFailure(thrown: unknown): string {
  const error = thrown instanceof SluiceError ? thrown.cause : thrown;
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? ` ${String(error.code)}` : '';
  return `${error.name}${code}: ${'severity' in error ? '' : error.message}\n${(error.stack ?? '').split('\n').slice(1, 6).join('\n')}`;
}

/** Errors of the framework as errors of the catalogue. */
function fromFramework(thrown: unknown, limit: number): unknown {
  if (thrown instanceof SluiceError || !(thrown instanceof Error) || !('code' in thrown)) return thrown;
  switch (thrown.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new SluiceError('payload_too_large', `The body is larger than ${limit} bytes.`);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new SluiceError('unsupported_media_type', 'The body is not application/json.');
    case 'FST_STATIC_FORBIDDEN_PATH':
      return new SluiceError('not_found', 'There is no such page.');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
    case 'ECONNRESET':
      return new SluiceError('malformed_request', thrown.message);
    default:
      return 'statusCode' in thrown && thrown.statusCode === 400
        ? new SluiceError('malformed_request', thrown.message)
        : thrown;
  }
}
