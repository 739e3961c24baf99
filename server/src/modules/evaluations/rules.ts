import { SluiceError } from '../../base/errors.ts';
import { compileSchema, type DataCheck } from '../../events/schemas.ts';

/** A requirement that a scenario's input must satisfy, as JSON Schema. */
export interface Rule {
  readonly code: string;
  readonly description: string;
  readonly schema: object | boolean;
}

export interface RuleModule {
  readonly id: string;
  readonly name: string;
  readonly rules: readonly Rule[];
}

export interface Violation {
  readonly code: string;
  readonly module: string;
  /** JSON pointer into the input. */
  readonly path: string;
  readonly message: string;
}

export interface ScenarioResult {
  readonly violations: readonly Violation[];
  /** How many more there are than are listed; left out where all are. */
  readonly violations_omitted?: number;
  readonly module_summary: readonly {
    readonly module: string;
    readonly passing_count: number;
    readonly failing_count: number;
  }[];
  readonly evaluated_codes: readonly string[];
  readonly passing_count: number;
  readonly failing_count: number;
}

/** Violations are listed up to this many characters of JSON: results of a thousand scenarios go into one event. */
const listedCharacters = 16_384;
const longestText = 500;

/** Milliseconds for the schemas of one module, which one request brings. */
const moduleLimit = 5_000;
/** Milliseconds for one scenario: rules that are not reached by then are not satisfied. */
const scenarioLimit = 2_000;

/** @throws {SluiceError} invalid_schema or invalid_input, pointing at the rule */
export function checkRules(rules: readonly Rule[]): void {
  const codes = new Set<string>();
  const until = performance.now() + moduleLimit;
  for (const [index, rule] of rules.entries()) {
    const refuse = (code: 'invalid_input' | 'invalid_schema', member: string, detail: string) =>
      new SluiceError(code, detail, { errors: [{ pointer: `/rules/${index}/${member}`, detail }] });
    if (codes.has(rule.code))
      throw refuse('invalid_input', 'code', `Another rule of this module has the code "${rule.code}".`);
    codes.add(rule.code);
    try {
      compileSchema(rule.schema);
    } catch (error) {
      throw error instanceof SluiceError ? refuse('invalid_schema', 'schema', error.detail) : error;
    }
    if (performance.now() > until)
      throw refuse('invalid_schema', 'schema', `The schemas of a module may take ${moduleLimit} ms.`);
  }
}

/** Checks an input against every rule of several modules. */
export function evaluate(modules: readonly RuleModule[], checks: RuleChecks, input: unknown): ScenarioResult {
  const violations: Violation[] = [];
  let omitted = 0;
  let room = listedCharacters;
  const until = performance.now() + scenarioLimit;
  const summary = modules.map((module) => {
    let failing = 0;
    for (const [index, check] of checks.of(module).entries()) {
      const errors = performance.now() > until ? notReached : check(input);
      if (errors.length === 0) continue;
      failing += 1;
      for (const { pointer, detail } of errors) {
        const violation = {
          code: module.rules[index]?.code ?? '',
          module: module.name,
          path: shortened(pointer),
          message: shortened(detail),
        };
        room -= JSON.stringify(violation).length;
        if (room >= 0) violations.push(violation);
        else omitted += 1;
      }
    }
    return {
      module: module.name,
      passing_count: module.rules.length - failing,
      failing_count: failing,
    };
  });
  const total = (read: (entry: (typeof summary)[number]) => number) =>
    summary.reduce((sum, entry) => sum + read(entry), 0);
  return {
    violations,
    ...(omitted > 0 ? { violations_omitted: omitted } : {}),
    module_summary: summary,
    evaluated_codes: [...new Set(modules.flatMap(({ rules }) => rules.map(({ code }) => code)))],
    passing_count: total((entry) => entry.passing_count),
    failing_count: total((entry) => entry.failing_count),
  };
}

function shortened(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText).toWellFormed()}…`;
}

const notReached = [
  { pointer: '', detail: `the rule was not evaluated: a scenario may take ${scenarioLimit} ms` },
];

/** Compiled rules, of the modules that were used last. */
export class RuleChecks {
  readonly #checks = new Map<string, DataCheck[]>();
  readonly #limit: number;

  constructor(limit = 100) {
    this.#limit = limit;
  }

  /**
   * Compiles what is not compiled yet, but begins nothing after a time (on the clock of `performance.now()`). Answers
   * whether everything is.
   */
  prepare(modules: readonly RuleModule[], until: number): boolean {
    for (const module of modules) {
      const checks = this.#keep(module.id, modules.length);
      for (const rule of module.rules.slice(checks.length)) {
        if (performance.now() > until) return false;
        checks.push(checkOf(rule));
      }
    }
    return true;
  }

  /** The checks of a module that was prepared. */
  of(module: RuleModule): readonly DataCheck[] {
    return this.#checks.get(module.id) ?? [];
  }

  #keep(id: string, atLeast: number): DataCheck[] {
    const checks = this.#checks.get(id) ?? [];
    this.#checks.delete(id);
    this.#checks.set(id, checks);
    const oldest = this.#checks.keys().next().value;
    if (this.#checks.size > Math.max(this.#limit, atLeast) && oldest !== undefined)
      this.#checks.delete(oldest);
    return checks;
  }
}

/** A rule that no longer compiles (a later version is stricter) must not stop the batch: it is never satisfied. */
function checkOf(rule: Rule): DataCheck {
  try {
    return compileSchema(rule.schema);
  } catch (error) {
    const detail = `the rule cannot be evaluated: ${error instanceof Error ? error.message : String(error)}`;
    return () => [{ pointer: '', detail }];
  }
}
