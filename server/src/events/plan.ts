import type { InputError } from '../base/errors.ts';
import { matchSubscribers, type Subscriber } from '../endpoints/match.ts';
import type { Judge, Question } from '../schemas/questions.ts';
import type { HoldingRule } from './gate.ts';
import type { NewEvent } from './new-event.ts';
import type { Snapshot, Versions } from './snapshot.ts';

/** What is to become of the events of one request, if the organization's versions are still these when it commits. */
export interface Plan {
  readonly versions: Versions;
  /** In the order of the request. */
  readonly events: readonly EventPlan[];
}

export interface EventPlan {
  /** What is wrong with the data by the schema of its type; pointers into the data. */
  readonly faults: readonly InputError[];
  /** Endpoints by type and projection. Whether an audience names the owners of members' endpoints, the commit finds out. */
  readonly subscribers: readonly Subscriber[];
  readonly holding: readonly HoldingRule[];
}

/** A plan in the making: what has not been judged yet is `null`. */
interface Draft {
  readonly event: NewEvent;
  faults: readonly InputError[] | null;
  subscribers: readonly Subscriber[];
  holding: readonly HoldingRule[] | null;
}

const noFaults: readonly InputError[] = [];
const nothingHolds: readonly HoldingRule[] = [];

/**
 * Plans requests of one organization: what their schemas say, where the events go, and which gates hold them. A function
 * of the requests and the snapshot alone. All that is asked of the judge at once shares its clock.
 * @param requests the events of each
 * @returns for each request its plan; `null` where the judge had no verdict for it
 */
export async function plan(
  judge: Judge,
  snapshot: Snapshot,
  requests: readonly (readonly NewEvent[])[],
): Promise<(Plan | null)[]> {
  const drafts = requests.map((events) =>
    events.map((event): Draft => ({ event, faults: noFaults, subscribers: [], holding: nothingHolds })),
  );
  const all = drafts.flat();
  await judgeData(judge, snapshot, all);
  for (const draft of all)
    if (draft.faults?.length === 0) draft.subscribers = matchSubscribers(snapshot.subscribers, draft.event);
  await judgeGates(judge, snapshot, all);
  return drafts.map((events) => {
    const done = events.flatMap(({ faults, subscribers, holding }) =>
      faults === null || holding === null ? [] : [{ faults, subscribers, holding }],
    );
    return done.length < events.length ? null : { versions: snapshot.versions, events: done };
  });
}

async function judgeData(judge: Judge, { schemas }: Snapshot, drafts: readonly Draft[]): Promise<void> {
  const asked: { draft: Draft; question: Question }[] = [];
  for (const draft of drafts) {
    const schema = draft.event.source === 'system' ? undefined : schemas.get(draft.event.type);
    if (schema) asked.push({ draft, question: { schema, data: draft.event.data, whetherOnly: false } });
  }
  if (asked.length === 0) return;
  const verdicts = await judge(asked.map(({ question }) => question));
  for (const [index, { draft }] of asked.entries()) draft.faults = verdicts[index]?.errors ?? null;
}

/** The platform's own events pass: a gate on `review.*` would otherwise open a review of every review. */
async function judgeGates(judge: Judge, { gates }: Snapshot, drafts: readonly Draft[]): Promise<void> {
  if (gates === null) return;
  const asked = drafts.flatMap((draft) => {
    const isAsked = draft.event.source !== 'system' && draft.subscribers.length > 0;
    const asking = isAsked ? gates.ask(draft.event, draft.subscribers) : null;
    return asking ? [{ draft, asking }] : [];
  });
  const conditions = asked.flatMap(({ asking }) => asking.conditions);
  const verdicts = conditions.length === 0 ? [] : await judge(conditions);
  let next = 0;
  for (const { draft, asking } of asked) {
    const own = verdicts.slice(next, next + asking.conditions.length);
    next += asking.conditions.length;
    draft.holding = own.includes(null) ? null : asking.holding(own);
  }
}
