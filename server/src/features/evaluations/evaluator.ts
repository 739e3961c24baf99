import { type Evaluating, EvaluationRunner } from './run.ts';

const longestWaitMs = 1_000;
/** Every publish wakes the evaluator up; a query for each would cost more than it saves. */
const shortestWaitMs = 200;

/** Runs evaluations in the background, in every worker. */
export class Evaluator {
  readonly #parts: Evaluating;
  readonly #runner: EvaluationRunner;
  #stopped = false;
  #woken = false;
  #wake: (() => void) | null = null;
  #running: Promise<void> | null = null;

  constructor(parts: Evaluating) {
    this.#parts = parts;
    this.#runner = new EvaluationRunner(parts);
  }

  /** Works until `stop`. */
  start(): void {
    const stopListening = this.#parts.database.wakeUps.listen(() => {
      this.#woken = true;
      this.#wake?.();
    });
    this.#running = this.#run().finally(stopListening);
  }

  /** Finishes the batch under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake?.();
    await this.#running;
  }

  /** Runs everything that is due now, and answers the number of batches: for tests, instead of `start`. */
  async runOnce(): Promise<number> {
    let batches = 0;
    while (await this.#runner.runBatch()) batches += 1;
    return batches;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      if (await this.#tryBatch()) await new Promise(setImmediate);
      else await this.#wait();
    }
  }

  async #tryBatch(): Promise<boolean> {
    try {
      return await this.#runner.runBatch();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#parts.log.warn({ error: message }, 'evaluating failed; trying again');
      return false;
    }
  }

  async #wait(): Promise<void> {
    await this.#pause(shortestWaitMs, () => this.#stopped);
    await this.#pause(longestWaitMs - shortestWaitMs, () => this.#stopped || this.#woken);
    this.#woken = false;
  }

  /** Waits for a time, or until a wake-up after which `over` answers `true`. */
  #pause(ms: number, over: () => boolean): Promise<void> {
    if (over()) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wake = () => {
        if (over()) done();
      };
    });
  }
}
