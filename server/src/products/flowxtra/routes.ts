import type { Database } from '../../db/connect.ts';
import type { AddressRules } from '../../endpoints/endpoints.ts';
import type { SendTest } from '../../events/test-event.ts';
import { onSurface, type Route, route } from '../../http/route.ts';
import { createFlowxtraSurface } from './surface.ts';
import * as webhooks from './webhooks.ts';

export interface FlowxtraParts {
  readonly database: Database;
  readonly addresses: AddressRules;
  readonly sendTest: SendTest;
  readonly retentionDays: number;
}

/** Flowxtra's webhooks plugin. */
export function flowxtraRoutes(parts: FlowxtraParts): readonly Route[] {
  const { database, addresses, sendTest, retentionDays } = parts;
  return onSurface(createFlowxtraSurface(database), [
    route('GET', '/events', 'event_types:read', webhooks.listEvents),
    route('GET', '', 'endpoints:read', webhooks.list),
    route('POST', '', 'endpoints:write', webhooks.create(addresses)),
    route('GET', '/{id}', 'endpoints:read', webhooks.get(retentionDays)),
    route('PUT', '/{id}', 'endpoints:write', webhooks.change(addresses)),
    route('DELETE', '/{id}', 'endpoints:write', webhooks.remove),
    route('POST', '/{id}/test', 'endpoints:write', webhooks.test(sendTest)),
    route('GET', '/{id}/logs', 'endpoints:read', webhooks.logs(retentionDays)),
    route('GET', '/{id}/logs/{log}', 'endpoints:read', webhooks.log),
  ]);
}
