import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import type { TSchema } from 'typebox';
import { type InputError, SluiceError } from '../base/errors.ts';
import type { Operation } from '../http/operation.ts';

const options = { strict: false, allErrors: false, useDefaults: true, logger: false as const };
/** Bodies are taken as they are; a query is text, so numbers in it are read from text. */
const exact = new Ajv(options);
const fromText = new Ajv({ ...options, coerceTypes: true });
formats.default(exact);
formats.default(fromText);

/**
 * Checks an operation's input. Compiled once, when the routes are laid out.
 * @throws {SluiceError} invalid_input, not_found (a path that nothing can have)
 */
export type InputCheck = (input: { params: unknown; query: unknown; body: unknown }) => void;

export function compileInputCheck(operation: Operation): InputCheck {
  const params = compile(exact, operation.params);
  const query = compile(fromText, operation.query);
  const body = compile(exact, operation.body);
  return (input) => {
    if (params && !params(input.params)) throw new SluiceError('not_found', 'Nothing has such an id.');
    const failed =
      query && !query(input.query)
        ? describe(query.errors, '?')
        : body && !body(input.body)
          ? describe(body.errors, '/')
          : null;
    if (failed)
      throw new SluiceError('invalid_input', failed[0]?.detail ?? 'The input is not valid.', {
        errors: failed,
      });
    if (!query && typeof input.query === 'object' && input.query !== null)
      refuseUnknown(Object.keys(input.query));
  };
}

function compile(ajv: Ajv, schema: TSchema | undefined): ValidateFunction | null {
  return schema === undefined ? null : ajv.compile(schema);
}

function refuseUnknown(names: readonly string[]): void {
  if (names.length === 0) return;
  throw new SluiceError('invalid_input', 'This route takes no query parameters.', {
    errors: names.map((name) => ({ pointer: `?${name}`, detail: 'is not a parameter of this route' })),
  });
}

function describe(errors: readonly ErrorObject[] | null | undefined, root: '?' | '/'): InputError[] {
  return (errors ?? []).map((error) => {
    const place =
      error.instancePath +
      (error.keyword === 'required'
        ? `/${String(error.params.missingProperty)}`
        : error.keyword === 'additionalProperties'
          ? `/${String(error.params.additionalProperty)}`
          : '');
    const detail =
      error.keyword === 'additionalProperties'
        ? 'is not known here'
        : error.keyword === 'enum'
          ? `must be one of ${JSON.stringify(error.params.allowedValues)}`
          : (error.message ?? error.keyword);
    return { pointer: root === '?' ? `?${place.slice(1)}` : place, detail };
  });
}
