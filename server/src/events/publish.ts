import { publicId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import type { Database, Queries } from '../db/connect.ts';
import { isUnavailable } from '../db/failures.ts';
import { transact } from '../db/transaction.ts';
import { UndecidedError } from '../schemas/checks.ts';
import { type Acceptance, type AcceptTools, acceptAll, acceptEvents } from './accept.ts';
import type { PublishRequest } from './new-event.ts';

export interface PublishTools extends AcceptTools {
  readonly log: Logger;
  readonly metrics: Metrics;
}

export interface Published {
  readonly status: number;
  readonly body: string;
  /** The answer is that of an earlier request with the same idempotency key. */
  readonly replayed: boolean;
}

interface Waiting {
  readonly request: PublishRequest;
  resolve(published: Published): void;
  reject(error: unknown): void;
}

const groupSize = 200;

/**
 * Accepts events. Requests that arrive at once, or while a commit is under way, share the next one: a commit
 * costs about the same for one event as for a hundred. Each is answered only after the commit that holds it.
 */
export class Publisher {
  readonly #database: Database;
  readonly #tools: PublishTools;
  readonly #waiting: Waiting[] = [];
  readonly #groupsAtOnce: number;
  #running = 0;
  #starting = false;

  constructor(database: Database, tools: PublishTools) {
    this.#database = database;
    this.#tools = tools;
    // The embedded database has one connection; on a server a second group fills the wait for the first one's disk.
    this.#groupsAtOnce = database.kind === 'embedded' ? 1 : 3;
  }

  /**
   * @param admitAgain comes before the request is tried again after a wait, and throws what refuses it
   * @throws {SluiceError} invalid_event_data, conflict, idempotency_conflict, too_much_under_way, database_unavailable
   */
  publish(request: PublishRequest, admitAgain?: () => Promise<void>): Promise<Published> {
    return this.#tools.schemas.whileDecided(
      () =>
        new Promise((resolve, reject) => {
          this.#waiting.push({ request, resolve, reject });
          this.#startSoon();
        }),
      admitAgain,
    );
  }

  /**
   * Accepts within a transaction that the caller commits, for modules whose change and event belong together. The
   * caller signals the wake-up after its commit.
   * @throws {UndecidedError} a schema takes long: the caller's transaction is to be run by `whileDecided`
   */
  async publishWithin(tx: Queries, ...requests: readonly PublishRequest[]): Promise<void> {
    await acceptAll(tx, this.#tools, requests);
  }

  /** What arrives in the same turn of the event loop goes into the same group. */
  #startSoon(): void {
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
      this.#runGroup(this.#takeGroup()).then(next, next);
    }
  }

  /** Requests with the same idempotency key or event id go one after another: each must see what the other did. */
  #takeGroup(): Waiting[] {
    const taken = new Set<string>();
    const group: Waiting[] = [];
    for (let index = 0; index < this.#waiting.length && group.length < groupSize; ) {
      const candidate = this.#waiting[index];
      if (!candidate) break;
      const names = namesOf(candidate.request);
      if (names.some((name) => taken.has(name))) {
        index += 1;
        continue;
      }
      for (const name of names) taken.add(name);
      group.push(candidate);
      this.#waiting.splice(index, 1);
    }
    return group;
  }

  async #runGroup(group: readonly Waiting[]): Promise<void> {
    try {
      this.#settle(group, await this.#commit(group.map(({ request }) => request)));
    } catch (error) {
      const others = error instanceof UndecidedError ? putAside(group, error) : group;
      if (others.length < group.length) {
        if (others.length > 0) await this.#runGroup(others);
        return;
      }
      // One request that the database refuses must not take the others down with it.
      if (group.length > 1 && !isUnavailable(error))
        for (const waiting of group) await this.#runGroup([waiting]);
      else for (const { reject } of group) reject(error);
    }
  }

  #commit(requests: readonly PublishRequest[]): Promise<Map<PublishRequest, Acceptance>> {
    return transact(this.#database.hotPath, (tx) => acceptEvents(tx, this.#tools, requests));
  }

  #settle(group: readonly Waiting[], acceptances: ReadonlyMap<PublishRequest, Acceptance>): void {
    let deliveries = 0;
    for (const { request, resolve, reject } of group) {
      const acceptance = acceptances.get(request);
      if (acceptance === undefined || acceptance instanceof Error) {
        reject(acceptance ?? new Error('A request was neither accepted nor refused.'));
        continue;
      }
      resolve({ ...acceptance.answer, replayed: acceptance.replayed });
      for (const event of acceptance.events) {
        deliveries += event.deliveries;
        this.#tools.metrics.published.inc();
        this.#tools.log.info(
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

/**
 * A gate's condition takes long: the requests that ask it are told so, and wait for it by themselves. Answers the others,
 * which have nothing to wait for.
 */
function putAside(group: readonly Waiting[], { orgId, questions, insisted }: UndecidedError): Waiting[] {
  const byData = Map.groupBy(questions, ({ data }) => data);
  const others: Waiting[] = [];
  for (const waiting of group) {
    const { orgId: ofRequest, events } = waiting.request;
    const asked = ofRequest === orgId ? events.flatMap(({ data }) => byData.get(data) ?? []) : [];
    if (asked.length === 0) others.push(waiting);
    else waiting.reject(new UndecidedError(orgId, [...new Set(asked)], insisted));
  }
  return others;
}

function namesOf(request: PublishRequest): string[] {
  const ids = request.events.flatMap((event) =>
    event.externalId === null ? [] : [`id ${request.orgId} ${event.externalId}`],
  );
  return request.idempotency === null ? ids : [`key ${request.orgId} ${request.idempotency.key}`, ...ids];
}
