import type { Clock } from '../../base/clock.ts';
import { SluiceError } from '../../base/errors.ts';
import { publicId } from '../../base/ids.ts';
import type { Logger } from '../../base/log.ts';
import type { Database, Queries } from '../../db/connect.ts';
import { isUnavailable } from '../../db/failures.ts';
import { transact } from '../../db/transaction.ts';
import type { Publisher } from '../../events/publish.ts';
import { type SchemaChecks, UndecidedError } from '../../schemas/checks.ts';
import { recordAudit, systemActor } from '../../tenants/audit.ts';
import { organizationsToSumUp, planDigests, sendDigests, takeDueDigest } from './digest.ts';
import {
  type Notification,
  organizationsToNotify,
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
  readonly schemas: SchemaChecks;
  readonly log: Logger;
  /** Nothing more is begun once it is closed. */
  readonly http: { readonly closed: boolean };
}

const digestsAtOnce = 100;

/** Sends notifications whose time has come. Answers how many were sent. */
export function sendDueNotifications(tools: Tools): Promise<number> {
  return inTurns(tools, 'a notification cannot be sent', {
    organizations: organizationsToNotify,
    take: takeDueNotification,
    idOf: ({ id }) => id,
    async work(tx, notification) {
      await sendDueNotification(tx, tools, notification);
      return 1;
    },
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
      await tools.publisher.publishWithin(tx, ...news);
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
      await tools.publisher.publishWithin(tx, ...sent.news);
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
  /** Locks one that is due and not among those that failed just now. */
  take(tx: Queries, orgId: string, except: readonly string[]): Promise<Taken | null>;
  idOf(taken: Taken): string;
  /** Answers how much was done. */
  work(tx: Queries, taken: Taken): Promise<number>;
  failed?(taken: Taken, error: unknown): Promise<void>;
}

/** What is done until it is asked again which organizations have something due. */
const mostInARound = 100;
/** Of one organization; what it has due beyond them waits until they are decided. */
const mostPutAside = 20;

/** What one look does not take again. */
interface Left {
  readonly failed: string[];
  /** Organization → what meets a schema that takes long, the first of it first. */
  readonly slow: Map<string, string[]>;
}

/**
 * Does what is due, round by round: in each, every organization has its turn, so none waits for all that another one has
 * due. What meets a schema that takes long comes after everybody's turn, one for each organization. Ends between two when
 * the process stops. Answers how much was done.
 */
async function inTurns<Taken>(tools: Tools, failure: string, work: Work<Taken>): Promise<number> {
  const left: Left = { failed: [], slow: new Map() };
  let count = 0;
  while (!tools.http.closed) {
    const { taken, done } = await doRound(tools, failure, work, left);
    const decided = await decideSlow(tools, failure, work, left);
    count += done + decided.reduce((sum, one) => sum + one, 0);
    if (taken + decided.length === 0) break;
  }
  return count;
}

async function doRound<Taken>(tools: Tools, failure: string, work: Work<Taken>, left: Left) {
  const organizations = await work.organizations(tools.database.queries);
  const mostInATurn = Math.ceil(mostInARound / organizations.length);
  const round = { taken: 0, done: 0 };
  for (const orgId of organizations) {
    for (let turn = 0; turn < mostInATurn && !tools.http.closed; turn += 1) {
      if ((left.slow.get(orgId)?.length ?? 0) >= mostPutAside) break;
      const done = await doNext(tools, failure, work, orgId, left, (once) => once());
      if (done === null) break;
      round.taken += 1;
      round.done += done;
    }
  }
  return round;
}

/** One of each organization that has any. Answers how much was done for each. */
async function decideSlow<Taken>(tools: Tools, failure: string, work: Work<Taken>, left: Left) {
  if (tools.http.closed) return [];
  const waiting = [...left.slow];
  for (const [orgId, [, ...others]] of waiting) {
    if (others.length === 0) left.slow.delete(orgId);
    else left.slow.set(orgId, others);
  }
  return Promise.all(
    waiting.map(async ([orgId]) => {
      const whileDecided = <T>(once: () => Promise<T>) => tools.schemas.whileDecided(once);
      return (await doNext(tools, failure, work, orgId, left, whileDecided)) ?? 0;
    }),
  );
}

/**
 * Does what is due next in an organization, in a transaction of its own: one that fails comes round again and does not
 * keep the others waiting. Answers how much was done; `null` when there was nothing to take.
 * @param run runs it once, or again when what was undecided is decided
 */
async function doNext<Taken>(
  { database, log }: Tools,
  failure: string,
  { take, idOf, work, failed }: Work<Taken>,
  orgId: string,
  left: Left,
  run: <T>(once: () => Promise<T>) => Promise<T>,
): Promise<number | null> {
  const except = [...left.failed, ...(left.slow.get(orgId) ?? [])];
  const turn: { taken: Taken | null } = { taken: null };
  try {
    const done = await run(() =>
      transact(database.queries, async (tx) => {
        turn.taken = await take(tx, orgId, except);
        return turn.taken === null ? null : work(tx, turn.taken);
      }),
    );
    if (done !== null) database.wakeUps.signal();
    return done;
  } catch (error) {
    if (turn.taken === null || isUnavailable(error)) throw error;
    const id = idOf(turn.taken);
    if (error instanceof UndecidedError) {
      left.slow.set(orgId, [...(left.slow.get(orgId) ?? []), id]);
      return 0;
    }
    left.failed.push(id);
    const org_id = publicId('organization', orgId);
    log.warn({ org_id, error: error instanceof Error ? error.message : String(error) }, failure);
    await failed?.(turn.taken, error);
    return 0;
  }
}

/** What breaks a schema is over, and the audit log says why; after any other failure it comes round again. */
async function noteRefusal(tools: Tools, notification: Notification, error: unknown): Promise<void> {
  if (!(error instanceof SluiceError) || error.code !== 'invalid_event_data') return;
  await transact(tools.database.queries, async (tx) => {
    if (!(await refuseNotification(tx, notification, error.detail))) return;
    await recordAudit(tx, tools.clock, notification.org_id, systemActor, {
      action: 'notification.refused',
      target: publicId('notification', notification.id),
      details: { detail: error.detail },
    });
  });
}
