import type { Clock } from '../base/clock.ts';
import { SluiceError } from '../base/errors.ts';
import type { Sealer } from '../base/seal.ts';
import type { Queries } from '../db/connect.ts';
import type { SchemaChecks } from '../schemas/checks.ts';
import { remembering, Verdicts } from '../schemas/questions.ts';
import {
  claimIdempotencyKeys,
  keepAnswers,
  releaseIdempotencyKeys,
  type StoredAnswer,
} from '../tenants/idempotency.ts';
import type { Gate } from './gate.ts';
import type { AcceptedEvent, PublishRequest } from './new-event.ts';
import { type Plan, plan } from './plan.ts';
import { areSame, changedMeanwhile, organizationGone, type Snapshots, type Versions } from './snapshot.ts';
import { type Planned, storeEvents } from './store.ts';
import { publishAllWithin } from './within.ts';

/** What a commit needs. */
export interface CommitParts {
  readonly clock: Clock;
  readonly sealer: Sealer;
  readonly snapshots: Snapshots;
  readonly schemas: SchemaChecks;
  readonly gate: Gate;
}

/** A planned request that is to commit. */
export interface Committing extends Planned<PublishRequest> {
  /** What the side thread has found; `null`: it was not asked. */
  readonly verdicts: Verdicts | null;
  /** Whether a stale plan is made again here instead of being handed back. */
  readonly lastTry: boolean;
}

/** What was stored for one request, or why nothing was; `stale`: it was planned by versions that no longer hold. */
export type Outcome =
  | { readonly answer: StoredAnswer; readonly events: readonly AcceptedEvent[]; readonly replayed: boolean }
  | SluiceError
  | 'stale';

type Outcomes = Map<PublishRequest, Outcome>;

/**
 * Commits planned requests in the caller's transaction, in this order: their organizations exist and their plans still
 * hold; idempotency keys; the publishers' own ids; only then what a plan refuses, and the rows. So a repeated request
 * gets the first answer whatever has changed since. One that is refused or stale changes nothing and does not touch the
 * others.
 * @returns what came of each request, and the versions that the transaction saw
 */
export async function commit(
  tx: Queries,
  parts: CommitParts,
  planned: readonly Committing[],
): Promise<{ readonly outcomes: Outcomes; readonly versions: ReadonlyMap<string, Versions> }> {
  const outcomes: Outcomes = new Map();
  const versions = await parts.snapshots.versions(tx, [
    ...new Set(planned.map(({ request }) => request.orgId)),
  ]);
  const current: Planned<PublishRequest>[] = [];
  for (const each of planned) {
    const { request, lastTry } = each;
    const now = versions.get(request.orgId);
    if (!now) outcomes.set(request, organizationGone());
    else if (each.plan instanceof SluiceError || areSame(each.plan.versions, now)) current.push(each);
    else if (lastTry) current.push({ request, plan: await planInside(tx, parts, each, now) });
    else outcomes.set(request, 'stale');
  }
  await answerRepeated(tx, parts.sealer, current, outcomes);
  const fresh = current.filter(({ request }) => !outcomes.has(request));
  const { results, followUps } = await storeEvents(tx, parts, fresh);
  for (const { request } of fresh) {
    const result = results.get(request) ?? [];
    if (result instanceof SluiceError) outcomes.set(request, result);
    else outcomes.set(request, { answer: request.answer(result), events: result, replayed: false });
  }
  await publishAllWithin(tx, parts, followUps);
  await settleKeys(tx, parts.sealer, fresh, outcomes);
  return { outcomes, versions };
}

/**
 * Plans a request by the versions that the transaction has seen, where plans made outside were stale again and again. The
 * side thread cannot be waited for here, so a schema that takes long and has changed refuses the request.
 */
async function planInside(
  tx: Queries,
  { snapshots, schemas }: CommitParts,
  { request, verdicts }: Committing,
  now: Versions,
): Promise<Plan | SluiceError> {
  const { orgId, events } = request;
  const snapshot = (await snapshots.at(tx, new Map([[orgId, now]]))).get(orgId);
  if (!snapshot) return organizationGone();
  const known = verdicts ?? new Verdicts();
  const judge = remembering(known, async (questions) => schemas.withoutWaiting(orgId, questions));
  const [made] = await plan(judge, snapshot, [events]);
  return made ?? changedMeanwhile();
}

/** Claims the idempotency keys, and answers the requests whose keys have an answer already. */
async function answerRepeated(
  tx: Queries,
  sealer: Sealer,
  planned: readonly Planned<PublishRequest>[],
  outcomes: Outcomes,
): Promise<void> {
  const keyed = planned.flatMap(({ request }) =>
    request.idempotency === null ? [] : [{ request, key: request.idempotency }],
  );
  if (keyed.length === 0) return;
  const keys = keyed.map(({ key }) => key);
  const earlier = await claimIdempotencyKeys(tx, sealer, keys);
  for (const { request, key } of keyed) {
    const answer = earlier.get(key);
    if (answer instanceof SluiceError) outcomes.set(request, answer);
    else if (answer) outcomes.set(request, { answer, events: [], replayed: true });
  }
}

/** Keeps the answers of requests with a key; a refused request gives its key back. */
async function settleKeys(
  tx: Queries,
  sealer: Sealer,
  fresh: readonly Planned<PublishRequest>[],
  outcomes: Outcomes,
): Promise<void> {
  const answers = [];
  const refused = [];
  for (const { request } of fresh) {
    const outcome = outcomes.get(request);
    if (request.idempotency === null || outcome === undefined || outcome === 'stale') continue;
    if (outcome instanceof SluiceError) refused.push(request.idempotency);
    else answers.push({ request: request.idempotency, answer: outcome.answer });
  }
  await keepAnswers(tx, sealer, answers);
  await releaseIdempotencyKeys(tx, refused);
}
