import { SluiceError } from '../base/errors.ts';
import { newId, publicId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import { priority } from '../deliveries/phases.ts';
import { getEndpoint } from '../endpoints/endpoints.ts';
import { matchSubscribers } from '../endpoints/match.ts';
import { readProjection, showing } from '../endpoints/projection.ts';
import { type Audience, resolveAudience } from '../tenants/members.ts';
import { type AcceptTools, acceptAll, readState } from './accept.ts';
import { getEvent } from './events.ts';
import { fanOut } from './fan-out.ts';
import type { AcceptedEvent } from './new-event.ts';

/**
 * Sends an event again, as new deliveries: to every endpoint that it matches now, or to one, matched or not. Gates
 * hold replays as they hold events.
 * @param name the event's public id
 * @throws {SluiceError} not_found, conflict (the one endpoint is disabled, or may see nothing of it)
 */
export async function replayEvent(
  tx: Queries,
  tools: AcceptTools,
  orgId: string,
  name: string,
  endpointId: string | null,
): Promise<AcceptedEvent> {
  const event = await getEvent(tx, orgId, name);
  const { lists, gates } = await readState(tx, tools, [orgId]);
  const targets = endpointId === null ? await matching() : [await single(endpointId)];
  const deliveries = targets.map((target) => ({
    orgId,
    id: newId(tools.clock),
    eventId: event.id,
    endpointId: target.endpointId,
    eventType: event.type,
    contract: target.contract,
    priority: priority.replayed,
    dueAt: null,
  }));
  const { id, type, data, source } = event;
  const followUps = await fanOut(tx, tools.gate, gates, [
    { event: { orgId, id, type, data, source }, deliveries },
  ]);
  await acceptAll(tx, tools, followUps);
  return {
    id: event.external_id ?? publicId('event', event.id),
    type: event.type,
    deliveries: targets.length,
  };

  async function matching() {
    const audience: Audience | null = event.audience === null ? null : JSON.parse(event.audience);
    const addressed = audience === null ? new Set<string>() : await resolveAudience(tx, orgId, audience);
    return matchSubscribers(lists.get(orgId) ?? { version: 0, subscribers: [] }, event, addressed);
  }

  async function single(id: string) {
    const endpoint = await getEndpoint(tx, { orgId, id });
    if (!endpoint.enabled) throw new SluiceError('conflict', 'The endpoint is disabled; enable it first.');
    if (!showing(event)(readProjection(endpoint.projection)))
      throw new SluiceError('conflict', 'The endpoint may see nothing of this event.');
    return { endpointId: endpoint.id, contract: endpoint.contract };
  }
}
