import { publicId } from '../base/ids.ts';
import { isUnavailable } from '../db/failures.ts';
import type { AttemptResult } from '../deliveries/attempt.ts';
import { settleBatch } from './settle-batch.ts';
import type { WorkerTools } from './tools.ts';

const batchSize = 200;
const afterFailureMs = 500;
const longestRestMs = 20;

/**
 * Settles results in batches: those that arrive while one batch is being written, and for as long again, make the next.
 * Nobody waits for it: the receiver has answered.
 */
export class Settler {
  readonly #tools: WorkerTools;
  readonly #afterBatch: () => void;
  readonly #results: AttemptResult[] = [];
  #writing = 0;
  #restUntil = 0;
  #draining = 0;
  #running: Promise<void> | null = null;

  constructor(tools: WorkerTools, afterBatch: () => void) {
    this.#tools = tools;
    this.#afterBatch = afterBatch;
  }

  /** Results that are not in the database yet. */
  get unsettled(): number {
    return this.#results.length + this.#writing;
  }

  add(result: AttemptResult): void {
    this.#results.push(result);
    this.#running ??= this.#run();
  }

  /** Waits until everything handed in is settled. */
  async drain(): Promise<void> {
    this.#draining += 1;
    while (this.#running !== null) await this.#running;
    this.#draining -= 1;
  }

  async #run(): Promise<void> {
    try {
      while (this.#results.length > 0) {
        await this.#rest();
        const batch = this.#results.splice(0, batchSize);
        this.#writing = batch.length;
        const began = performance.now();
        await this.#settleBatch(batch);
        this.#restUntil = performance.now() + Math.min(performance.now() - began, longestRestMs);
        this.#writing = 0;
        this.#afterBatch();
      }
    } finally {
      // At once, not when the promise is done: a result that is added in between would find it running and wait.
      this.#running = null;
    }
  }

  async #rest(): Promise<void> {
    const ms = this.#restUntil - performance.now();
    if (ms <= 0 || this.#draining > 0 || this.#results.length >= batchSize) return;
    await new Promise((resolve) => setTimeout(resolve, ms));
  }

  async #settleBatch(batch: readonly AttemptResult[], mayDisable = true): Promise<void> {
    try {
      for (const { state } of await settleBatch(this.#tools, batch, mayDisable))
        if (state !== 'pending') this.#tools.metrics.finished.inc({ state });
    } catch (error) {
      await this.#recover(batch, mayDisable, error);
    }
  }

  /** While the database is away, results are kept and tried again: their leases guard against settling too late. */
  async #recover(batch: readonly AttemptResult[], mayDisable: boolean, error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    const [first] = batch;
    if (isUnavailable(error)) {
      this.#tools.log.warn({ error: message, count: batch.length }, 'settling failed; trying again');
      await new Promise((resolve) => setTimeout(resolve, afterFailureMs));
      this.#results.unshift(...batch);
    } else if (batch.length > 1) {
      for (const result of batch) await this.#settleBatch([result], mayDisable);
    } else if (first !== undefined && mayDisable) {
      this.#tools.log.error({ error: message }, 'a result cannot be settled; trying without its endpoint');
      await this.#settleBatch([first], false);
    } else {
      const id = first && publicId('delivery', first.settlement.deliveryId);
      this.#tools.log.error(
        { error: message, delivery_id: id },
        'a result cannot be settled; its lease will run out',
      );
    }
  }
}
