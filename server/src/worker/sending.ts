import { setTimeout as pause } from 'node:timers/promises';
import { publicId } from '../base/ids.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Sealer } from '../base/seal.ts';
import type { Queries } from '../db/connect.ts';
import { isUnavailable } from '../db/failures.ts';
import { type AttemptResult, attempt, notSent, type Sender } from '../deliveries/attempt.ts';
import type { Claimed } from '../deliveries/claim.ts';
import type { HttpClient } from '../deliveries/http-client.ts';
import { giveBack, leaseMarginSeconds } from '../deliveries/leases.ts';
import { type Job, prepare, type Unpreparable, unreadable } from '../deliveries/prepare.ts';
import { Settler, type SettlerParts } from './settler.ts';

/** What sending works with. */
export interface SendingParts extends Sender, SettlerParts {
  readonly database: { readonly hotPath: Queries };
  readonly sealer: Sealer;
  readonly http: HttpClient;
  readonly metrics: Metrics;
}

const afterFailureMs = 500;

/** The deliveries that this process has claimed, until they are settled or given back. */
export class Sending {
  readonly #parts: SendingParts;
  readonly #settler: Settler;
  readonly #onRoom: () => void;
  /** From the claim to the end of the attempt, by organization and in all. */
  readonly #underWay = new Map<string, number>();
  #underWayInAll = 0;
  readonly #work = new Set<Promise<void>>();
  #stopping = false;

  /** @param onRoom is called when something was settled or given back */
  constructor(parts: SendingParts, onRoom: () => void) {
    this.#parts = parts;
    this.#onRoom = onRoom;
    this.#settler = new Settler(parts, onRoom);
  }

  /** Deliveries that are not settled yet, sent ones too: when the database is slow, results must not pile up. */
  get unsettled(): number {
    return this.#underWayInAll + this.#settler.unsettled;
  }

  /**
   * How many more requests each organization with some under way may have.
   * @param free places for requests in this process
   */
  roomOf(free: number): ReadonlyMap<string, number> {
    return new Map([...this.#underWay].map(([orgId, count]) => [orgId, free - count]));
  }

  /**
   * Sends a claimed batch in the background.
   * @param claimedAt when it was claimed at the earliest, by `performance.now()`
   */
  send(deliveries: readonly Claimed[], claimedAt: number): void {
    for (const { orgId } of deliveries) this.#underWay.set(orgId, (this.#underWay.get(orgId) ?? 0) + 1);
    this.#underWayInAll += deliveries.length;
    this.#track(this.#sendBatch(deliveries, claimedAt));
  }

  /** Waits until everything under way is settled. */
  async idle(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
    await this.#settler.drain();
  }

  /** Waits until everything under way is settled; what cannot be given back is left to its lease. */
  stop(): Promise<void> {
    this.#stopping = true;
    return this.idle();
  }

  async #sendBatch(deliveries: readonly Claimed[], claimedAt: number): Promise<void> {
    const { jobs, unpreparable } = await this.#prepare(deliveries, claimedAt);
    for (const failed of unpreparable) this.#finish(failed.claimed, notSent(this.#parts, failed));
    // The time to stop may have run out while they were read.
    if (this.#parts.http.closed) {
      const unsent = jobs.map(({ claimed }) => claimed);
      if (unsent.length > 0) await this.#giveBack(unsent, claimedAt);
      return;
    }
    for (const job of jobs) this.#track(this.#sendOne(job, claimedAt));
  }

  async #prepare(
    deliveries: readonly Claimed[],
    claimedAt: number,
  ): Promise<{ jobs: Job[]; unpreparable: Unpreparable[] }> {
    const { database, sealer, log } = this.#parts;
    try {
      return await prepare(database.hotPath, sealer, deliveries);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const count = deliveries.length;
      log.warn({ error: reason, count }, 'claimed deliveries could not be read');
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

  /** Lets other workers have what could not be sent in time; tries until the leases have run out anyway. */
  async #giveBack(deliveries: readonly Claimed[], claimedAt: number): Promise<void> {
    const { database, log } = this.#parts;
    for (const { orgId } of deliveries) this.#release(orgId);
    const longest = Math.max(...deliveries.map(({ timeoutSeconds }) => timeoutSeconds + leaseMarginSeconds));
    for (let tried = false; !tried || performance.now() - claimedAt < longest * 1000; tried = true) {
      try {
        await giveBack(database.hotPath, deliveries);
        return this.#onRoom();
      } catch (error) {
        log.warn({ error: String(error), count: deliveries.length }, 'giving back failed; trying again');
        if (this.#stopping) return;
        await pause(afterFailureMs);
      }
    }
  }

  async #sendOne(job: Job, claimedAt: number): Promise<void> {
    // A process that was halted between claim and send may no longer own the lease.
    if (performance.now() - claimedAt > (leaseMarginSeconds / 2) * 1000) {
      return this.#giveBack([job.claimed], claimedAt);
    }
    const { inFlight } = this.#parts.metrics;
    inFlight.inc();
    const result = await attempt(this.#parts, job);
    inFlight.dec();
    this.#finish(job.claimed, result);
  }

  #finish(claimed: Claimed, result: AttemptResult): void {
    const { metrics, clock, log } = this.#parts;
    const { settlement } = result;
    this.#release(claimed.orgId);
    metrics.attempts.inc({ outcome: settlement.outcome });
    metrics.attemptSeconds.observe(settlement.durationMs / 1000);
    if (settlement.outcome === 'delivered')
      metrics.deliverySeconds.observe(Math.max(0, clock.now() - claimed.createdAt.getTime()) / 1000);
    log.info(
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
    this.#work.add(work);
    const done = () => this.#work.delete(work);
    work.then(done, (error: unknown) => {
      done();
      this.#parts.log.error({ error: String(error) }, 'sending broke; the lease will run out');
    });
  }
}
