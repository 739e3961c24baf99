import { hostname } from 'node:os';
import { publicId } from '../base/ids.ts';
import { isUnavailable } from '../db/failures.ts';
import { type AttemptResult, type AttemptTools, attempt, notSent } from '../deliveries/attempt.ts';
import {
  type Claimed,
  claim,
  type LanePosition,
  leaseMarginSeconds,
  promoteDue,
} from '../deliveries/claim.ts';
import { giveBack } from '../deliveries/give-back.ts';
import { type Job, prepare, type Unpreparable, unreadable } from '../deliveries/prepare.ts';
import { Settler } from './settler.ts';
import type { WorkerTools } from './tools.ts';

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
 * Claims what is due, sends it, and hands the results to the settler.
 *
 * Fairness between organizations inside this process: an organization may have as many requests under way as places
 * are still free. So one whose receivers hang takes half of them at most, two such take two thirds, and there is
 * always room for a third.
 */
export class Worker {
  readonly #tools: WorkerTools;
  readonly #options: WorkerOptions;
  readonly #attemptTools: AttemptTools;
  readonly #settler: Settler;
  /** From the claim to the end of the attempt, by organization and in all. */
  readonly #underWay = new Map<string, number>();
  #underWayInAll = 0;
  readonly #sending = new Set<Promise<void>>();
  #position = start;
  #stopped = false;
  #woken: (() => void) | null = null;
  #pendingWakeUp = false;
  #running: Promise<void> | null = null;

  constructor(tools: WorkerTools, options: WorkerOptions = { capacity: 1_024, batch: 200 }) {
    this.#tools = tools;
    this.#options = options;
    const worker = `${hostname()}:${process.pid}`;
    this.#attemptTools = { clock: tools.clock, http: tools.http, random: tools.random, worker };
    this.#settler = new Settler(tools, () => this.wake());
  }

  /** Works until `stop`. */
  start(): void {
    const stopListening = this.#tools.database.wakeUps.listen(() => this.wake());
    this.#running = this.#run().finally(stopListening);
  }

  wake(): void {
    this.#pendingWakeUp = true;
    this.#woken?.();
  }

