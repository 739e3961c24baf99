import { type Route, route } from '../../http/route.ts';
import type { RecordWriting } from './records.ts';
import type { RefuseWhileDeclared } from './routes/record-types.ts';
import * as recordTypes from './routes/record-types.ts';
import * as records from './routes/records.ts';

export function recordRoutes(
  writing: RecordWriting,
  refuseWhileDeclared: RefuseWhileDeclared,
): readonly Route[] {
  return [
    route('GET', '/v1/record-types', 'record_types:read', recordTypes.list),
    route('GET', '/v1/record-types/{module}/{model}', 'record_types:read', recordTypes.get),
    route('PUT', '/v1/record-types/{module}/{model}', 'record_types:write', recordTypes.put(writing.schemas)),
    route(
      'DELETE',
      '/v1/record-types/{module}/{model}',
      'record_types:write',
      recordTypes.remove(refuseWhileDeclared),
    ),

    route('GET', '/v1/records/{module}/{model}', 'records:read', records.list),
    route('POST', '/v1/records/{module}/{model}', 'records:write', records.create(writing)),
    route('GET', '/v1/records/{module}/{model}/{id}', 'records:read', records.get),
    route('PATCH', '/v1/records/{module}/{model}/{id}', 'records:write', records.change(writing)),
    route('DELETE', '/v1/records/{module}/{model}/{id}', 'records:write', records.remove(writing)),
  ];
}
