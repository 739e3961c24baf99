import type { Judging } from '../../events/judging.ts';
import type { Publisher } from '../../events/publisher.ts';
import type { SendTest } from '../../events/test-event.ts';
import type { Access } from '../../http/access.ts';
import { type Route, route } from '../../http/route.ts';
import type { EndpointRules } from '../../life-cycle/create.ts';
import * as integrations from './routes/integrations.ts';
import * as meetings from './routes/meetings.ts';
import * as myNotifications from './routes/my-notifications.ts';
import * as myWebhooks from './routes/my-webhooks.ts';
import * as notifications from './routes/notifications.ts';

interface NotificationParts extends Judging {
  readonly publisher: Publisher;
  readonly endpointRules: EndpointRules;
  readonly sendTest: SendTest;
}

export function notificationRoutes(parts: NotificationParts): readonly Route[] {
  const { publisher, endpointRules, sendTest, ...judging } = parts;
  const send = notifications.create({ ...judging, publisher });
  return [
    route('GET', '/v1/notifications', 'notifications:read', notifications.list),
    route('POST', '/v1/notifications', 'notifications:write', send),
    route('GET', '/v1/notifications/{id}', 'notifications:read', notifications.get),
    route('POST', '/v1/notifications/{id}/cancel', 'notifications:write', notifications.cancel),

    route('GET', '/v1/meetings', 'notifications:read', meetings.list),
    route('POST', '/v1/meetings', 'notifications:write', meetings.create),
    route('GET', '/v1/meetings/{id}', 'notifications:read', meetings.get),
    route('PATCH', '/v1/meetings/{id}', 'notifications:write', meetings.change(publisher)),
    route('DELETE', '/v1/meetings/{id}', 'notifications:write', meetings.cancel(publisher)),

    ...webhookRoutes('/v1/integrations', integrations, parts, {
      read: 'integrations:read',
      write: 'integrations:write',
    }),

    route('GET', '/v1/me/notifications', 'a member', myNotifications.list),
    route('GET', '/v1/me/notifications/unread', 'a member', myNotifications.unread),
    route('POST', '/v1/me/notifications/read', 'a member', myNotifications.readAll),
    route('POST', '/v1/me/notifications/{id}/read', 'a member', myNotifications.readOne),
    route('GET', '/v1/me/meetings', 'a member', meetings.listOwn),

    ...webhookRoutes('/v1/me/webhooks', myWebhooks, parts, { read: 'a member', write: 'a member' }),
  ];
}

/** The routes of a kind of webhooks: the same verbs for integrations and for members' own webhooks. */
function webhookRoutes(
  path: string,
  webhooks: typeof integrations | typeof myWebhooks,
  { endpointRules, sendTest }: NotificationParts,
  { read, write }: { readonly read: Access; readonly write: Access },
): Route[] {
  return [
    route('GET', path, read, webhooks.list),
    route('POST', path, write, webhooks.create(endpointRules)),
    route('GET', `${path}/{id}`, read, webhooks.get),
    route('PATCH', `${path}/{id}`, write, webhooks.change(endpointRules)),
    route('DELETE', `${path}/{id}`, write, webhooks.remove),
    route('POST', `${path}/{id}/rotate-secret`, write, webhooks.rotate),
    route('POST', `${path}/{id}/test`, write, webhooks.test(sendTest)),
    route('POST', `${path}/{id}/enable`, write, webhooks.enable),
    route('POST', `${path}/{id}/disable`, write, webhooks.disable),
    route('GET', `${path}/{id}/stats`, read, webhooks.stats),
    route('GET', `${path}/{id}/deliveries`, read, webhooks.deliveries),
    route('GET', `${path}/{id}/deliveries/{delivery_id}/attempts`, read, webhooks.attempts),
  ];
}
