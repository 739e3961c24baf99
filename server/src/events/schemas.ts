import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { RE2JS } from 're2js';
import { type InputError, SluiceError } from '../base/errors.ts';

/** Checks data against one schema; answers the places that fail, at most `reported` of them. */
export type DataCheck = (data: unknown) => InputError[];

const reported = 20;
const draft7 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/;

/**
 * Makes a check of a JSON Schema: draft 2020-12, or draft-07 where `$schema` says so.
 *
 * Schemas come from tenants, so their patterns run on RE2, which takes time in proportion to the text: a backtracking
 * engine would let one pattern stop the whole process.
 * @throws {SluiceError} invalid_schema
 */
export function compileSchema(schema: unknown): DataCheck {
  const usesDraft7 =
    typeof schema === 'object' &&
    schema !== null &&
    '$schema' in schema &&
    draft7.test(String(schema.$schema));
  const options = {
    strict: false,
    allErrors: true,
    logger: false as const,
    code: { regExp: Object.assign(linearRegExp, { code: 'linearRegExp' }) },
  };
  const ajv = usesDraft7 ? new Ajv(options) : new Ajv2020(options);
  formats.default(ajv);
  let validate: ValidateFunction;
  try {
    validate = ajv.compile(asSchema(schema));
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new SluiceError('invalid_schema', detail, {
      errors: [{ pointer: '/schema', detail }],
      cause: error,
    });
  }
  return (data) => {
    try {
      if (validate(data)) return [];
    } catch (error) {
      return [
        {
          pointer: '',
          detail: `the schema cannot be evaluated: ${error instanceof Error ? error.message : String(error)}`,
        },
      ];
    }
    return (validate.errors ?? []).slice(0, reported).map(describe);
  };
}

function linearRegExp(pattern: string): { test(text: string): boolean } {
  const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
  return { test: (text) => compiled.matcher(text).find() };
}

function asSchema(schema: unknown): object | boolean {
  if (typeof schema === 'boolean') return schema;
  if (typeof schema === 'object' && schema !== null && !Array.isArray(schema)) return schema;
  throw new Error('A JSON Schema is an object or a boolean.');
}

function describe(error: ErrorObject): InputError {
  const missing =
    error.keyword === 'required'
      ? `/${String(error.params.missingProperty).replaceAll('~', '~0').replaceAll('/', '~1')}`
      : '';
  const extra =
    error.keyword === 'additionalProperties' ? `: "${String(error.params.additionalProperty)}"` : '';
  const message = error.keyword === 'false schema' ? 'must not be there' : (error.message ?? error.keyword);
  return { pointer: `${error.instancePath}${missing}`, detail: `${message}${extra}` };
}
