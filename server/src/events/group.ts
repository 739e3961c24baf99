import type { SluiceError } from '../base/errors.ts';
import type { Verdicts } from '../schemas/questions.ts';
import type { PublishRequest } from './new-event.ts';
import type { Plan } from './plan.ts';

/** What a publisher gets for its request. */
export interface Published {
  readonly status: number;
  readonly body: string;
  /** The answer is that of an earlier request with the same idempotency key. */
  readonly replayed: boolean;
}

/** A request that waits for its commit. */
export interface Waiting {
  readonly request: PublishRequest;
  resolve(published: Published): void;
  reject(error: unknown): void;
  /** Without it: it is still to be planned. */
  plan: Plan | SluiceError | null;
  /** What the side thread has found; `null`: it was not asked. */
  verdicts: Verdicts | null;
  /** How often a plan was stale when it was to commit. */
  stale: number;
}

const groupSize = 200;

/**
 * Takes the requests that share the next commit out of those that wait. Requests with the same idempotency key or
 * publisher's own id go one after another: each must see what the other did.
 */
export function takeGroup(waiting: Waiting[]): Waiting[] {
  const taken = new Set<string>();
  const group: Waiting[] = [];
  for (let index = 0; index < waiting.length && group.length < groupSize; ) {
    const candidate = waiting[index];
    if (!candidate) break;
    const names = namesOf(candidate.request);
    if (names.some((name) => taken.has(name))) {
      index += 1;
      continue;
    }
    for (const name of names) taken.add(name);
    group.push(candidate);
    waiting.splice(index, 1);
  }
  return group;
}

function namesOf({ orgId, events, idempotency }: PublishRequest): string[] {
  const ids = events.flatMap(({ externalId }) => (externalId == null ? [] : [`id ${orgId} ${externalId}`]));
  return idempotency === null ? ids : [`key ${orgId} ${idempotency.key}`, ...ids];
}
