import type { HttpClient } from '../deliveries/http-client.ts';
import type { Publisher } from '../events/publisher.ts';
import type { ReplayParts } from '../events/replay.ts';
import type { SendTest } from '../events/test-event.ts';
import { type Route, route } from '../http/route.ts';
import type { EndpointRules } from '../life-cycle/create.ts';
import type { SchemaChecks } from '../schemas/checks.ts';
import * as account from './account.ts';
import * as contracts from './contracts.ts';
import * as deliveries from './deliveries.ts';
import * as diagnosis from './diagnosis.ts';
import * as endpoints from './endpoints.ts';
import * as eventTypes from './event-types.ts';
import * as events from './events.ts';
import * as keys from './keys.ts';
import * as memberTokens from './member-tokens.ts';
import * as members from './members.ts';
import * as organizations from './organizations.ts';
import * as passwords from './passwords.ts';
import type { ProductCatalogue } from './product-catalogue.ts';
import * as publishing from './publishing.ts';
import * as sessions from './sessions.ts';
import * as signInLinks from './sign-in-links.ts';

/** The engine's parts that its routes use. */
interface EngineParts {
  readonly products: ProductCatalogue;
  readonly holdingReview: deliveries.HoldingReview;
  readonly publicUrl: () => string;
  readonly endpointRules: EndpointRules;
  readonly http: HttpClient;
  readonly schemas: SchemaChecks;
  readonly publisher: Publisher;
  readonly replaying: Omit<ReplayParts, 'clock'>;
  readonly sendTest: SendTest;
}

/** Every route of the engine: method, path, access, operation. */
export function engineRoutes(parts: EngineParts): readonly Route[] {
  return [
    ...organizationRoutes(parts),
    ...memberRoutes(parts),
    ...eventRoutes(parts),
    ...endpointRoutes(parts),
    ...deliveryRoutes(parts),
  ];
}

function organizationRoutes({ products, publicUrl }: EngineParts): Route[] {
  return [
    route('POST', '/v1/organizations', 'operator', organizations.create(products)),
    route('GET', '/v1/organizations', 'operator', organizations.list),
    route('GET', '/v1/organizations/{id}', 'operator', organizations.get),
    route('PATCH', '/v1/organizations/{id}', 'operator', organizations.change),
    route('DELETE', '/v1/organizations/{id}', 'operator', organizations.remove),
    route('POST', '/v1/organizations/{id}/keys', 'operator', keys.createFirst(products)),
    route(
      'POST',
      '/v1/organizations/{id}/sign-in-links',
      'operator',
      signInLinks.createByOperator(publicUrl),
    ),

    route('GET', '/v1/keys', 'keys:read', keys.list),
    route('POST', '/v1/keys', 'keys:write', keys.create(products)),
    route('DELETE', '/v1/keys/{id}', 'keys:write', keys.revoke),

    route('GET', '/v1/audit-log', 'audit:read', account.auditLog),
  ];
}

function memberRoutes({ publicUrl }: EngineParts): Route[] {
  return [
    route('GET', '/v1/members', 'members:read', members.list),
    route('POST', '/v1/members', 'members:write', members.create),
    route('PATCH', '/v1/members/{id}', 'members:write', members.change),
    route('DELETE', '/v1/members/{id}', 'members:write', members.remove),

    route('GET', '/v1/members/{id}/tokens', 'members:read', memberTokens.list),
    route('POST', '/v1/members/{id}/tokens', 'members:write', memberTokens.create),
    route('DELETE', '/v1/members/{id}/tokens/{token_id}', 'members:write', memberTokens.revoke),

    route('POST', '/v1/members/{id}/sign-in-links', 'members:write', signInLinks.createForMember(publicUrl)),
    route('DELETE', '/v1/members/{id}/sessions', 'members:write', sessions.endAll),
    route('DELETE', '/v1/members/{id}/password', 'members:write', passwords.remove),

    route('POST', '/v1/sessions', 'public', sessions.create),

    route('GET', '/v1/me', 'any credential', account.me),
    route('PUT', '/v1/me/password', 'a session', passwords.set),
    route('GET', '/v1/me/sessions', 'a session', sessions.list),
    route('DELETE', '/v1/me/sessions/{id}', 'a session', sessions.end),
    route('DELETE', '/v1/me/session', 'a session', sessions.signOut),
  ];
}

function eventRoutes({ schemas, publisher, replaying }: EngineParts): Route[] {
  return [
    route('GET', '/v1/event-types', 'event_types:read', eventTypes.list),
    route('GET', '/v1/event-types/{name}', 'event_types:read', eventTypes.get),
    route('PUT', '/v1/event-types/{name}', 'event_types:write', eventTypes.put(schemas)),
    route('DELETE', '/v1/event-types/{name}', 'event_types:write', eventTypes.remove),

    route('POST', '/v1/events', 'events:write', publishing.publish(publisher)),
    route('POST', '/v1/events/batch', 'events:write', publishing.publishBatch(publisher)),
    route('GET', '/v1/events', 'events:read', events.list),
    route('GET', '/v1/events/{id}', 'events:read', events.get),
    route('POST', '/v1/events/{id}/cancel', 'deliveries:write', events.cancel),
    route('POST', '/v1/events/{id}/replay', 'deliveries:write', events.replay(replaying)),
  ];
}

function endpointRoutes({ endpointRules, http, sendTest }: EngineParts): Route[] {
  return [
    route('GET', '/v1/contracts', 'public', contracts.list),
    route('GET', '/v1/contracts/{name}', 'public', contracts.get),

    route('GET', '/v1/endpoints', 'endpoints:read', endpoints.list),
    route('POST', '/v1/endpoints', 'endpoints:write', endpoints.create(endpointRules)),
    route('GET', '/v1/endpoints/{id}', 'endpoints:read', endpoints.get),
    route('PATCH', '/v1/endpoints/{id}', 'endpoints:write', endpoints.change(endpointRules)),
    route('DELETE', '/v1/endpoints/{id}', 'endpoints:write', endpoints.remove),
    route('POST', '/v1/endpoints/{id}/rotate-secret', 'endpoints:write', endpoints.rotate),
    route('POST', '/v1/endpoints/{id}/test', 'endpoints:write', endpoints.test(sendTest)),
    route('POST', '/v1/endpoints/{id}/diagnose', 'endpoints:write', diagnosis.diagnose(http)),
    route('POST', '/v1/endpoints/{id}/enable', 'endpoints:write', endpoints.enable),
    route('POST', '/v1/endpoints/{id}/disable', 'endpoints:write', endpoints.disable),
    route('GET', '/v1/endpoints/{id}/stats', 'endpoints:read', endpoints.stats),
  ];
}

function deliveryRoutes({ holdingReview }: EngineParts): Route[] {
  return [
    route('GET', '/v1/deliveries', 'deliveries:read', deliveries.list),
    route('GET', '/v1/deliveries/{id}', 'deliveries:read', deliveries.get(holdingReview)),
    route('GET', '/v1/deliveries/{id}/attempts', 'deliveries:read', deliveries.attempts),
    route('POST', '/v1/deliveries/{id}/retry', 'deliveries:write', deliveries.retry),
    route('POST', '/v1/deliveries/{id}/cancel', 'deliveries:write', deliveries.cancel),
  ];
}
