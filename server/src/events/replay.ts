import { SluiceError } from '../base/errors.ts';
import { newId, publicId } from '../base/ids.ts';
import type { Queries } from '../db/connect.ts';
import { priority } from '../deliveries/phases.ts';
import { getEndpoint } from '../endpoints/endpoints.ts';
import { matchesPattern, matchSubscribers } from '../endpoints/match.ts';
import { readProjection, showing } from '../endpoints/projection.ts';
import { type Audience, resolveAudience } from '../tenants/members.ts';
import { type AcceptTools, acceptAll, readState } from './accept.ts';
import { getEvent } from './events.ts';
import { fanOut } from './fan-out.ts';
import type { AcceptedEvent } from './new-event.ts';

/**
 * Sends an event again, as new deliveries: to every endpoint that it matches now, or to one, whatever types it has
 * subscribed to. A member's endpoint still gets only what is addressed to that member. Gates hold replays as they hold
 * events.
 * @param name the event's public id
 * @throws {SluiceError} not_found, conflict (the one endpoint is disabled, may see nothing of it, or is an app's that
 *   did not ask for it)
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

  async function addressed(): Promise<Set<string>> {
    const audience: Audience | null = event.audience === null ? null : JSON.parse(event.audience);
    return audience === null ? new Set() : resolveAudience(tx, orgId, audience);
  }

  async function matching() {
    return matchSubscribers(lists.get(orgId) ?? { version: 0, subscribers: [] }, event, await addressed());
  }

  async function single(id: string) {
    const endpoint = await getEndpoint(tx, { orgId, id });
    if (!endpoint.enabled) throw new SluiceError('conflict', 'The endpoint is disabled; enable it first.');
    if (endpoint.owner_kind === 'member' && !(await addressed()).has(endpoint.owner_id))
      throw new SluiceError('conflict', 'The event is not addressed to the member whose endpoint this is.');
    if (!showing(event)(readProjection(endpoint.projection)))
      throw new SluiceError('conflict', 'The endpoint may see nothing of this event.');
    const subscribes = endpoint.events.some((pattern) => matchesPattern(pattern, event.type));
    if (endpoint.owner_kind === 'installation' && !subscribes)
      throw new SluiceError('conflict', 'The manifest of the app has no webhook for events of this type.');
    return { endpointId: endpoint.id, contract: endpoint.contract };
  }
}
