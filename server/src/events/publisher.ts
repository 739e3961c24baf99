import { SluiceError } from '../base/errors.ts';
import { publicId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Database, Queries } from '../db/connect.ts';
import { isUnavailable } from '../db/failures.ts';
import { transact } from '../db/transaction.ts';
import { type Judge, remembering, Verdicts } from '../schemas/questions.ts';
import { type CommitParts, commit, type Outcome } from './commit.ts';
import { type Published, takeGroup, type Waiting } from './group.ts';
import type { NewEvent, Publication, PublishRequest } from './new-event.ts';
import { plan } from './plan.ts';
import { organizationGone, type Snapshot, type Versions } from './snapshot.ts';
import { publishAllWithin } from './within.ts';

/** A request is planned again so often when its organization changes at the same time; the last plan is made inside. */
const plansAgain = 3;

/**
 * Accepts events: plan outside, commit inside. The words of this room:
 * - *event*: what has happened, with the exact bytes of its data;
 * - *publication*: events of one organization that are accepted together or not at all;
 * - *snapshot*: an organization's endpoints, schemas and gates in memory, with their *versions*;
 * - *verdict*: what a schema says about data;
 * - *plan*: what becomes of a publication by one snapshot: faults, subscribers, holding gates. Made outside any
 *   transaction, so that it may wait for a slow schema;
 * - *commit*: the transaction that stores what was planned, if the versions still hold; otherwise the plan is *stale*;
 * - *group*: requests that share a commit;
 * - *hold*: what a *gate* does to a delivery until a review is decided;
 * - *audience*: the members whom an event is addressed to;
 * - *fan-out*: the deliveries that come of an event.
 *
 * Requests that arrive at once, or while a commit is under way, share the next one: a commit costs about the same for one
 * event as for a hundred. Each is answered only after the commit that holds it.
 */
export class Publisher {
  readonly #database: Database;
  readonly #parts: CommitParts & { readonly log: Logger; readonly metrics: Metrics };
  readonly #waiting: Waiting[] = [];
  readonly #groupsAtOnce: number;
  #running = 0;
  #starting = false;

  constructor(database: Database, parts: CommitParts & { readonly log: Logger; readonly metrics: Metrics }) {
    this.#database = database;
    this.#parts = parts;
    // The embedded database has one connection; on a server a second group fills the wait for the first one's disk.
    this.#groupsAtOnce = database.kind === 'embedded' ? 1 : 3;
  }

  /**
   * Accepts a request, and answers after its commit.
   * @throws {SluiceError} invalid_event_data, conflict, idempotency_conflict, too_much_under_way, database_unavailable,
   *   besides what refuses the credential after a wait
   */
  publish(request: PublishRequest): Promise<Published> {
    return new Promise((resolve, reject) => {
      this.#enqueue({ request, resolve, reject, plan: null, verdicts: null, stale: 0 });
    });
  }

  /**
   * Publishes events with a change: in the transaction of the change, which its caller commits. After the commit the caller
   * signals the wake-up.
   * @param verdicts what was told about the events before the transaction
   * @throws {SluiceError} invalid_event_data (also where a schema takes long), conflict, too_much_under_way
   */
  publishWithin(tx: Queries, orgId: string, events: readonly NewEvent[], verdicts?: Verdicts): Promise<void> {
    return this.publishAllWithin(tx, events.length === 0 ? [] : [{ orgId, events }], verdicts);
  }

  /**
   * Publishes events of several organizations with a change, in the transaction of the change, which its caller commits.
   * After the commit the caller signals the wake-up.
   * @param verdicts what was told about the events before the transaction
   * @throws {SluiceError} invalid_event_data (also where a schema takes long), conflict, too_much_under_way
   */
  publishAllWithin(tx: Queries, publications: readonly Publication[], verdicts?: Verdicts): Promise<void> {
    return publishAllWithin(tx, this.#parts, publications, verdicts);
  }

  /** What arrives in the same turn of the event loop goes into the same group. */
  #enqueue(...waiting: readonly Waiting[]): void {
    this.#waiting.push(...waiting);
    if (this.#starting) return;
    this.#starting = true;
    setImmediate(() => {
      this.#starting = false;
      this.#startGroups();
    });
  }

  #startGroups(): void {
    while (this.#running < this.#groupsAtOnce && this.#waiting.length > 0) {
      this.#running += 1;
      const next = () => {
        this.#running -= 1;
        this.#startGroups();
      };
      this.#runGroup(takeGroup(this.#waiting)).then(next, next);
    }
  }

