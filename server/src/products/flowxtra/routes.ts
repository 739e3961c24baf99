import { onSurface, type Route, route } from '../../http/route.ts';
import type { ProductParts } from '../product.ts';
import { createFlowxtraSurface } from './surface.ts';
import * as webhooks from './webhooks.ts';

/** Flowxtra's webhooks plugin. */
export function flowxtraRoutes(parts: ProductParts): readonly Route[] {
  const { database, endpointRules, sendTest, retentionDays } = parts;
  return onSurface(createFlowxtraSurface(database), [
    route('GET', '/events', 'event_types:read', webhooks.listEvents),
    route('GET', '', 'endpoints:read', webhooks.list),
    route('POST', '', 'endpoints:write', webhooks.create(endpointRules)),
    route('GET', '/{id}', 'endpoints:read', webhooks.get(retentionDays)),
    route('PUT', '/{id}', 'endpoints:write', webhooks.change(endpointRules)),
    route('DELETE', '/{id}', 'endpoints:write', webhooks.remove),
    route('POST', '/{id}/test', 'endpoints:write', webhooks.test(sendTest)),
    route('GET', '/{id}/logs', 'endpoints:read', webhooks.logs(retentionDays)),
    route('GET', '/{id}/logs/{log}', 'endpoints:read', webhooks.log),
  ]);
}
