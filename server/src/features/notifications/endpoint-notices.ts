import type { Clock } from '../../base/clock.ts';
import { publicId } from '../../base/ids.ts';
import type { Queries } from '../../db/connect.ts';
import type { Endpoint } from '../../endpoints/endpoints.ts';
import type { Publisher } from '../../events/publisher.ts';
import { lockAudience } from '../../tenants/members.ts';
import { writeNotices } from './send.ts';

/** Notifies the member who owns an endpoint that it was disabled; the inbox works without a webhook. */
export async function tellOfDisabledEndpoint(
  tx: Queries,
  { clock, publisher }: { readonly clock: Clock; readonly publisher: Pick<Publisher, 'publishWithin'> },
  { org_id: orgId, id, owner_id: memberId, name, url }: Endpoint,
  reason: string,
): Promise<void> {
  const news = await writeNotices(tx, clock, orgId, [
    {
      members: await lockAudience(tx, orgId, { members: [memberId] }),
      type: 'system',
      title: `Your webhook ${name ?? url} was disabled`,
      body: `Nothing is sent to it until you enable it again. Reason: ${reason}.`,
      data: JSON.stringify({ kind: 'webhook_disabled', endpoint_id: publicId('endpoint', id), reason }),
    },
  ]);
  await publisher.publishWithin(tx, orgId, news);
}
