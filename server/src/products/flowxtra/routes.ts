import { onSurface, type Route, route } from '../../http/route.ts';
import { flowxtraSurface } from './surface.ts';
import * as webhooks from './webhooks.ts';

/** Flowxtra's webhooks plugin. */
export const flowxtraRoutes: readonly Route[] = onSurface(flowxtraSurface, [
  route('GET', '/events', 'event_types:read', webhooks.listEvents),
  route('GET', '', 'endpoints:read', webhooks.list),
  route('POST', '', 'endpoints:write', webhooks.create),
  route('GET', '/{id}', 'endpoints:read', webhooks.get),
  route('PUT', '/{id}', 'endpoints:write', webhooks.change),
  route('DELETE', '/{id}', 'endpoints:write', webhooks.remove),
  route('POST', '/{id}/test', 'endpoints:write', webhooks.test),
  route('GET', '/{id}/logs', 'endpoints:read', webhooks.logs),
  route('GET', '/{id}/logs/{log}', 'endpoints:read', webhooks.log),
]);
