import * as apps from '../features/apps/routes/apps.ts';
import * as installations from '../features/apps/routes/installations.ts';
import * as integrations from '../features/notifications/routes/integrations.ts';
import * as meetings from '../features/notifications/routes/meetings.ts';
import * as myNotifications from '../features/notifications/routes/my-notifications.ts';
import * as myWebhooks from '../features/notifications/routes/my-webhooks.ts';
import * as notifications from '../features/notifications/routes/notifications.ts';
import * as recordTypes from '../features/records/routes/record-types.ts';
import * as records from '../features/records/routes/records.ts';
import * as embedTokens from '../features/reviews/routes/embed-tokens.ts';
import * as reviewGates from '../features/reviews/routes/gates.ts';
import * as reviews from '../features/reviews/routes/reviews.ts';
import * as workflows from '../features/reviews/routes/workflows.ts';
import * as schedules from '../features/schedules/routes/schedules.ts';
import { type Route, route } from '../http/route.ts';
import * as presets from '../products/presets.ts';
import { surfaceRoutes } from '../products/routes.ts';
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
import * as publishing from './publishing.ts';
import * as sessions from './sessions.ts';
import * as signInLinks from './sign-in-links.ts';

/** Every route of the API: what it is called, who may call it, and what does it. */
export const routes: readonly Route[] = [
  route('POST', '/v1/organizations', 'operator', organizations.create),
  route('GET', '/v1/organizations', 'operator', organizations.list),
  route('GET', '/v1/organizations/{id}', 'operator', organizations.get),
  route('PATCH', '/v1/organizations/{id}', 'operator', organizations.change),
  route('DELETE', '/v1/organizations/{id}', 'operator', organizations.remove),
  route('POST', '/v1/organizations/{id}/keys', 'operator', keys.createFirst),
  route('POST', '/v1/organizations/{id}/sign-in-links', 'operator', signInLinks.createByOperator),

  route('GET', '/v1/keys', 'keys:read', keys.list),
  route('POST', '/v1/keys', 'keys:write', keys.create),
  route('DELETE', '/v1/keys/{id}', 'keys:write', keys.revoke),

  route('GET', '/v1/members', 'members:read', members.list),
  route('POST', '/v1/members', 'members:write', members.create),
  route('PATCH', '/v1/members/{id}', 'members:write', members.change),
  route('DELETE', '/v1/members/{id}', 'members:write', members.remove),

  route('GET', '/v1/members/{id}/tokens', 'members:read', memberTokens.list),
  route('POST', '/v1/members/{id}/tokens', 'members:write', memberTokens.create),
  route('DELETE', '/v1/members/{id}/tokens/{token_id}', 'members:write', memberTokens.revoke),

  route('POST', '/v1/members/{id}/sign-in-links', 'members:write', signInLinks.createForMember),
  route('DELETE', '/v1/members/{id}/sessions', 'members:write', sessions.endAll),
  route('DELETE', '/v1/members/{id}/password', 'members:write', passwords.remove),

  route('POST', '/v1/sessions', 'public', sessions.create),

  route('GET', '/v1/me', 'any credential', account.me),
  route('PUT', '/v1/me/password', 'a session', passwords.set),
  route('GET', '/v1/me/sessions', 'a session', sessions.list),
  route('DELETE', '/v1/me/sessions/{id}', 'a session', sessions.end),
  route('DELETE', '/v1/me/session', 'a session', sessions.signOut),
  route('GET', '/v1/audit-log', 'audit:read', account.auditLog),

  route('GET', '/v1/event-types', 'event_types:read', eventTypes.list),
  route('GET', '/v1/event-types/{name}', 'event_types:read', eventTypes.get),
  route('PUT', '/v1/event-types/{name}', 'event_types:write', eventTypes.put),
  route('DELETE', '/v1/event-types/{name}', 'event_types:write', eventTypes.remove),

  route('POST', '/v1/events', 'events:write', publishing.publish),
  route('POST', '/v1/events/batch', 'events:write', publishing.publishBatch),
  route('GET', '/v1/events', 'events:read', events.list),
  route('GET', '/v1/events/{id}', 'events:read', events.get),
  route('POST', '/v1/events/{id}/cancel', 'deliveries:write', events.cancel),
  route('POST', '/v1/events/{id}/replay', 'deliveries:write', events.replay),

  route('GET', '/v1/schedules', 'schedules:read', schedules.list),
  route('POST', '/v1/schedules', 'schedules:write', schedules.create),
  route('POST', '/v1/schedules/preview', 'schedules:read', schedules.preview),
  route('GET', '/v1/schedules/{id}', 'schedules:read', schedules.get),
  route('GET', '/v1/schedules/{id}/runs', 'schedules:read', schedules.runs),
  route('PATCH', '/v1/schedules/{id}', 'schedules:write', schedules.change),
  route('DELETE', '/v1/schedules/{id}', 'schedules:write', schedules.remove),

  route('GET', '/v1/contracts', 'public', contracts.list),
  route('GET', '/v1/contracts/{name}', 'public', contracts.get),

  route('GET', '/v1/presets', 'public', presets.list),
  route('GET', '/v1/presets/{name}', 'public', presets.get),
  route('PUT', '/v1/presets/{name}', 'event_types:write', presets.adopt),

  route('GET', '/v1/endpoints', 'endpoints:read', endpoints.list),
  route('POST', '/v1/endpoints', 'endpoints:write', endpoints.create),
  route('GET', '/v1/endpoints/{id}', 'endpoints:read', endpoints.get),
  route('PATCH', '/v1/endpoints/{id}', 'endpoints:write', endpoints.change),
  route('DELETE', '/v1/endpoints/{id}', 'endpoints:write', endpoints.remove),
  route('POST', '/v1/endpoints/{id}/rotate-secret', 'endpoints:write', endpoints.rotate),
  route('POST', '/v1/endpoints/{id}/test', 'endpoints:write', endpoints.test),
  route('POST', '/v1/endpoints/{id}/diagnose', 'endpoints:write', diagnosis.diagnose),
  route('POST', '/v1/endpoints/{id}/enable', 'endpoints:write', endpoints.enable),
  route('POST', '/v1/endpoints/{id}/disable', 'endpoints:write', endpoints.disable),
  route('GET', '/v1/endpoints/{id}/stats', 'endpoints:read', endpoints.stats),

  route('GET', '/v1/deliveries', 'deliveries:read', deliveries.list),
  route('GET', '/v1/deliveries/{id}', 'deliveries:read', deliveries.get),
  route('GET', '/v1/deliveries/{id}/attempts', 'deliveries:read', deliveries.attempts),
  route('POST', '/v1/deliveries/{id}/retry', 'deliveries:write', deliveries.retry),
  route('POST', '/v1/deliveries/{id}/cancel', 'deliveries:write', deliveries.cancel),

  route('GET', '/v1/workflows', 'workflows:read', workflows.list),
  route('POST', '/v1/workflows', 'workflows:write', workflows.create),
  route('GET', '/v1/workflows/{id}', 'workflows:read', workflows.get),
  route('PATCH', '/v1/workflows/{id}', 'workflows:write', workflows.change),
  route('DELETE', '/v1/workflows/{id}', 'workflows:write', workflows.remove),
  route('GET', '/v1/workflows/{id}/queues', 'workflows:read', workflows.queues),
  route('POST', '/v1/workflows/{id}/queues', 'workflows:write', workflows.addQueue),

  route('GET', '/v1/reviews', { scope: 'reviews:read', embed: 'view' }, reviews.list),
  route('POST', '/v1/reviews', 'reviews:write', reviews.create),
  route('GET', '/v1/reviews/{id}', { scope: 'reviews:read', embed: 'view' }, reviews.get),
  route('GET', '/v1/reviews/{id}/history', { scope: 'reviews:read', embed: 'view' }, reviews.history),
  route('POST', '/v1/reviews/{id}/approve', { scope: 'reviews:act', embed: 'approve' }, reviews.approve),
  route('POST', '/v1/reviews/{id}/reject', { scope: 'reviews:act', embed: 'reject' }, reviews.reject),
  route('POST', '/v1/reviews/{id}/revise', { scope: 'reviews:act', embed: 'edit' }, reviews.revise),

  route('GET', '/v1/review-gates', 'review_gates:read', reviewGates.list),
  route('POST', '/v1/review-gates', 'review_gates:write', reviewGates.create),
  route('GET', '/v1/review-gates/{id}', 'review_gates:read', reviewGates.get),
  route('DELETE', '/v1/review-gates/{id}', 'review_gates:write', reviewGates.remove),

  route('GET', '/v1/embed-tokens', 'embed_tokens:read', embedTokens.list),
  route('POST', '/v1/embed-tokens', 'embed_tokens:write', embedTokens.create),
  route('DELETE', '/v1/embed-tokens/{id}', 'embed_tokens:write', embedTokens.revoke),
  route('GET', '/v1/embed/session', 'embed token', embedTokens.session),

  route('GET', '/v1/record-types', 'record_types:read', recordTypes.list),
  route('GET', '/v1/record-types/{module}/{model}', 'record_types:read', recordTypes.get),
  route('PUT', '/v1/record-types/{module}/{model}', 'record_types:write', recordTypes.put),
  route('DELETE', '/v1/record-types/{module}/{model}', 'record_types:write', recordTypes.remove),

  route('GET', '/v1/records/{module}/{model}', 'records:read', records.list),
  route('POST', '/v1/records/{module}/{model}', 'records:write', records.create),
  route('GET', '/v1/records/{module}/{model}/{id}', 'records:read', records.get),
  route('PATCH', '/v1/records/{module}/{model}/{id}', 'records:write', records.change),
  route('DELETE', '/v1/records/{module}/{model}/{id}', 'records:write', records.remove),

  route('GET', '/v1/apps', 'apps:read', apps.list),
  route('POST', '/v1/apps', 'apps:write', apps.create),
  route('GET', '/v1/apps/{id}', 'apps:read', apps.get),
  route('PATCH', '/v1/apps/{id}', 'apps:write', apps.change),
  route('DELETE', '/v1/apps/{id}', 'apps:write', apps.remove),
  route('GET', '/v1/apps/{id}/versions', 'apps:read', apps.listAppVersions),
  route('POST', '/v1/apps/{id}/versions', 'apps:write', apps.createAppVersion),
  route('GET', '/v1/apps/{id}/versions/{version}', 'apps:read', apps.getAppVersion),
  route('POST', '/v1/apps/{id}/installations', 'apps:write', installations.install),

  route('GET', '/v1/installations', 'apps:read', installations.list),
  route('GET', '/v1/installations/{id}', 'apps:read', installations.get),
  route('DELETE', '/v1/installations/{id}', 'apps:write', installations.uninstall),
  route('POST', '/v1/installations/{id}/upgrade', 'apps:write', installations.upgrade),
  route('GET', '/v1/installations/{id}/tokens', 'apps:read', installations.tokens),
  route('POST', '/v1/installations/{id}/tokens', 'apps:write', installations.issueToken),
  route('DELETE', '/v1/installations/{id}/tokens/{token_id}', 'apps:write', installations.removeToken),

  route('GET', '/v1/notifications', 'notifications:read', notifications.list),
  route('POST', '/v1/notifications', 'notifications:write', notifications.create),
  route('GET', '/v1/notifications/{id}', 'notifications:read', notifications.get),
  route('POST', '/v1/notifications/{id}/cancel', 'notifications:write', notifications.cancel),

  route('GET', '/v1/meetings', 'notifications:read', meetings.list),
  route('POST', '/v1/meetings', 'notifications:write', meetings.create),
  route('GET', '/v1/meetings/{id}', 'notifications:read', meetings.get),
  route('PATCH', '/v1/meetings/{id}', 'notifications:write', meetings.change),
  route('DELETE', '/v1/meetings/{id}', 'notifications:write', meetings.cancel),

  route('GET', '/v1/integrations', 'integrations:read', integrations.list),
  route('POST', '/v1/integrations', 'integrations:write', integrations.create),
  route('GET', '/v1/integrations/{id}', 'integrations:read', integrations.get),
  route('PATCH', '/v1/integrations/{id}', 'integrations:write', integrations.change),
  route('DELETE', '/v1/integrations/{id}', 'integrations:write', integrations.remove),
  route('POST', '/v1/integrations/{id}/rotate-secret', 'integrations:write', integrations.rotate),
  route('POST', '/v1/integrations/{id}/test', 'integrations:write', integrations.test),
  route('POST', '/v1/integrations/{id}/enable', 'integrations:write', integrations.enable),
  route('POST', '/v1/integrations/{id}/disable', 'integrations:write', integrations.disable),
  route('GET', '/v1/integrations/{id}/stats', 'integrations:read', integrations.stats),
  route('GET', '/v1/integrations/{id}/deliveries', 'integrations:read', integrations.deliveries),
  route(
    'GET',
    '/v1/integrations/{id}/deliveries/{delivery_id}/attempts',
    'integrations:read',
    integrations.attempts,
  ),

  route('GET', '/v1/me/notifications', 'a member', myNotifications.list),
  route('GET', '/v1/me/notifications/unread', 'a member', myNotifications.unread),
  route('POST', '/v1/me/notifications/read', 'a member', myNotifications.readAll),
  route('POST', '/v1/me/notifications/{id}/read', 'a member', myNotifications.readOne),
  route('GET', '/v1/me/meetings', 'a member', meetings.listOwn),

  route('GET', '/v1/me/webhooks', 'a member', myWebhooks.list),
  route('POST', '/v1/me/webhooks', 'a member', myWebhooks.create),
  route('GET', '/v1/me/webhooks/{id}', 'a member', myWebhooks.get),
  route('PATCH', '/v1/me/webhooks/{id}', 'a member', myWebhooks.change),
  route('DELETE', '/v1/me/webhooks/{id}', 'a member', myWebhooks.remove),
  route('POST', '/v1/me/webhooks/{id}/rotate-secret', 'a member', myWebhooks.rotate),
  route('POST', '/v1/me/webhooks/{id}/test', 'a member', myWebhooks.test),
  route('POST', '/v1/me/webhooks/{id}/enable', 'a member', myWebhooks.enable),
  route('POST', '/v1/me/webhooks/{id}/disable', 'a member', myWebhooks.disable),
  route('GET', '/v1/me/webhooks/{id}/stats', 'a member', myWebhooks.stats),
  route('GET', '/v1/me/webhooks/{id}/deliveries', 'a member', myWebhooks.deliveries),
  route('GET', '/v1/me/webhooks/{id}/deliveries/{delivery_id}/attempts', 'a member', myWebhooks.attempts),

  ...surfaceRoutes,
];
