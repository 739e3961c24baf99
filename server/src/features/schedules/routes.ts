import { type Route, route } from '../../http/route.ts';
import * as schedules from './routes/schedules.ts';
import type { Scheduling } from './schedule-runs.ts';

export function scheduleRoutes(scheduling: Scheduling): readonly Route[] {
  return [
    route('GET', '/v1/schedules', 'schedules:read', schedules.list),
    route('POST', '/v1/schedules', 'schedules:write', schedules.create(scheduling)),
    route('POST', '/v1/schedules/preview', 'schedules:read', schedules.preview),
    route('GET', '/v1/schedules/{id}', 'schedules:read', schedules.get),
    route('GET', '/v1/schedules/{id}/runs', 'schedules:read', schedules.runs),
    route('PATCH', '/v1/schedules/{id}', 'schedules:write', schedules.change(scheduling)),
    route('DELETE', '/v1/schedules/{id}', 'schedules:write', schedules.remove),
  ];
}
