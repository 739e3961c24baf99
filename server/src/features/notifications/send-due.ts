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

/** Everything that the duties of notifications need. */
export interface Sending {
  readonly database: Database;
  readonly clock: Clock;
  readonly publisher: Publisher;
  readonly snapshots: Snapshots;
  readonly schemas: SchemaChecks;
  readonly log: Logger;
  /** Once it is closed, the process stops and nothing more begins. */
  readonly http: { readonly closed: boolean };
}

const digestsAtOnce = 100;

/** Sends due notifications, and answers how many. */
export function sendDueNotifications(sending: Sending): Promise<number> {
  const eventOf = (notification: Notification) =>
    eventToJudge({ ...notification, to: recipientsOf(notification) });
  return inTurns(sending, 'a notification cannot be sent', {
    organizations: organizationsToNotify,
    take: takeDueNotification,
    idOf: ({ id }) => id,
    async work(tx, notification, verdicts) {
      const publication = { orgId: notification.org_id, events: [eventOf(notification)] };
      const undecided = await undecidedWithin(tx, sending, [publication], verdicts);
      if (undecided.size > 0) return null;
      await sendDueNotification(tx, sending, notification, verdicts);
      return 1;
    },
    judge: (notification) =>
      judgeBefore(sending.database.queries, sending, notification.org_id, {
        events: [eventOf(notification)],
      }),
    failed: (notification, error) => noteRefusal(sending, notification, error),
  });
}

/** Sends due reminders of meetings, and answers the number of events. */
export function sendReminders(sending: Sending): Promise<number> {
  return inTurns(sending, 'a reminder of a meeting cannot be sent', {
    organizations: organizationsToRemind,
    take: takeDueMeeting,
    idOf: ({ id }) => id,
    async work(tx, meeting) {
      const news = await remindOf(tx, sending.clock, meeting);
      await sending.publisher.publishWithin(tx, meeting.org_id, news);
      return news.length;
    },
  });
}

/** Sends due digests, 100 members in a transaction, and answers the number of members. */
export async function sendWeeklyDigests(sending: Sending): Promise<number> {
  await planAll(sending);
  return inTurns(sending, 'a weekly digest cannot be sent', {
    organizations: organizationsToSumUp,
    take: async (tx, orgId, except) => (except.includes(orgId) ? null : takeDueDigest(tx, orgId)),
    idOf: ({ org_id }) => org_id,
    async work(tx, due) {
      const sent = await sendDigests(tx, sending.clock, due, digestsAtOnce);
      await sending.publisher.publishWithin(tx, due.org_id, sent.news);
      return sent.members;
    },
  });
}

/** Plans digests; organizations whose time zone this process does not know are logged and skipped. */
async function planAll({ database, log }: Sending): Promise<void> {
  const skipped: string[] = [];
  for (let found = 1; found > 0; ) {
    const planned = await transact(database.queries, (tx) => planDigests(tx, skipped));
    for (const id of planned.unknown)
      log.warn(
        { org_id: publicId('organization', id) },
        'its weekly digest cannot be planned: unknown time zone',
      );
    skipped.push(...planned.unknown);
    found = planned.found;
  }
}

/** A kind of due items, and how one of them is done. */
interface Work<Item> {
  /** The organizations with due items. */
  organizations(queries: Queries): Promise<readonly string[]>;
  /** Locks a due item of an organization; `except`: ids of items to skip. */
  take(tx: Queries, orgId: string, except: readonly string[]): Promise<Item | null>;
  idOf(item: Item): string;
  /** Answers how much was done; `null`: nothing, because a slow schema has to judge the item outside the transaction. */
  work(tx: Queries, item: Item, verdicts: Verdicts): Promise<number | null>;
  /** Judges an item outside the transaction; may wait for the side thread. */
  judge?(item: Item): Promise<Verdicts>;
  failed?(item: Item, error: unknown): Promise<void>;
}

/** Items in a round; then the organizations with due items are read again. */
const mostInARound = 100;
/** Items of one organization that wait for a slow schema; its other items wait until these are done. */
const mostSlow = 20;

/** The items that this run does not take again. */
interface Left<Item> {
  readonly failed: string[];
  /** Organization → its items that wait for a slow schema, in order. */
  readonly slow: Map<string, Item[]>;
}

