import { prepareCompiler } from './compile.ts';
import type { KeptSchema } from './kept-schema.ts';
import type { Question } from './questions.ts';
import type { SchemaVerdict } from './verdict.ts';
import { withinTime } from './within-time.ts';

/** Milliseconds of this thread, whose requests and deliveries wait meanwhile, for what one organization asks at once. */
const quickLimit = 20;
/** Milliseconds for compiling what one organization asks at once; done once for each schema. */
const compileLimit = 100;
/** Milliseconds that cost nothing: nearly all data is checked by then, also where the machine is busy. */
const freeOfCharge = 10;
/** Milliseconds beyond those free of charge that an organization may use up in each second. */
const refilledEachSecond = 50;

/**
 * Checks data on the main thread, as far as that is quick. An organization that uses up more time than its quota is
 * turned away until the quota has filled again.
 */
export class QuickChecks {
  /** What organizations with slow schemas have left, as of a time of `performance.now()`. */
  readonly #quotas = new Map<string, { readonly ms: number; readonly at: number }>();
  readonly #quotaMs: number;

  /** @param quotaMs milliseconds beyond those free of charge that an organization may use up at once; 0: always turned away */
  constructor(quotaMs: number) {
    this.#quotaMs = quotaMs;
  }

  /** Milliseconds that an organization may still use up; none where it is not positive. */
  quotaOf(orgId: string): number {
    const quota = this.#quotas.get(orgId);
    if (quota === undefined) return this.#quotaMs;
    const ms = quota.ms + ((performance.now() - quota.at) / 1000) * refilledEachSecond;
    if (ms >= this.#quotaMs) this.#quotas.delete(orgId);
    return Math.min(this.#quotaMs, ms);
  }

  /** The verdicts that can be told within one clock; `null` for the others. Charges the quota, but does not look at it. */
  judge(orgId: string, questions: readonly Question[]): (SchemaVerdict | null)[] {
    prepareCompiler();
    const startedAt = performance.now();
    const verdicts = tellQuickly(questions);
    const ms = performance.now() - startedAt - freeOfCharge;
    if (ms > 0) this.#quotas.set(orgId, { ms: this.quotaOf(orgId) - ms, at: performance.now() });
    return verdicts;
  }
}

/** One clock never runs inside another: compiling, checking and listing what fails each have their own. */
function tellQuickly(questions: readonly Question[]): (SchemaVerdict | null)[] {
  const verdicts: (SchemaVerdict | null)[] = questions.map(() => null);
  const compileUntil = performance.now() + compileLimit;
  const prepare = (schemas: Iterable<KeptSchema>, compile: (schema: KeptSchema, limitMs: number) => void) => {
    for (const schema of schemas) {
      const left = Math.floor(compileUntil - performance.now());
      if (left > 0) compile(schema, left);
    }
  };
  prepare(new Set(questions.map(({ schema }) => schema)), (schema, limitMs) => schema.prepare(limitMs));
  const failing: { schema: KeptSchema; value: unknown; index: number }[] = [];
  withinTime(quickLimit, () => {
    for (const [index, { schema, data, whetherOnly }] of questions.entries()) {
      const value: unknown = JSON.parse(data);
      const satisfied = schema.isSatisfied(value);
      if (satisfied === false && !whetherOnly) failing.push({ schema, value, index });
      else if (satisfied !== null) verdicts[index] = { satisfied, errors: [] };
    }
  });
  if (failing.length === 0) return verdicts;
  prepare(new Set(failing.map(({ schema }) => schema)), (schema, limitMs) => schema.prepareList(limitMs));
  withinTime(quickLimit, () => {
    for (const { schema, value, index } of failing) verdicts[index] = schema.failure(value);
  });
  return verdicts;
}
