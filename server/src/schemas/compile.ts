import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { RE2JS } from 're2js';
import { type InputError, SluiceError } from '../base/errors.ts';
import { withinTime } from './within-time.ts';

/** Checks data against one schema; answers the places that fail, at most `reported` of them. */
export type DataCheck = (data: unknown) => InputError[];

/** A check of one schema in two ways: with clocks of its own, and without, for callers that bound the time themselves. */
export interface CompiledSchema {
  readonly timed: DataCheck;
  readonly untimed: DataCheck;
  /** Whether data satisfies it, without a clock. */
  readonly isSatisfied: (data: unknown) => boolean;
  /** Compiles what `list` needs, within so many milliseconds. */
  readonly prepareList: (limitMs: number) => void;
  /** What fails of data that does not satisfy it, without a clock. */
  readonly list: DataCheck;
}

const reported = 20;
const draft7 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/;

/** Milliseconds. A sound schema needs a few; the list of all that fails is worth less than the answer whether any does. */
const compileLimit = 2_000;
export const checkLimit = 500;
const listLimit = 250;

/**
 * Makes a check of a JSON Schema: draft 2020-12, or draft-07 where `$schema` says so.
 *
 * Schemas come from tenants, so their patterns run on RE2, which takes time in proportion to the text: a backtracking
 * engine would let one pattern stop the whole process. What RE2 cannot bound (`uniqueItems` on a long list, references
 * that branch at each level) is stopped by the clock.
 * @throws {SluiceError} invalid_schema
 */
export function compileSchema(schema: unknown): DataCheck {
  return compileSchemaTwice(schema).timed;
}

/**
 * Makes a check of a JSON Schema that can also run without clocks of its own, for many checks in one `withinTime`.
 * @param limitMs whole milliseconds for compiling
 * @throws {SluiceError} invalid_schema
 */
export function compileSchemaTwice(schema: unknown, limitMs = compileLimit): CompiledSchema {
  const validate = compile(schema, false, limitMs);
  let compiledList: ValidateFunction | null = null;
  const compileList = (listLimitMs = compileLimit) => {
    compiledList ??= compile(schema, true, listLimitMs);
    return compiledList;
  };
  const listAll = (data: unknown, first: readonly ErrorObject[]) => {
    const list = compileList();
    list(data);
    return list.errors ?? first;
  };
  return {
    timed(data) {
      const verdict = withinTime(checkLimit, () => validate(data));
      if (!verdict.finished)
        return [{ pointer: '', detail: `the schema cannot be evaluated: ${verdict.reason}` }];
      if (verdict.value) return [];
      const first = validate.errors ?? [];
      compileList();
      const all = withinTime(listLimit, () => listAll(data, first));
      return (all.finished ? all.value : first).slice(0, reported).map(describe);
    },
    untimed(data) {
      if (validate(data)) return [];
      return listAll(data, validate.errors ?? [])
        .slice(0, reported)
        .map(describe);
    },
    isSatisfied: (data) => validate(data),
    prepareList: (listLimitMs) => void compileList(listLimitMs),
    list: (data) => listAll(data, []).slice(0, reported).map(describe),
  };
}

function compile(schema: unknown, allErrors: boolean, limitMs: number): ValidateFunction {
  const options = {
    strict: false,
    allErrors,
    logger: false as const,
    code: { regExp: Object.assign(linearRegExp, { code: 'linearRegExp' }) },
  };
  const draft = usesDraft7(schema) ? 'draft7' : 'draft2020';
  const judge = judgeOf(draft);
  const compiled = withinTime(limitMs, () => {
    const sound = asSchema(schema);
    if (judge.validateSchema(sound, true) !== true) throw new Error('This is no JSON Schema.');
    try {
      return makeAjv(draft, { ...options, meta: false, validateSchema: false }).compile(sound);
    } catch (error) {
      if (!(error instanceof Ajv.MissingRefError)) throw error;
      // It may refer to its own meta-schema.
      return makeAjv(draft, options).compile(sound);
    }
  });
  if (compiled.finished) return compiled.value;
  const detail = compiled.reason;
  throw new SluiceError('invalid_schema', detail, { errors: [{ pointer: '/schema', detail }] });
}

type Draft = 'draft7' | 'draft2020';

function makeAjv(draft: Draft, options: Options): Ajv {
  const ajv = draft === 'draft7' ? new Ajv(options) : new Ajv2020(options);
  formats.default(ajv);
  return ajv;
}

const judges = new Map<Draft, Ajv>();

/**
 * Says whether something is a schema. It is shared because it compiles the meta-schema, which takes longer than nearly all
 * schemas do, and it keeps nothing of what it judges; compiling in a shared one would let tenants meet in their `$id`s.
 */
function judgeOf(draft: Draft): Ajv {
  const known = judges.get(draft);
  if (known) return known;
  const judge = makeAjv(draft, { strict: false, logger: false });
  // Compiles the meta-schema here, where no clock can stop it half way.
  if (judge.validateSchema({}) !== true) throw new Error('The meta-schema does not compile.');
  judges.set(draft, judge);
  return judge;
}

/** Makes what all compiling needs: it takes long once, and must not be stopped half way by a clock. */
export function prepareCompiler(): void {
  judgeOf('draft2020');
  judgeOf('draft7');
}

function usesDraft7(schema: unknown): boolean {
  return (
    typeof schema === 'object' &&
    schema !== null &&
    '$schema' in schema &&
    draft7.test(String(schema.$schema))
  );
}

/** Ajv tells patterns apart by their text: without `toString` the first one would stand for all. */
function linearRegExp(pattern: string): { test(text: string): boolean; toString(): string } {
  const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
  return { test: (text) => compiled.matcher(text).find(), toString: () => pattern };
}

function asSchema(schema: unknown): object | boolean {
  // Ajv's own extension: such a check answers a promise, and a promise passes for a success.
  if (typeof schema === 'object' && schema !== null && '$async' in schema)
    throw new Error('$async is not JSON Schema.');
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
