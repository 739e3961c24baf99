import { publicId } from '../base/ids.ts';
import { type Digest, followTimeZones, takeDueDigest } from '../modules/notifications/digest.ts';
import { remindOfMeetings } from '../modules/notifications/meetings.ts';
import { notify } from '../modules/notifications/notifications.ts';
import type { WorkerTools } from './tools.ts';

type Tools = Pick<WorkerTools, 'database' | 'clock' | 'publisher' | 'log'>;

/** Reminds of meetings that are about to begin. */
export async function sendReminders(tools: Tools): Promise<void> {
  const count = await tools.database.queries.transaction().execute((tx) => remindOfMeetings(tx, tools));
  if (count > 0) tools.database.wakeUps.signal();
}

/** Sends the digests whose Monday has come, one organization after another, each in one transaction. */
export async function sendDigests(tools: Tools): Promise<void> {
  await followTimeZones(tools.database.queries);
  for (;;) {
    const sent = await tools.database.queries.transaction().execute(async (tx) => {
      const digests = await takeDueDigest(tx);
      for (const digest of digests ?? []) await notify(tx, tools, digest.orgId, asNotification(digest));
      return digests;
    });
    if (sent === null) return;
    const [first] = sent;
    if (first)
      tools.log.info(
        { org_id: publicId('organization', first.orgId), members: sent.length },
        'weekly digest sent',
      );
    tools.database.wakeUps.signal();
  }
}

function asNotification({ memberId, from, until, counts, unread }: Digest) {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return {
    to: { members: [memberId] },
    type: 'weekly_digest' as const,
    title: `Your week: ${total} ${total === 1 ? 'notification' : 'notifications'}, ${unread} unread`,
    data: JSON.stringify({ from, until, counts, total, unread }),
  };
}
