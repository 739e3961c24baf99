import type { Clock } from '../../base/clock.ts';
import { SluiceError } from '../../base/errors.ts';
import { publicId } from '../../base/ids.ts';
import type { Logger } from '../../base/log.ts';
import type { Database, Queries } from '../../db/connect.ts';
import { isUnavailable } from '../../db/failures.ts';
import { transact } from '../../db/transaction.ts';
import { judgeBefore } from '../../events/judging.ts';
import type { Publisher } from '../../events/publisher.ts';
import type { Snapshots } from '../../events/snapshot.ts';
import { undecidedWithin } from '../../events/within.ts';
import type { SchemaChecks } from '../../schemas/checks.ts';
import { Verdicts } from '../../schemas/questions.ts';
import { recordAudit, systemActor } from '../../tenants/audit.ts';
import { organizationsToSumUp, planDigests, sendDigests, takeDueDigest } from './digest.ts';
import {
  eventToJudge,
  type Notification,
  organizationsToNotify,
  recipientsOf,
  refuseNotification,
  sendDueNotification,
  takeDueNotification,
} from './notifications.ts';
import { organizationsToRemind, remindOf, takeDueMeeting } from './reminders.ts';

/** What sending by time works with. */
export interface Tools {
  readonly database: Database;
  readonly clock: Clock;
  readonly publisher: Publisher;
  readonly snapshots: Snapshots;
  readonly schemas: SchemaChecks;
  readonly log: Logger;
  /** Nothing more is begun once it is closed. */
  readonly http: { readonly closed: boolean };
}

const digestsAtOnce = 100;

/** Sends notifications whose time has come. Answers how many were sent. */
export function sendDueNotifications(tools: Tools): Promise<number> {
  const eventOf = (notification: Notification) =>
    eventToJudge({ ...notification, to: recipientsOf(notification) });
  return inTurns(tools, 'a notification cannot be sent', {
    organizations: organizationsToNotify,
    take: takeDueNotification,
    idOf: ({ id }) => id,
    async work(tx, notification, verdicts) {
      const publication = { orgId: notification.org_id, events: [eventOf(notification)] };
      const undecided = await undecidedWithin(tx, tools, [publication], verdicts);
      if (undecided.size > 0) return null;
      await sendDueNotification(tx, tools, notification, verdicts);
      return 1;
    },
    judge: (notification) =>
      judgeBefore(tools.database.queries, tools, notification.org_id, { events: [eventOf(notification)] }),
    failed: (notification, error) => noteRefusal(tools, notification, error),
  });
}

/** Reminds of meetings that are about to begin. Answers how many. */
export function sendReminders(tools: Tools): Promise<number> {
  return inTurns(tools, 'nobody can be reminded of a meeting', {
    organizations: organizationsToRemind,
    take: takeDueMeeting,
    idOf: ({ id }) => id,
    async work(tx, meeting) {
      const news = await remindOf(tx, tools.clock, meeting);
      await tools.publisher.publishWithin(tx, meeting.org_id, news);
      return news.length;
    },
  });
}

/** Sends the digests whose Monday has come, some members at a time. Answers how many members got one. */
export async function sendWeeklyDigests(tools: Tools): Promise<number> {
  await planAll(tools);
  return inTurns(tools, 'a weekly digest cannot be sent', {
    organizations: organizationsToSumUp,
    take: async (tx, orgId, except) => (except.includes(orgId) ? null : takeDueDigest(tx, orgId)),
    idOf: ({ org_id }) => org_id,
    async work(tx, due) {
      const sent = await sendDigests(tx, tools.clock, due, digestsAtOnce);
      await tools.publisher.publishWithin(tx, due.org_id, sent.news);
      return sent.members;
    },
  });
}

/** One whose time zone nobody knows any more keeps nobody else waiting. */
async function planAll({ database, log }: Tools): Promise<void> {
  const passed: string[] = [];
  for (let found = 1; found > 0; ) {
    const planned = await transact(database.queries, (tx) => planDigests(tx, passed));
    for (const id of planned.lost)
      log.warn(
        { org_id: publicId('organization', id) },
        'its weekly digest cannot be planned: unknown time zone',
      );
    passed.push(...planned.lost);
    found = planned.found;
  }
}

interface Work<Taken> {
  /** Those that have something due. */
  organizations(queries: Queries): Promise<readonly string[]>;
  /** Locks one that is due and not among those that are passed over. */
  take(tx: Queries, orgId: string, except: readonly string[]): Promise<Taken | null>;
  idOf(taken: Taken): string;
  /** Answers how much was done; `null`: nothing, because it meets a schema that takes long and is to be judged before. */
  work(tx: Queries, taken: Taken, verdicts: Verdicts): Promise<number | null>;
  /** Judges it outside the transaction, where that may wait. */
  judge?(taken: Taken): Promise<Verdicts>;
  failed?(taken: Taken, error: unknown): Promise<void>;
}

/** What is done until it is asked again which organizations have something due. */
const mostInARound = 100;
/** Of one organization; what it has due beyond them waits until they are judged. */
const mostPutAside = 20;