  /** Claims nothing more, and waits until what is under way is settled. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.wake();
    await this.#running;
    while (this.#sending.size > 0) await Promise.all(this.#sending);
    await this.#settler.drain();
  }

  /** One whole round for everything that is due now: what tests with a clock of their own call instead of `start`. */
  async runOnce(): Promise<number> {
    await promoteDue(this.#tools.database.hotPath);
    let claimed = 0;
    for (let idleRounds = 0; idleRounds < 2; ) {
      const { count } = await this.#claimAndSend();
      while (this.#sending.size > 0) await Promise.all(this.#sending);
      await this.#settler.drain();
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
          // Nothing more to be had on the whole walk: wait, but not for long while some endpoint is merely throttled.
          if (isSmall)
            waitMs = Math.max(
              1,
              Math.min(seenLanes > 0 ? throttledWaitMs : longestWaitMs, promoteAt - performance.now()),
            );
          seenLanes = 0;
        }
      } catch (error) {
        this.#tools.log.warn(
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
    const { promoted, nextDueInMs } = await promoteDue(this.#tools.database.hotPath, promoteBatch);
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
    // What is not settled counts too: when the database is slow, results must not pile up without bound.
    const free = this.#options.capacity - this.#underWayInAll - this.#settler.unsettled;
    if (free <= 0) return { count: 0, lanes: 0, full: true };
    const room = new Map([...this.#underWay].map(([orgId, count]) => [orgId, free - count]));
    const claimedAt = performance.now();
    const { deliveries, at, lanes, position } = await claim(this.#tools.database.hotPath, {
      worker: this.#attemptTools.worker,
      limit: Math.min(free, this.#options.batch),
      after: this.#position,
      room,
    });
    this.#position = position ?? start;
    this.#tools.clock.follow(at);
    if (deliveries.length === 0) return { count: 0, lanes, full: false };
    for (const { orgId } of deliveries) this.#underWay.set(orgId, (this.#underWay.get(orgId) ?? 0) + 1);
    this.#underWayInAll += deliveries.length;
    this.#track(this.#sendBatch(deliveries, claimedAt));
    return { count: deliveries.length, lanes, full: false };
  }

  async #sendBatch(deliveries: readonly Claimed[], claimedAt: number): Promise<void> {
    const { jobs, unpreparable } = await this.#prepare(deliveries, claimedAt);
    for (const failed of unpreparable) this.#finish(failed.claimed, notSent(this.#attemptTools, failed));
    // The time to stop may have run out while they were read.
    if (this.#tools.http.closed) {
      const unsent = jobs.map(({ claimed }) => claimed);
      if (unsent.length > 0) await this.#giveBack(unsent, claimedAt);
      return;
    }
    for (const job of jobs) this.#track(this.#send(job, claimedAt));
  }

  async #prepare(
    deliveries: readonly Claimed[],
    claimedAt: number,
  ): Promise<{ jobs: Job[]; unpreparable: Unpreparable[] }> {
    try {
      return await prepare(this.#tools.database.hotPath, this.#tools.sealer, deliveries);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const count = deliveries.length;
      this.#tools.log.warn({ error: reason, count }, 'claimed deliveries could not be read');
      if (isUnavailable(error)) {
        this.#track(this.#giveBack(deliveries, claimedAt));
        return { jobs: [], unpreparable: [] };
      }
      const [only] = deliveries;
      if (count === 1 && only) {
        return { jobs: [], unpreparable: [unreadable(only, reason)] };
      }
      // One that cannot be read must not take the others of its batch down with it.
      const alone = await Promise.all(deliveries.map((delivery) => this.#prepare([delivery], claimedAt)));
      return {
        jobs: alone.flatMap(({ jobs }) => jobs),
        unpreparable: alone.flatMap(({ unpreparable }) => unpreparable),
      };
    }
  }

  /** Lets others have what could not be sent in time; tries until the leases have run out anyway. */
  async #giveBack(deliveries: readonly Claimed[], claimedAt: number): Promise<void> {
    for (const { orgId } of deliveries) this.#release(orgId);
    const longest = Math.max(...deliveries.map(({ timeoutSeconds }) => timeoutSeconds + leaseMarginSeconds));
    for (let tried = false; !tried || performance.now() - claimedAt < longest * 1000; tried = true) {
      try {
        await giveBack(this.#tools.database.hotPath, deliveries);
        return this.wake();
      } catch (error) {
        this.#tools.log.warn(
          { error: String(error), count: deliveries.length },
          'giving back failed; trying again',
        );
        if (this.#stopped) return;
        await pause(afterFailureMs);
      }
    }
  }

  async #send(job: Job, claimedAt: number): Promise<void> {
    // A process that was stopped between claim and send may no longer own the lease.
    if (performance.now() - claimedAt > (leaseMarginSeconds / 2) * 1000) {
      return this.#giveBack([job.claimed], claimedAt);
    }
    this.#tools.metrics.inFlight.inc();
    const result = await attempt(this.#attemptTools, job);
    this.#tools.metrics.inFlight.dec();
    this.#finish(job.claimed, result);
  }

  #finish(claimed: Claimed, result: AttemptResult): void {
    const { settlement } = result;
    this.#release(claimed.orgId);
    this.#tools.metrics.attempts.inc({ outcome: settlement.outcome });
    this.#tools.metrics.attemptSeconds.observe(settlement.durationMs / 1000);
    if (settlement.outcome === 'delivered')
      this.#tools.metrics.deliverySeconds.observe(
        Math.max(0, this.#tools.clock.now() - claimed.createdAt.getTime()) / 1000,
      );
    this.#tools.log.info(
      {
        org_id: publicId('organization', claimed.orgId),
        delivery_id: publicId('delivery', claimed.id),
        endpoint_id: publicId('endpoint', claimed.endpointId),
        attempt: settlement.number,
        outcome: settlement.outcome,
        status: settlement.status,
        error: settlement.error,
        duration_ms: settlement.durationMs,
        next: settlement.next,
      },
      'attempt ended',
    );
    this.#settler.add(result);
  }

  #release(orgId: string): void {
    this.#underWayInAll -= 1;
    const count = (this.#underWay.get(orgId) ?? 1) - 1;
    if (count <= 0) this.#underWay.delete(orgId);
    else this.#underWay.set(orgId, count);
  }

  #track(work: Promise<void>): void {
    this.#sending.add(work);
    const done = () => this.#sending.delete(work);
    work.then(done, (error: unknown) => {
      done();
      this.#tools.log.error({ error: String(error) }, 'sending broke; the lease will run out');
    });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
