import { parentPort } from 'node:worker_threads';
import {
  evaluate,
  findUnsoundRule,
  listedCharacters,
  type Refusal,
  type Rule,
  RuleChecks,
  type RuleModule,
} from './rules.ts';

/** A scenario to evaluate; `input` is JSON text. */
export interface Scenario {
  readonly id: string;
  readonly input: string;
}

/** A request to the thread. */
export type RuleRequest =
  | { readonly kind: 'check'; readonly rules: readonly Rule[] }
  | {
      readonly kind: 'evaluate';
      readonly moduleIds: readonly string[];
      /** Modules that the thread has answered as missing. */
      readonly given: readonly RuleModule[];
      readonly scenarios: readonly Scenario[];
      /** The number of scenarios of the whole evaluation. */
      readonly scenarioCount: number;
      /** Milliseconds after which no further rule is compiled. */
      readonly compileMs: number;
      /** Milliseconds after which no further scenario begins. */
      readonly limitMs: number;
    };

/** An answer of the thread. */
export type RuleAnswer =
  | { readonly kind: 'checked'; readonly refusal: Refusal | null }
  | { readonly kind: 'missing'; readonly moduleIds: readonly string[] }
  | {
      readonly kind: 'evaluated';
      readonly results: readonly { readonly id: string; readonly result: string }[];
    };

const checks = new RuleChecks();

/** Rules come from tenants and may be slow, so they run in a thread of their own. */
parentPort?.on('message', (request: RuleRequest) => parentPort?.postMessage(answer(request)));

function answer(request: RuleRequest): RuleAnswer {
  if (request.kind === 'check') return { kind: 'checked', refusal: findUnsoundRule(request.rules) };
  const startedAt = performance.now();
  checks.learn(request.given);
  const { modules, missing } = checks.recall(request.moduleIds);
  if (missing.length > 0) return { kind: 'missing', moduleIds: missing };
  const results: { id: string; result: string }[] = [];
  if (!checks.prepare(modules, startedAt + request.compileMs)) return { kind: 'evaluated', results };
  const listed = listedCharacters(request.scenarioCount);
  for (const { id, input } of request.scenarios) {
    results.push({ id, result: JSON.stringify(evaluate(modules, checks, JSON.parse(input), listed)) });
    if (performance.now() > startedAt + request.limitMs) break;
  }
  return { kind: 'evaluated', results };
}
