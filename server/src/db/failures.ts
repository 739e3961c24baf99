import { SluiceError } from '../base/errors.ts';

/** The database cannot be opened or is not fit for use; the message says what to do. */
export class DatabaseError extends Error {}

/** SQLSTATE classes that mean "not now": connection, resources, operator intervention, system errors. */
const unavailableClasses = new Set(['08', '53', '57', '58', 'XX']);
const unavailableCodes = new Set(['25006', '55P03', '40P01', '40001', '25P03']);
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOSPC',
]);
const driverMessages =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|client has encountered a connection error|pool after calling end|driver has already been destroyed|connection has been discarded|PGlite is clos/i;

/** The SQLSTATE or system code of an error; empty where it has none. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** Whether the database could not do it now, though it may a moment later. */
export function isUnavailable(error: unknown): boolean {
  const code = codeOf(error);
  if (unavailableCodes.has(code) || networkCodes.has(code) || isStalePlan(error)) return true;
  if (code.length === 5 && unavailableClasses.has(code.slice(0, 2))) return true;
  return error instanceof Error && driverMessages.test(error.message);
}

/** Whether two transactions waited for each other, or could not be serialized: trying again at once is right. */
export function isDeadlock(error: unknown): boolean {
  return codeOf(error) === '40P01' || codeOf(error) === '40001';
}

/**
 * Whether a statement was planned before another process changed the schema, or its plan is gone. The connection
 * forgets its plans then, so trying again is right.
 */
export function isStalePlan(error: unknown): boolean {
  const code = codeOf(error);
  // Servers translate the message; the name of what refused stays.
  if (code === '0A000')
    return error instanceof Error && 'routine' in error && error.routine === 'RevalidateCachedQuery';
  return code === '26000';
}

/** Whether a row with the same unique value exists already. */
export function isDuplicate(error: unknown): boolean {
  return codeOf(error) === '23505';
}

/**
 * A database error as callers should see it: `database_unavailable`, or `conflict` for a reference to a row that is gone,
 * such as an organization that was deleted after the credential had been checked. Everything else as it is.
 */
export function asSluiceError(error: unknown): unknown {
  if (codeOf(error) === '23503')
    return new SluiceError('conflict', 'What this request refers to was deleted at the same time.', {
      cause: error,
    });
  if (!isUnavailable(error)) return error;
  return new SluiceError(
    'database_unavailable',
    'The database did not answer; whether anything was stored is not known.',
    {
      retryAfterSeconds: 5,
      cause: error,
    },
  );
}

/** Whether DDL was refused because a lock was not to be had at once, or because rows are in the way. */
export function isRefusedForNow(error: unknown): boolean {
  return codeOf(error) === '55P03' || codeOf(error) === '23514' || isUnavailable(error);
}
