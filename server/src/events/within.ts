import type { Clock } from '../base/clock.ts';
import { SluiceError } from '../base/errors.ts';
import type { Queries } from '../db/connect.ts';
import { type Judge, remembering, type Verdicts } from '../schemas/questions.ts';
import type { Gate } from './gate.ts';
import type { Judging } from './judging.ts';
import type { Publication } from './new-event.ts';
import { type Plan, plan } from './plan.ts';
import { changedMeanwhile, organizationGone, type Snapshots } from './snapshot.ts';
import { storeEvents } from './store.ts';

/**
 * Publishes events in a transaction that the caller commits: all of them are accepted, or the transaction goes. It never
 * waits for the side thread: what schemas and gates' conditions say is told on this thread, within its clock, unless it
 * was told before the transaction.
 * @param verdicts what was told before
 * @throws {SluiceError} invalid_event_data, conflict (a publisher's own id), too_much_under_way (after verdicts were
 *   told, a schema has changed that takes long)
 */
export async function publishAllWithin(
  tx: Queries,
  parts: Judging & { readonly clock: Clock; readonly gate: Gate },
  publications: readonly Publication[],
  verdicts: Verdicts | null = null,
): Promise<void> {
  if (publications.length === 0) return;
  const judgeOf = (orgId: string): Judge => {
    const judge: Judge = async (questions) => parts.schemas.withoutWaiting(orgId, questions);
    return verdicts === null ? judge : remembering(verdicts, judge);
  };
  const plans = await planWithin(tx, parts.snapshots, publications, judgeOf);
  const undecided = verdicts === null ? takesTooLong() : changedMeanwhile();
  const planned = publications.map((request) => ({ request, plan: plans.get(request) ?? undecided }));
  const { results, followUps } = await storeEvents(tx, parts, planned);
  for (const result of results.values()) if (result instanceof SluiceError) throw result;
  await publishAllWithin(tx, parts, followUps);
}

/**
 * Those of the publications that meet a schema or a gate's condition for which there is no verdict yet, and none that can
 * be told without waiting: they are to be judged outside before a transaction publishes them. Changes nothing.
 * @param verdicts what was told before; what is told here is added
 */
export async function undecidedWithin(
  tx: Queries,
  { snapshots, schemas }: Judging,
  publications: readonly Publication[],
  verdicts: Verdicts,
): Promise<ReadonlySet<Publication>> {
  if (publications.length === 0) return new Set();
  const judgeOf = (orgId: string) =>
    remembering(verdicts, async (questions) => schemas.withoutWaiting(orgId, questions));
  const plans = await planWithin(tx, snapshots, publications, judgeOf);
  return new Set(publications.filter((publication) => plans.get(publication) === null));
}

/** Plans by the versions that the transaction sees; `null` where the judge had no verdict. */
async function planWithin(
  tx: Queries,
  snapshots: Snapshots,
  publications: readonly Publication[],
  judgeOf: (orgId: string) => Judge,
): Promise<ReadonlyMap<Publication, Plan | null>> {
  const byOrganization = Map.groupBy(publications, ({ orgId }) => orgId);
  const current = await snapshots.current(tx, [...byOrganization.keys()]);
  const plans = new Map<Publication, Plan | null>();
  for (const [orgId, requests] of byOrganization) {
    const snapshot = current.get(orgId);
    if (!snapshot) throw organizationGone();
    const events = requests.map((request) => request.events);
    const planned = await plan(judgeOf(orgId), snapshot, events);
    for (const [index, request] of requests.entries()) plans.set(request, planned[index] ?? null);
  }
  return plans;
}

function takesTooLong(): SluiceError {
  const detail = 'the schema cannot be evaluated: it takes too long for an event that belongs to a change';
  return new SluiceError('invalid_event_data', detail, { errors: [{ pointer: '', detail }] });
}
