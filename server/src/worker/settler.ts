import { setTimeout as pause } from 'node:timers/promises';
import { publicId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import { isUnavailable } from '../db/failures.ts';
import type { AttemptResult } from '../deliveries/attempt.ts';
import type { SettleBatch } from './settle-batch.ts';

/** What a settler works with. */
export interface SettlerParts {
  readonly settle: SettleBatch;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'finished'>;
}

const batchSize = 200;
const afterFailureMs = 500;
const longestRestMs = 20;

/**
 * Settles results in batches: those that arrive while one batch is being written, and for as long again, make the next.
 * The receivers have answered, so there is time.
 */
export class Settler {
  readonly #parts: SettlerParts;
  readonly #afterBatch: () => void;
  readonly #results: AttemptResult[] = [];
  #writing = 0;
  #restUntil = 0;
  #draining = 0;
  #running: Promise<void> | null = null;

  constructor(parts: SettlerParts, afterBatch: () => void) {
    this.#parts = parts;
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
    await pause(ms);
  }

  async #settleBatch(batch: readonly AttemptResult[], mayDisable = true): Promise<void> {
    try {
      for (const { state } of await this.#parts.settle(batch, mayDisable))
        if (state !== 'pending') this.#parts.metrics.finished.inc({ state });
    } catch (error) {
      await this.#recover(batch, mayDisable, error);
    }
  }

  /** While the database is away, results are kept and tried again: their leases guard against settling too late. */
  async #recover(batch: readonly AttemptResult[], mayDisable: boolean, error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    const [first] = batch;
    if (isUnavailable(error)) {
      this.#parts.log.warn({ error: message, count: batch.length }, 'settling failed; trying again');
      await pause(afterFailureMs);
      this.#results.unshift(...batch);
    } else if (batch.length > 1) {
      for (const result of batch) await this.#settleBatch([result], mayDisable);
    } else if (first !== undefined && mayDisable) {
      this.#parts.log.error({ error: message }, 'a result cannot be settled; trying without its endpoint');
      await this.#settleBatch([first], false);
    } else {
      const id = first && publicId('delivery', first.settlement.deliveryId);
      this.#parts.log.error(
        { error: message, delivery_id: id },
        'a result cannot be settled; its lease will run out',
      );
    }
  }
}
