import { Worker } from 'node:worker_threads';
import { SluiceError } from '../../base/errors.ts';
import type { RuleAnswer, RuleRequest, Scenario } from './rule-thread.ts';
import type { Rule, RuleModule } from './rules.ts';

/** The thread died over a request, or was ended because it took too long. */
export class RuleThreadError extends Error {}

/** Many times what the limits inside the thread allow: it has hung. */
const hungAfterMs = 20_000;
const idleAfterMs = 60_000;
const heapMegabytes = 512;

interface Waiting {
  readonly request: RuleRequest;
  resolve(answer: RuleAnswer): void;
  reject(error: Error): void;
}

/**
 * A thread that runs tenants' rules, so that none of them holds up requests and deliveries. It begins with the first
 * request and ends when it has long been idle; requests go one after another.
 */
class RuleRunner {
  readonly #waiting: Waiting[] = [];
  #current: Waiting | null = null;
  #thread: Worker | null = null;
  #timer: NodeJS.Timeout | null = null;

  /** @throws {SluiceError} invalid_schema or invalid_input, pointing at the rule */
  async check(rules: readonly Rule[]): Promise<void> {
    const answer = await this.#ask({ kind: 'check', rules }).catch((error: unknown) => {
      if (!(error instanceof RuleThreadError)) throw error;
      throw refused({ code: 'invalid_schema', pointer: '/rules', detail: error.message });
    });
    if (answer.kind === 'checked' && answer.refusal !== null) throw refused(answer.refusal);
  }

  /**
   * The results of as many of the scenarios, in their order, as fit into the time; of none, where compiling the rules took
   * all of it.
   * @param load reads modules that the thread does not know
   * @throws {RuleThreadError}
   */
  async evaluate(
    moduleIds: readonly string[],
    load: (ids: readonly string[]) => Promise<readonly RuleModule[]>,
    work: {
      readonly scenarios: readonly Scenario[];
      readonly scenarioCount: number;
      readonly limitMs: number;
    },
  ): Promise<readonly { readonly id: string; readonly result: string }[]> {
    const request = { kind: 'evaluate', moduleIds, ...work } as const;
    let answer = await this.#ask({ ...request, given: [] });
    if (answer.kind === 'missing')
      answer = await this.#ask({ ...request, given: await load(answer.moduleIds) });
    if (answer.kind !== 'evaluated') throw new Error('Modules of an evaluation are gone.');
    return answer.results;
  }

  #ask(request: RuleRequest): Promise<RuleAnswer> {
    return new Promise((resolve, reject) => {
      const waiting = { request, resolve, reject };
      // Somebody waits for a check; an evaluation is in the background.
      if (request.kind === 'check') this.#waiting.unshift(waiting);
      else this.#waiting.push(waiting);
      this.#next();
    });
  }

  #next(): void {
    if (this.#current !== null) return;
    this.#current = this.#waiting.shift() ?? null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#current === null) {
      this.#thread?.unref();
      this.#timer = setTimeout(() => this.#end(), idleAfterMs).unref();
      return;
    }
    this.#thread ??= this.#begin();
    this.#thread.ref();
    this.#timer = setTimeout(() => this.#fail('it takes too long'), hungAfterMs);
    this.#thread.postMessage(this.#current.request);
  }

  #begin(): Worker {
    const thread = new Worker(new URL('./rule-thread.ts', import.meta.url), {
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
    });
    thread.on('message', (answer: RuleAnswer) => {
      if (this.#thread !== thread) return;
      const current = this.#current;
      this.#current = null;
      current?.resolve(answer);
      this.#next();
    });
    thread.on('error', (error) => {
      if (this.#thread === thread)
        this.#fail(
          'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? 'it takes too much memory'
            : error.message,
        );
    });
    return thread;
  }

  #fail(reason: string): void {
    const current = this.#current;
    this.#current = null;
    this.#end();
    current?.reject(new RuleThreadError(reason));
    this.#next();
  }

  #end(): void {
    const thread = this.#thread;
    this.#thread = null;
    // It is gone as soon as it is let go; nobody waits for it to end.
    void thread?.terminate();
  }
}

function refused({
  code,
  pointer,
  detail,
}: {
  code: 'invalid_input' | 'invalid_schema';
  pointer: string;
  detail: string;
}) {
  return new SluiceError(code, detail, { errors: [{ pointer, detail }] });
}

/** One for each process: its thread holds no tenant's data longer than a request, but for compiled rules. */
export const ruleRunner = new RuleRunner();
