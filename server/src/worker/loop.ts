import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../db/connect.ts';
import { claim, type LanePosition, promoteDue } from '../deliveries/claim.ts';
import { Sending, type SendingParts } from './sending.ts';

/** What a worker works with. */
export interface WorkerParts extends SendingParts {
  readonly database: Database;
}

export interface WorkerOptions {
  /** Requests under way at once in this process. */
  readonly capacity: number;
  /** Deliveries in one claim at most. */
  readonly batch: number;
}

const start: LanePosition = {
  orgId: '00000000-0000-0000-0000-000000000000',
  endpointId: '00000000-0000-0000-0000-000000000000',
};
const longestWaitMs = 1_000;
const throttledWaitMs = 50;
const afterFailureMs = 500;
/**
 * A claim, its reads and its settling cost about the same for one delivery as for a hundred. So after a small claim the
 * loop rests for as long as it took: what comes meanwhile makes a batch, and the busier the database, the larger.
 */
const longestRestMs = 20;
const promoteBatch = 1_000;

/**
 * Claims what is due and hands it to `Sending`, which sends and settles it.
 *
 * Fairness between organizations inside this process: an organization may have as many requests under way as places
 * are still free. So one whose receivers hang takes half of them at most, two such take two thirds, and there is
 * always room for a third.
 */
export class Worker {
  readonly #parts: WorkerParts;
  readonly #options: WorkerOptions;
  readonly #sending: Sending;
  #position = start;
  #stopped = false;
  #woken: (() => void) | null = null;
  #pendingWakeUp = false;
  #running: Promise<void> | null = null;

  constructor(parts: WorkerParts, options: WorkerOptions = { capacity: 1_024, batch: 200 }) {
    this.#parts = parts;
    this.#options = options;
    this.#sending = new Sending(parts, () => this.wake());
  }

  /** Works until `stop`. */
  start(): void {
    const stopListening = this.#parts.database.wakeUps.listen(() => this.wake());
    this.#running = this.#run().finally(stopListening);
  }

  /** Says that something may be due, or that there may be room again. */
  wake(): void {
    this.#pendingWakeUp = true;
    this.#woken?.();
  }

  /** Claims nothing more, and waits until everything under way is settled. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.wake();
    await this.#running;
    await this.#sending.stop();
  }

  /**
   * Claims, sends and settles until nothing is due: what tests with a clock of their own call instead of `start`. Answers
   * how many deliveries were claimed.
   */
  async runOnce(): Promise<number> {
    await promoteDue(this.#parts.database.hotPath);
    let claimed = 0;
    for (let idleRounds = 0; idleRounds < 2; ) {
      const { count } = await this.#claimAndSend();
      await this.#sending.idle();
      claimed += count;
      idleRounds = count === 0 && this.#position === start ? idleRounds + 1 : 0;
    }
    return claimed;
  }

  async #run(): Promise<void> {
    let promoteAt = 0;
    let seenLanes = 0;
    while (!this.#stopped) {
      let waitMs = 0;
      this.#pendingWakeUp = false;
      try {
        if (performance.now() >= promoteAt) promoteAt = performance.now() + (await this.#promote());
        const began = performance.now();
        const { count, lanes, full } = await this.#claimAndSend();
        const isSmall = count < this.#options.batch;
        if (isSmall && count > 0) await pause(Math.min(performance.now() - began, longestRestMs));
        seenLanes += lanes;
        if (full) {
          waitMs = longestWaitMs; // a settled batch ends it
        } else if (this.#position === start) {
          // Nothing more on the whole walk: wait, but not for long while some endpoint is merely throttled.
          if (isSmall)
            waitMs = Math.max(
              1,
              Math.min(seenLanes > 0 ? throttledWaitMs : longestWaitMs, promoteAt - performance.now()),
            );
          seenLanes = 0;
        }
      } catch (error) {
        this.#parts.log.warn(
          { error: error instanceof Error ? error.message : String(error) },
          'claiming failed; trying again',
        );
        waitMs = afterFailureMs;
      }
      if (waitMs > 0) await this.#wait(waitMs);
    }
  }

  /** Answers in how many milliseconds to look again. */
  async #promote(): Promise<number> {
    const { promoted, nextDueInMs } = await promoteDue(this.#parts.database.hotPath, promoteBatch);
    return promoted === promoteBatch ? 0 : Math.min(nextDueInMs ?? longestWaitMs, longestWaitMs);
  }

  #wait(ms: number): Promise<void> {
    if (this.#pendingWakeUp || this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      this.#woken = done;
      const release = () => {
        this.#woken = null;
      };
      function done(): void {
        clearTimeout(timer);
        release();
        resolve();
      }
    });
  }

  async #claimAndSend(): Promise<{ count: number; lanes: number; full: boolean }> {
    const free = this.#options.capacity - this.#sending.unsettled;
    if (free <= 0) return { count: 0, lanes: 0, full: true };
    const claimedAt = performance.now();
    const { deliveries, at, lanes, position } = await claim(this.#parts.database.hotPath, {
      worker: this.#parts.worker,
      limit: Math.min(free, this.#options.batch),
      after: this.#position,
      room: this.#sending.roomOf(free),
    });
    this.#position = position ?? start;
    this.#parts.clock.follow(at);
    if (deliveries.length > 0) this.#sending.send(deliveries, claimedAt);
    return { count: deliveries.length, lanes, full: false };
  }
}
