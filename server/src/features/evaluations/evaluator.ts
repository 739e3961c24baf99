import { EvaluationRunner, type RunTools } from './run.ts';

const longestWaitMs = 1_000;
/** Wake-ups come with every publish; looking at each of them would cost more than it saves. */
const shortestWaitMs = 200;

/** Runs evaluations in the background, in every worker. */
export class Evaluator {
  readonly #tools: RunTools;
  readonly #runner: EvaluationRunner;
  #stopped = false;
  #woken = false;
  #wake: (() => void) | null = null;
  #running: Promise<void> | null = null;

  constructor(tools: RunTools) {
    this.#tools = tools;
    this.#runner = new EvaluationRunner(tools);
  }

  /** Works until `stop`. */
  start(): void {
    const stopListening = this.#tools.database.wakeUps.listen(() => {
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

  /** Everything that is due now: what tests call instead of `start`. Answers the number of batches. */
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
      this.#tools.log.warn(
        { error: error instanceof Error ? error.message : String(error) },
        'evaluating failed; trying again',
      );
      return false;
    }
  }

  async #wait(): Promise<void> {
    await this.#pause(shortestWaitMs, () => this.#stopped);
    await this.#pause(longestWaitMs - shortestWaitMs, () => this.#stopped || this.#woken);
    this.#woken = false;
  }

  /** Waits for a time, or until a wake-up after which `over` says so. */
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