  async #runGroup(group: readonly Waiting[]): Promise<void> {
    try {
      await this.#commit(await this.#plan(group));
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  /** Plans what can be planned at once, and answers what is ready to commit. What meets a slow schema leaves the group. */
  async #plan(group: readonly Waiting[]): Promise<Waiting[]> {
    const { snapshots, schemas } = this.#parts;
    const open = Map.groupBy(
      group.filter((waiting) => waiting.plan === null),
      ({ request }) => request.orgId,
    );
    const unknown = [...open.keys()].filter((orgId) => snapshots.latest(orgId) === null);
    const read = unknown.length === 0 ? null : await snapshots.current(this.#database.hotPath, unknown);
    const slow: (() => Promise<void>)[] = [];
    for (const [orgId, theirs] of open) {
      const snapshot = read?.get(orgId) ?? snapshots.latest(orgId);
      const quick = theirs.filter(({ verdicts }) => snapshot === null || verdicts === null);
      const requests = quick.map(({ request }) => request.events);
      const judge: Judge = async (questions) => schemas.quickly(orgId, questions);
      const plans = snapshot === null ? [] : await plan(judge, snapshot, requests);
      for (const [index, waiting] of quick.entries())
        waiting.plan = snapshot === null ? organizationGone() : (plans[index] ?? null);
      for (const waiting of theirs)
        if (waiting.plan === null && snapshot) slow.push(() => this.#planSlowly(waiting, snapshot));
    }
    const ready = group.filter((waiting) => waiting.plan !== null);
    for (const start of slow) void start();
    return ready;
  }

  /** Plans one request with the side thread, and hands it in again, if its credential has not been revoked meanwhile. */
  async #planSlowly(waiting: Waiting, snapshot: Snapshot): Promise<void> {
    const { request } = waiting;
    const verdicts = waiting.verdicts ?? new Verdicts();
    waiting.verdicts = verdicts;
    const judge = remembering(verdicts, (questions) =>
      this.#parts.schemas.patiently(request.orgId, questions),
    );
    try {
      const made = await plan(judge, snapshot, [request.events]).catch((error: unknown) => {
        // The commit raises it, unless the request is a repeated one.
        if (error instanceof SluiceError) return [error];
        throw error;
      });
      await request.reauthenticate();
      waiting.plan = made[0] ?? null;
      this.#enqueue(waiting);
    } catch (error) {
      waiting.reject(error);
    }
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    if (group.length === 0) return;
    const planned = group.flatMap(({ request, plan: made, verdicts, stale }) =>
      made ? [{ request, plan: made, verdicts, lastTry: stale === plansAgain }] : [],
    );
    const committed = await transact(this.#database.hotPath, (tx) => commit(tx, this.#parts, planned)).catch(
      async (error: unknown) => {
        // One request that the database refuses must not take the others down with it.
        if (group.length === 1 || isUnavailable(error)) throw error;
        for (const waiting of group) await this.#commit([waiting]).catch(waiting.reject);
        return null;
      },
    );
    if (committed === null) return;
    this.#settle(group, committed.outcomes);
    const stale = group.filter(({ request }) => committed.outcomes.get(request) === 'stale');
    if (stale.length > 0) await this.#planAgain(stale, committed.versions);
  }

  /** Hands in what is stale once more, with snapshots of the versions that the commit saw. */
  async #planAgain(stale: readonly Waiting[], versions: ReadonlyMap<string, Versions>): Promise<void> {
    const theirs = new Set(stale.map(({ request }) => request.orgId));
    const seen = new Map([...versions].filter(([orgId]) => theirs.has(orgId)));
    await this.#parts.snapshots.at(this.#database.hotPath, seen);
    for (const waiting of stale) {
      waiting.plan = null;
      waiting.stale += 1;
      this.#enqueue(waiting);
    }
  }

  #settle(group: readonly Waiting[], outcomes: ReadonlyMap<PublishRequest, Outcome>): void {
    let deliveries = 0;
    for (const { request, resolve, reject } of group) {
      const outcome = outcomes.get(request);
      if (outcome === 'stale') continue;
      if (outcome === undefined || outcome instanceof SluiceError) {
        reject(outcome ?? new Error('A request was neither accepted nor refused.'));
        continue;
      }
      resolve({ ...outcome.answer, replayed: outcome.replayed });
      for (const event of outcome.events) {
        deliveries += event.deliveries;
        this.#parts.metrics.published.inc();
        this.#parts.log.info(
          {
            event_id: event.id,
            type: event.type,
            org_id: publicId('organization', request.orgId),
            deliveries: event.deliveries,
          },
          'event accepted',
        );
      }
    }
    if (deliveries > 0) this.#database.wakeUps.signal();
  }
}
