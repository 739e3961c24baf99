import { SluiceError } from '../base/errors.ts';
import { publicId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import { isUnavailable } from '../db/failures.ts';
import { transact } from '../db/transaction.ts';
import { planDigests, sendDigests, takeDueDigest } from '../modules/notifications/digest.ts';
import {
  type Notification,
  refuseNotification,
  sendDueNotification,
  takeDueNotification,
} from '../modules/notifications/notifications.ts';
import { remindOf, takeDueMeeting } from '../modules/notifications/reminders.ts';
import { recordAudit, systemActor } from '../tenants/audit.ts';
import type { WorkerTools } from './tools.ts';

type Tools = Pick<WorkerTools, 'database' | 'clock' | 'publisher' | 'log'>;

const digestsAtOnce = 100;

/** Sends notifications whose time has come. Answers how many were sent. */
export function sendDueNotifications(tools: Tools): Promise<number> {
  return oneByOne(tools, 'a notification cannot be sent', {
    take: takeDueNotification,
    idOf: ({ id }) => id,
    orgOf: ({ org_id }) => org_id,
    async work(tx, notification) {
      await sendDueNotification(tx, tools, notification);
      return 1;
    },
    failed: (notification, error) => noteRefusal(tools, notification, error),
  });
}

/** Reminds of meetings that are about to begin. Answers how many. */
export function sendReminders(tools: Tools): Promise<number> {
  return oneByOne(tools, 'nobody can be reminded of a meeting', {
    take: takeDueMeeting,
    idOf: ({ id }) => id,
    orgOf: ({ org_id }) => org_id,
    async work(tx, meeting) {
      await tools.publisher.publishWithin(tx, ...(await remindOf(tx, tools.clock, meeting)));
      return 1;
    },
  });
}

/** Sends the digests whose Monday has come, some members at a time. Answers how many members got one. */
export async function sendWeeklyDigests(tools: Tools): Promise<number> {
  while ((await transact(tools.database.queries, planDigests)) > 0);
  return oneByOne(tools, 'a weekly digest cannot be sent', {
    take: takeDueDigest,
    idOf: ({ org_id }) => org_id,
    orgOf: ({ org_id }) => org_id,
    async work(tx, due) {
      const sent = await sendDigests(tx, tools.clock, due, digestsAtOnce);
      await tools.publisher.publishWithin(tx, ...sent.news);
      return sent.members;
    },
  });
}

interface Work<Taken> {
  /** Locks one that is due and not among those that failed just now. */
  take(tx: Queries, except: readonly string[]): Promise<Taken | null>;
  idOf(taken: Taken): string;
  orgOf(taken: Taken): string;
  /** Answers how much was done. */
  work(tx: Queries, taken: Taken): Promise<number>;
  failed?(taken: Taken, error: unknown): Promise<void>;
}

/**
 * Does what is due, each in a transaction of its own: one that fails comes round again and does not keep the others
 * waiting. Answers how much was done.
 */
async function oneByOne<Taken>(
  { database, log }: Tools,
  failure: string,
  { take, idOf, orgOf, work, failed }: Work<Taken>,
): Promise<number> {
  const except: string[] = [];
  for (let count = 0; ; ) {
    const turn: { taken: Taken | null } = { taken: null };
    try {
      const done = await transact(database.queries, async (tx) => {
        turn.taken = await take(tx, except);
        return turn.taken === null ? 0 : work(tx, turn.taken);
      });
      if (turn.taken === null) return count;
      count += done;
      database.wakeUps.signal();
    } catch (error) {
      if (turn.taken === null || isUnavailable(error)) throw error;
      except.push(idOf(turn.taken));
      const org_id = publicId('organization', orgOf(turn.taken));
      log.warn({ org_id, error: error instanceof Error ? error.message : String(error) }, failure);
      await failed?.(turn.taken, error);
    }
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
