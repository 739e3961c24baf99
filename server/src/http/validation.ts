import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import type { TSchema } from 'typebox';
import { type InputError, invalidInput, SluiceError } from '../base/errors.ts';
import type { Operation } from './operation.ts';

const options = { strict: false, allErrors: false, useDefaults: true, verbose: true, logger: false as const };
/** Bodies are not coerced; a query is text, so numbers in it are parsed. */
const exact = new Ajv(options);
const fromText = new Ajv({ ...options, coerceTypes: true });
formats.default(exact);
formats.default(fromText);

/**
 * Checks the input of an operation.
 * @throws {SluiceError} invalid_input; not_found, for parameters of the path that no resource can have
 */
export type InputCheck = (input: { params: unknown; query: unknown; body: unknown }) => void;

export function compileInputCheck(operation: Operation): InputCheck {
  const params = compile(exact, operation.takes.params);
  const query = compile(fromText, operation.takes.query);
  const body = compile(exact, operation.takes.body);
  return (input) => {
    if ((params && !params(input.params)) || findNul(input.params) !== null)
      throw new SluiceError('not_found', 'There is no such id.');
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
    const unstorable = findNul(input.query);
    if (unstorable !== null) throw invalidInput(`?${unstorable}`, 'The text has a NUL character.');
  };
}

function compile(ajv: Ajv, schema: TSchema | undefined): ValidateFunction | null {
  return schema === undefined ? null : ajv.compile(schema);
}

/** The first text with NUL, which Postgres cannot store. Bodies are checked when they are parsed. */
function findNul(texts: unknown): string | null {
  if (typeof texts !== 'object' || texts === null) return null;
  const found = Object.entries(texts).find(([, text]) => typeof text === 'string' && text.includes('\0'));
  return found?.[0] ?? null;
}

function refuseUnknown(names: readonly string[]): void {
  if (names.length === 0) return;
  throw new SluiceError('invalid_input', 'This route takes no query parameters.', {
    errors: names.map((name) => ({ pointer: `?${name}`, detail: 'is not a parameter of this route' })),
  });
}

function describe(errors: readonly ErrorObject[] | null | undefined, root: '?' | '/'): InputError[] {
  return (errors ?? [])
    .filter(({ keyword }) => keyword !== 'propertyNames')
    .map((error) => {
      const member =
        error.propertyName ??
        (error.keyword === 'required' ? error.params.missingProperty : error.params.additionalProperty);
      const place =
        error.instancePath +
        (typeof member === 'string' ? `/${member.replaceAll('~', '~0').replaceAll('/', '~1')}` : '');
      return { pointer: root === '?' ? `?${place.slice(1)}` : place, detail: explain(error) };
    });
}

/** The error in words; for a pattern, with the description in the schema. */
function explain(error: ErrorObject): string {
  if (error.keyword === 'additionalProperties') return 'is not known here';
  if (error.keyword === 'enum') return `must be one of ${JSON.stringify(error.params.allowedValues)}`;
  if (error.keyword !== 'pattern') return error.message ?? error.keyword;
  const { parentSchema } = error;
  return typeof parentSchema?.description === 'string'
    ? `does not have the form that is asked for: ${parentSchema.description}`
    : (error.message ?? error.keyword);
}