/** What one look does not take again. */
interface Left<Taken> {
  readonly failed: string[];
  /** Organization → what meets a schema that takes long, the first of it first. */
  readonly slow: Map<string, Taken[]>;
}

/**
 * Does what is due, round by round: in each, every organization has its turn, so none waits for all that another one has
 * due. What meets a schema that takes long comes after everybody's turn, one for each organization. Ends between two when
 * the process stops. Answers how much was done.
 */
async function inTurns<Taken>(tools: Tools, failure: string, work: Work<Taken>): Promise<number> {
  const left: Left<Taken> = { failed: [], slow: new Map() };
  let count = 0;
  while (!tools.http.closed) {
    const { taken, done } = await doRound(tools, failure, work, left);
    const judged = await doSlow(tools, failure, work, left);
    count += done + judged.reduce((sum, one) => sum + one, 0);
    if (taken + judged.length === 0) break;
  }
  return count;
}

async function doRound<Taken>(tools: Tools, failure: string, work: Work<Taken>, left: Left<Taken>) {
  const organizations = await work.organizations(tools.database.queries);
  const mostInATurn = Math.ceil(mostInARound / organizations.length);
  const round = { taken: 0, done: 0 };
  for (const orgId of organizations) {
    for (let turn = 0; turn < mostInATurn && !tools.http.closed; turn += 1) {
      const slow = left.slow.get(orgId) ?? [];
      if (slow.length >= mostPutAside) break;
      const except = [...left.failed, ...slow.map(work.idOf)];
      const outcome = await doNext(tools, failure, work, { orgId, except, slow: null });
      if (outcome === null) break;
      round.taken += 1;
      round.done += outcome.done;
      if (outcome.fate === 'slow') left.slow.set(orgId, [...slow, outcome.taken]);
      if (outcome.fate === 'failed') left.failed.push(work.idOf(outcome.taken));
    }
  }
  return round;
}

/** Judges one of each organization that has any, and does it. Answers how much was done for each. */
async function doSlow<Taken>(tools: Tools, failure: string, work: Work<Taken>, left: Left<Taken>) {
  if (tools.http.closed) return [];
  const waiting = [...left.slow].flatMap(([orgId, [first, ...others]]) => {
    if (others.length === 0) left.slow.delete(orgId);
    else left.slow.set(orgId, others);
    return first === undefined ? [] : [{ orgId, first, others }];
  });
  return Promise.all(
    waiting.map(async ({ orgId, first, others }) => {
      const except = [...left.failed, ...others.map(work.idOf)];
      const outcome = await doNext(tools, failure, work, { orgId, except, slow: first });
      // Its schema has changed since: the next look takes it again.
      if (outcome !== null && outcome.fate !== 'done') left.failed.push(work.idOf(outcome.taken));
      return outcome?.done ?? 0;
    }),
  );
}
/** What became of what was taken: done, failed, or left as it was because it meets a schema that takes long. */
interface Turn<Taken> {
  readonly taken: Taken;
  readonly fate: 'done' | 'failed' | 'slow';
  readonly done: number;
}

/**
 * Does what is due next in an organization, in a transaction of its own: one that fails comes round again and does not
 * keep the others waiting. Answers `null` when there was nothing to take.
 * @param next what is passed over, and what is to be judged before
 */
async function doNext<Taken>(
  { database, log }: Tools,
  failure: string,
  { take, work, judge, failed }: Work<Taken>,
  next: { readonly orgId: string; readonly except: readonly string[]; readonly slow: Taken | null },
): Promise<Turn<Taken> | null> {
  const { orgId, except, slow } = next;
  const turn: { taken: Taken | null } = { taken: slow };
  try {
    const verdicts = slow !== null && judge ? await judge(slow) : new Verdicts();
    const done = await transact(database.queries, async (tx) => {
      turn.taken = await take(tx, orgId, except);
      return turn.taken === null ? null : work(tx, turn.taken, verdicts);
    });
    if (turn.taken === null) return null;
    if (done === null) return { taken: turn.taken, fate: 'slow', done: 0 };
    database.wakeUps.signal();
    return { taken: turn.taken, fate: 'done', done };
  } catch (error) {
    if (turn.taken === null || isUnavailable(error)) throw error;
    const org_id = publicId('organization', orgId);
    log.warn({ org_id, error: error instanceof Error ? error.message : String(error) }, failure);
    await failed?.(turn.taken, error);
    return { taken: turn.taken, fate: 'failed', done: 0 };
  }
}

/** What breaks a schema is over, and the audit log says why; after any other failure it comes round again. */
async function noteRefusal(tools: Tools, notification: Notification, error: unknown): Promise<void> {
  if (!(error instanceof SluiceError) || error.code !== 'invalid_event_data') return;
  await transact(tools.database.queries, async (tx) => {
    if (!(await refuseNotification(tx, notification, error.detail))) return;
    await recordAudit(
      tx,
      tools.clock,
      { orgId: notification.org_id, actor: systemActor },
      {
        action: 'notification.refused',
        target: publicId('notification', notification.id),
        details: { detail: error.detail },
      },
    );
  });
}
