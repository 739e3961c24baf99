import { isUnavailable } from '../db/failures.ts';
import type { AttemptResult } from '../deliveries/attempt.ts';
import { settle } from '../deliveries/settle.ts';
import { type Health, reasonToDisable } from '../endpoints/health.ts';
import { disableAutomatically } from './disable.ts';
import type { WorkerTools } from './tools.ts';

const batchSize = 200;
const afterFailureMs = 500;

/** Settles results in batches: those that arrive while one batch is being written make the next. */
export class Settler {
  readonly #tools: WorkerTools;
  readonly #afterBatch: () => void;
  readonly #results: AttemptResult[] = [];
  #running: Promise<void> | null = null;

  constructor(tools: WorkerTools, afterBatch: () => void) {
    this.#tools = tools;
    this.#afterBatch = afterBatch;
  }

  add(result: AttemptResult): void {
    this.#results.push(result);
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
  }

  /** Waits until everything handed in is settled. */
  async drain(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#results.length > 0) {
      await this.#settleBatch(this.#results.splice(0, batchSize));
      this.#afterBatch();
    }
  }

  async #settleBatch(batch: readonly AttemptResult[]): Promise<void> {
    try {
      const { settled, health } = await settle(
        this.#tools.database.queries,
        batch.map(({ settlement }) => settlement),
      );
      for (const { state } of settled) if (state !== 'pending') this.#tools.metrics.finished.inc({ state });
      await this.#disable(batch, new Set(settled.map(({ deliveryId }) => deliveryId)), health);
    } catch (error) {
      await this.#recover(batch, error);
    }
  }

  /** While the database is away, results are kept and tried again: their leases guard against settling too late. */
  async #recover(batch: readonly AttemptResult[], error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    if (isUnavailable(error)) {
      this.#tools.log.warn({ error: message, count: batch.length }, 'settling failed; trying again');
      await new Promise((resolve) => setTimeout(resolve, afterFailureMs));
      this.#results.unshift(...batch);
    } else if (batch.length > 1) {
      for (const result of batch) await this.#settleBatch([result]);
    } else {
      this.#tools.log.error(
        { error: message, delivery_id: batch[0]?.settlement.deliveryId },
        'a result cannot be settled; its lease will run out',
      );
    }
  }

  async #disable(
    batch: readonly AttemptResult[],
    settled: ReadonlySet<string>,
    health: readonly Health[],
  ): Promise<void> {
    const reasons = new Map<string, { orgId: string; endpointId: string; reason: string }>();
    for (const { settlement, disable, disableAfter } of batch) {
      if (!settled.has(settlement.deliveryId)) continue;
      const { orgId, endpointId } = settlement;
      const record = health.find((entry) => entry.endpointId === endpointId);
      const reason = disable
        ? `the receiver answered ${settlement.status}`
        : record
          ? reasonToDisable(disableAfter, record)
          : null;
      if (reason !== null) reasons.set(endpointId, { orgId, endpointId, reason });
    }
    for (const { orgId, endpointId, reason } of reasons.values())
      await disableAutomatically(this.#tools, { orgId, id: endpointId }, reason);
  }
}
