import type { InputError } from '../../base/errors.ts';
import { SluiceError } from '../../base/errors.ts';
import {
  type CompiledSchema,
  compileSchema,
  compileSchemaTwice,
  type DataCheck,
} from '../../schemas/compile.ts';
import { withinTime } from '../../schemas/within-time.ts';

type RuleCheck = Pick<CompiledSchema, 'timed' | 'untimed'>;

/** A rule: a JSON Schema that the input of a scenario has to satisfy. */
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
  /** Number of violations that are not listed; left out where all are. */
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

/** Most characters of JSON for the violations of one scenario, and for those of a whole event. */
const mostListed = 16_384;
const mostListedInAll = 4_194_304;
const longestText = 500;

/** Milliseconds for compiling the schemas of a new module. */
const moduleLimit = 5_000;
/** Milliseconds for one scenario: rules that are not reached by then count as violated. */
const scenarioLimit = 2_000;
/** Milliseconds that suffice for nearly every scenario; only after them, each rule gets a time limit of its own. */
const usualLimit = 250;

/** Why a rule of a module is refused. */
export interface Refusal {
  readonly code: 'invalid_input' | 'invalid_schema';
  readonly pointer: string;
  readonly detail: string;
}

/** Why the first unusable rule is refused; `null` where all rules can be used. */
export function findUnsoundRule(rules: readonly Rule[]): Refusal | null {
  const codes = new Set<string>();
  const until = performance.now() + moduleLimit;
  for (const [index, { code, schema }] of rules.entries()) {
    const unsound = (detail: string): Refusal => ({
      code: 'invalid_schema',
      pointer: `/rules/${index}/schema`,
      detail,
    });
    if (codes.has(code))
      return {
        code: 'invalid_input',
        pointer: `/rules/${index}/code`,
        detail: `Another rule of this module has the code "${code}".`,
      };
    codes.add(code);
    try {
      compileSchema(schema);
    } catch (error) {
      if (error instanceof SluiceError) return unsound(error.detail);
      throw error;
    }
    if (performance.now() > until) return unsound(`The schemas of a module may take ${moduleLimit} ms.`);
  }
  return null;
}

/** Most characters for the violations of each scenario of an evaluation. */
export function listedCharacters(scenarios: number): number {
  return Math.min(mostListed, Math.floor(mostListedInAll / Math.max(1, scenarios)));
}

/**
 * Evaluates an input by every rule of several modules.
 * @param listed most characters for violations
 */
export function evaluate(
  modules: readonly RuleModule[],
  checks: Pick<RuleChecks, 'of'>,
  input: unknown,
  listed: number,
): ScenarioResult {
  const violations: Violation[] = [];
  let omitted = 0;
  let room = listed;
  const found = checkAll(
    modules.map((module) => checks.of(module)),
    input,
  );
  const summary = modules.map((module, place) => {
    let failing = 0;
    for (const [index, errors] of (found[place] ?? []).entries()) {
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

/** Errors by module and rule. A time limit for each rule would cost more than most rules do, so it comes second. */
function checkAll(checks: readonly (readonly RuleCheck[])[], input: unknown): InputError[][][] {
  const quick = withinTime(usualLimit, () =>
    checks.map((ofModule) => ofModule.map(({ untimed }) => untimed(input))),
  );
  if (quick.finished) return quick.value;
  const until = performance.now() + scenarioLimit;
  return checks.map((ofModule) =>
    ofModule.map(({ timed }) => (performance.now() > until ? notReached : timed(input))),
  );
}

function shortened(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText).toWellFormed()}…`;
}

const notReached = [
  { pointer: '', detail: `the rule was not evaluated: a scenario may take ${scenarioLimit} ms` },
];

/** The result of a scenario that cannot be evaluated: every rule is violated, with the reason. */
export function notEvaluated(modules: readonly RuleModule[], reason: string, listed: number): ScenarioResult {
  const failed = [{ pointer: '', detail: `the rule was not evaluated: ${reason}` }];
  return evaluate(
    modules,
    { of: ({ rules }) => rules.map(() => ({ timed: () => failed, untimed: () => failed })) },
    null,
    listed,
  );
}

/** Compiled rules of the modules that were used last; a rule takes some 30 KiB. */
export class RuleChecks {
  readonly #known = new Map<string, { readonly module: RuleModule; readonly checks: RuleCheck[] }>();
  readonly #limit: number;

  /** @param limit rules in memory, unless one evaluation has more */
  constructor(limit = 2_000) {
    this.#limit = limit;
  }

  learn(modules: readonly RuleModule[]): void {
    for (const module of modules) this.#known.set(module.id, { module, checks: [] });
  }

  /** The modules with these ids, in their order, and the ids of those that are not in memory. */
  recall(ids: readonly string[]): { modules: RuleModule[]; missing: string[] } {
    const modules: RuleModule[] = [];
    const missing: string[] = [];
    for (const id of ids) {
      const known = this.#known.get(id);
      if (known === undefined) {
        missing.push(id);
        continue;
      }
      modules.push(known.module);
      this.#known.delete(id);
      this.#known.set(id, known);
    }
    let rules = [...this.#known.values()].reduce((sum, { module }) => sum + module.rules.length, 0);
    for (const [oldest, { module }] of this.#known) {
      if (rules <= this.#limit || ids.includes(oldest)) break;
      this.#known.delete(oldest);
      rules -= module.rules.length;
    }
    return { modules, missing };
  }

  /**
   * Compiles the rules of modules until a time, by `performance.now()`. Answers whether all of them are compiled.
   */
  prepare(modules: readonly RuleModule[], until: number): boolean {
    for (const { id, rules } of modules) {
      const checks = this.#known.get(id)?.checks ?? [];
      for (const rule of rules.slice(checks.length)) {
        if (performance.now() > until) return false;
        checks.push(checkOf(rule));
      }
    }
    return true;
  }

  /** The compiled rules of a prepared module. */
  of(module: RuleModule): readonly RuleCheck[] {
    return this.#known.get(module.id)?.checks ?? [];
  }
}

/** A rule that a later version of the compiler refuses counts as violated, so that it does not stop the batch. */
function checkOf(rule: Rule): RuleCheck {
  try {
    return compileSchemaTwice(rule.schema);
  } catch (error) {
    const detail = `the rule cannot be evaluated: ${error instanceof Error ? error.message : String(error)}`;
    const failed: DataCheck = () => [{ pointer: '', detail }];
    return { timed: failed, untimed: failed };
  }
}
