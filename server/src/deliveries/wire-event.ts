import type { WireEvent } from '@sluice/contracts';
import { publicId } from '../base/ids.ts';
import { project, readProjection, showing } from '../endpoints/projection.ts';
import type { EventRow } from './rows-by-id.ts';

/** Why a delivery can never be sent; anything else that keeps it back may pass. */
export class NeverSentError extends Error {}

/**
 * An event as a contract writes it for one endpoint: with what the endpoint may see now, so that a field filter that was
 * narrowed holds for what is queued. A test event holds no data of the tenant, and is never filtered.
 * @param projection the endpoint's field filter, as it is stored
 * @throws {NeverSentError} the endpoint may see nothing of the event
 */
export function asWireEvent(event: EventRow, projection: string | null): WireEvent {
  return {
    id: event.external_id ?? publicId('event', event.id),
    type: event.type,
    data: visibleData(event, projection),
    occurredAt: event.occurred_at,
    organizationId: publicId('organization', event.org_id),
  };
}

function visibleData(event: EventRow, stored: string | null): Uint8Array {
  const data = Buffer.from(event.data);
  const projection = readProjection(stored);
  if (projection === null || event.source === 'test') return data;
  const visible = showing(event)(projection) ? project(projection, event.type, data) : null;
  if (visible === null) throw new NeverSentError('its endpoint may see nothing of its event');
  return visible;
}
