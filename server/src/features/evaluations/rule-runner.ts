import { SluiceError } from '../../base/errors.ts';
import { SideThread, SideThreadBusyError, SideThreadError } from '../../base/side-thread.ts';
import type { RuleAnswer, RuleRequest, Scenario } from './rule-thread.ts';
import type { Refusal, Rule, RuleModule } from './rules.ts';

/** One thread for the checks of new modules and for evaluations; organizations take turns. */
const ruleThread = new SideThread<RuleRequest, RuleAnswer>(new URL('./rule-thread.ts', import.meta.url), {
  hungAfterMs: 20_000,
  heapMegabytes: 512,
});

/** Milliseconds that a check of a new module may wait for the thread. */
const longestWait = 10_000;

/**
 * Checks the rules of a new module.
 * @throws {SluiceError} invalid_schema or invalid_input, pointing at the rule; too_much_under_way
 */
export async function checkRules(orgId: string, rules: readonly Rule[]): Promise<void> {
  const answer = await ruleThread
    .ask(orgId, { kind: 'check', rules }, longestWait)
    .catch((error: unknown) => {
      if (error instanceof SideThreadBusyError)
        throw new SluiceError('too_much_under_way', 'Other modules of this organization are being checked.', {
          retryAfterSeconds: 5,
          cause: error,
        });
      if (!(error instanceof SideThreadError)) throw error;
      throw refused({ code: 'invalid_schema', pointer: '/rules', detail: error.message });
    });
  if (answer.kind === 'checked' && answer.refusal !== null) throw refused(answer.refusal);
}

/**
 * Evaluates scenarios in their order until `limitMs` has passed; none where compiling the rules took all of it.
 * @param load reads modules that the thread does not have
 * @throws {SideThreadError} where a scenario ends the thread
 */
export async function evaluateScenarios(
  orgId: string,
  moduleIds: readonly string[],
  load: (ids: readonly string[]) => Promise<readonly RuleModule[]>,
  work: {
    readonly scenarios: readonly Scenario[];
    readonly scenarioCount: number;
    readonly compileMs: number;
    readonly limitMs: number;
  },
): Promise<readonly { readonly id: string; readonly result: string }[]> {
  const request = { kind: 'evaluate', moduleIds, ...work } as const;
  let answer = await ruleThread.ask(orgId, { ...request, given: [] });
  if (answer.kind === 'missing')
    answer = await ruleThread.ask(orgId, { ...request, given: await load(answer.moduleIds) });
  if (answer.kind !== 'evaluated') throw new Error('Modules of an evaluation are missing.');
  return answer.results;
}

function refused({ code, pointer, detail }: Refusal): SluiceError {
  return new SluiceError(code, detail, { errors: [{ pointer, detail }] });
}
