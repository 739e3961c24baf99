import { type Route, route } from '../http/route.ts';
import { type FlowbeaconParts, flowbeaconRoutes } from './flowbeacon/routes.ts';
import { type FlowxtraParts, flowxtraRoutes } from './flowxtra/routes.ts';
import * as presets from './presets.ts';

/** The presets, and the routes of products that promise their customers an HTTP surface of their own. */
export function productRoutes(parts: FlowbeaconParts & FlowxtraParts): readonly Route[] {
  return [
    route('GET', '/v1/presets', 'public', presets.list),
    route('GET', '/v1/presets/{name}', 'public', presets.get),
    route('PUT', '/v1/presets/{name}', 'event_types:write', presets.adopt),
    ...flowbeaconRoutes(parts),
    ...flowxtraRoutes(parts),
  ];
}
