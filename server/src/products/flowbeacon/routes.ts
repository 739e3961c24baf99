import { onSurface, type Route, route } from '../../http/route.ts';
import type { ProductParts } from '../product.ts';
import * as evaluations from './evaluations.ts';
import * as modules from './modules.ts';
import * as subscriptions from './subscriptions.ts';
import { createFlowbeaconSurface, defaultRateLimit } from './surface.ts';

/** FlowBeacon's public API, with a limit of requests for each key. */
export function flowbeaconRoutes(
  { database, clock, endpointRules }: Pick<ProductParts, 'database' | 'clock' | 'endpointRules'>,
  limit = defaultRateLimit,
): readonly Route[] {
  return onSurface(createFlowbeaconSurface(database, clock, limit), [
    route('POST', '/webhooks', 'endpoints:write', subscriptions.create(endpointRules)),
    route('GET', '/webhooks', 'endpoints:read', subscriptions.list),
    route('DELETE', '/webhooks/{id}', 'endpoints:write', subscriptions.revoke),
    route('POST', '/webhooks/{id}/rotate-secret', 'endpoints:write', subscriptions.rotate),

    route('POST', '/modules', 'evaluations:write', modules.create),
    route('GET', '/modules', 'evaluations:read', modules.list),

    route('POST', '/evaluations', 'evaluations:write', evaluations.create),
    route('GET', '/evaluations', 'evaluations:read', evaluations.list),
    route('GET', '/evaluations/{id}', 'evaluations:read', evaluations.get),
    route('GET', '/scenarios/{id}/results', 'evaluations:read', evaluations.scenarioResults),
    route('POST', '/evaluations/{id}/result-token', 'evaluations:write', evaluations.createToken),
    route('GET', '/results/{token}', 'public', evaluations.redeemToken),
  ]);
}
