import { publicId } from '../base/ids.ts';
import { pauseForEndpoint } from '../deliveries/changes.ts';
import { disableEndpoint } from '../endpoints/endpoints.ts';
import type { EndpointName } from '../endpoints/secrets.ts';
import { recordAudit, systemActor } from '../tenants/audit.ts';
import type { WorkerTools } from './tools.ts';

/** Disables an endpoint whose contract says so, and tells its owner by an `endpoint.disabled` event; all in one commit. */
export async function disableAutomatically(
  tools: Pick<WorkerTools, 'database' | 'clock' | 'publisher' | 'log'>,
  name: EndpointName,
  reason: string,
): Promise<void> {
  const disabled = await tools.database.queries.transaction().execute(async (tx) => {
    const endpoint = await disableEndpoint(tx, name, reason);
    if (endpoint === null) return false;
    await pauseForEndpoint(tx, name.orgId, name.id);
    const id = publicId('endpoint', name.id);
    await recordAudit(tx, tools.clock, name.orgId, systemActor, {
      action: 'endpoint.disabled',
      target: id,
      details: { reason },
    });
    await tools.publisher.publishWithin(tx, {
      orgId: name.orgId,
      idempotency: null,
      pointer: () => '',
      answer: () => ({ status: 202, body: '' }),
      events: [
        {
          type: 'endpoint.disabled',
          data: JSON.stringify({
            endpoint_id: id,
            url: endpoint.url,
            name: endpoint.name,
            reason,
            disabled_at: endpoint.disabled_at,
          }),
          externalId: null,
          occurredAt: null,
          deliverAt: null,
          audience: endpoint.owner_kind === 'member' ? { members: [endpoint.owner_id] } : null,
          metadata: null,
          source: 'system',
        },
      ],
    });
    return true;
  });
  if (!disabled) return;
  tools.log.warn(
    { org_id: publicId('organization', name.orgId), endpoint_id: publicId('endpoint', name.id), reason },
    'endpoint disabled',
  );
  tools.database.wakeUps.signal();
}
