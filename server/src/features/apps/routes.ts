import { type Route, route } from '../../http/route.ts';
import type { EndpointRules } from '../../life-cycle/create.ts';
import * as apps from './routes/apps.ts';
import * as installations from './routes/installations.ts';

export function appRoutes(endpointRules: EndpointRules): readonly Route[] {
  return [
    route('GET', '/v1/apps', 'apps:read', apps.list),
    route('POST', '/v1/apps', 'apps:write', apps.create),
    route('GET', '/v1/apps/{id}', 'apps:read', apps.get),
    route('PATCH', '/v1/apps/{id}', 'apps:write', apps.change),
    route('DELETE', '/v1/apps/{id}', 'apps:write', apps.remove),
    route('GET', '/v1/apps/{id}/versions', 'apps:read', apps.listAppVersions),
    route('POST', '/v1/apps/{id}/versions', 'apps:write', apps.createAppVersion(endpointRules.addresses)),
    route('GET', '/v1/apps/{id}/versions/{version}', 'apps:read', apps.getAppVersion),
    route('POST', '/v1/apps/{id}/installations', 'apps:write', installations.install(endpointRules)),

    route('GET', '/v1/installations', 'apps:read', installations.list),
    route('GET', '/v1/installations/{id}', 'apps:read', installations.get),
    route('DELETE', '/v1/installations/{id}', 'apps:write', installations.uninstall),
    route('POST', '/v1/installations/{id}/upgrade', 'apps:write', installations.upgrade(endpointRules)),
    route('GET', '/v1/installations/{id}/tokens', 'apps:read', installations.tokens),
    route('POST', '/v1/installations/{id}/tokens', 'apps:write', installations.issueToken),
    route('DELETE', '/v1/installations/{id}/tokens/{token_id}', 'apps:write', installations.removeToken),
  ];
}