/**
 * Does all due items, in rounds in which each organization gets a turn, so that none waits for all items of another. After
 * each round, one item with a slow schema is done for each organization. Ends between two items when the process stops.
 * Answers how much was done.
 */
async function inTurns<Item>(sending: Sending, failure: string, work: Work<Item>): Promise<number> {
  const left: Left<Item> = { failed: [], slow: new Map() };
  let count = 0;
  while (!sending.http.closed) {
    const { taken, done } = await doRound(sending, failure, work, left);
    const judged = await doSlow(sending, failure, work, left);
    count += done + judged.reduce((sum, one) => sum + one, 0);
    if (taken + judged.length === 0) break;
  }
  return count;
}

async function doRound<Item>(sending: Sending, failure: string, work: Work<Item>, left: Left<Item>) {
  const organizations = await work.organizations(sending.database.queries);
  const mostInATurn = Math.ceil(mostInARound / organizations.length);
  const round = { taken: 0, done: 0 };
  for (const orgId of organizations) {
    for (let turn = 0; turn < mostInATurn && !sending.http.closed; turn += 1) {
      const slow = left.slow.get(orgId) ?? [];
      if (slow.length >= mostSlow) break;
      const except = [...left.failed, ...slow.map(work.idOf)];
      const outcome = await doNext(sending, failure, work, { orgId, except, slow: null });
      if (outcome === null) break;
      round.taken += 1;
      round.done += outcome.done;
      if (outcome.fate === 'slow') left.slow.set(orgId, [...slow, outcome.taken]);
      if (outcome.fate === 'failed') left.failed.push(work.idOf(outcome.taken));
    }
  }
  return round;
}

/** Does one item with a slow schema for each organization, judged first. Answers how much was done for each. */
async function doSlow<Item>(sending: Sending, failure: string, work: Work<Item>, left: Left<Item>) {
  if (sending.http.closed) return [];
  const waiting = [...left.slow].flatMap(([orgId, [first, ...others]]) => {
    if (others.length === 0) left.slow.delete(orgId);
    else left.slow.set(orgId, others);
    return first === undefined ? [] : [{ orgId, first, others }];
  });
  return Promise.all(
    waiting.map(async ({ orgId, first, others }) => {
      const except = [...left.failed, ...others.map(work.idOf)];
      const outcome = await doNext(sending, failure, work, { orgId, except, slow: first });
      // Where its schema has changed meanwhile, the next run takes it again.
      if (outcome !== null && outcome.fate !== 'done') left.failed.push(work.idOf(outcome.taken));
      return outcome?.done ?? 0;
    }),
  );
}

/** The outcome of a turn: done; failed; or `slow`: not done, because it waits for a slow schema. */
interface Turn<Item> {
  readonly taken: Item;
  readonly fate: 'done' | 'failed' | 'slow';
  readonly done: number;
}

/**
 * Does the next due item of an organization, in a transaction of its own: an item that fails is retried by a later run,
 * and does not keep the others waiting. Answers `null` where nothing is due.
 * @param next `except`: ids of items to skip; `slow`: an item to judge first
 */
async function doNext<Item>(
  { database, log }: Sending,
  failure: string,
  { take, work, judge, failed }: Work<Item>,
  next: { readonly orgId: string; readonly except: readonly string[]; readonly slow: Item | null },
): Promise<Turn<Item> | null> {
  const { orgId, except, slow } = next;
  const turn: { taken: Item | null } = { taken: slow };
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

/** Ends a notification that breaks its schema, with an audit entry; after any other error it is retried. */
async function noteRefusal(sending: Sending, notification: Notification, error: unknown): Promise<void> {
  if (!(error instanceof SluiceError) || error.code !== 'invalid_event_data') return;
  await transact(sending.database.queries, async (tx) => {
    if (!(await refuseNotification(tx, notification, error.detail))) return;
    const target = publicId('notification', notification.id);
    const entry = { action: 'notification.refused', target, details: { detail: error.detail } };
    await recordAudit(tx, sending.clock, { orgId: notification.org_id, actor: systemActor }, entry);
  });
}
