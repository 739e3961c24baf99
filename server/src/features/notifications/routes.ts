import type { Judging } from '../../events/judging.ts';
import type { Publisher } from '../../events/publisher.ts';
import type { SendTest } from '../../events/test-event.ts';

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

export function notificationRoutes({
  publisher,
  endpointRules,
  sendTest,
  ...judging
}: NotificationParts): readonly Route[] {
  return [
    route('GET', '/v1/notifications', 'notifications:read', notifications.list),
    route(
      'POST',
      '/v1/notifications',
      'notifications:write',
      notifications.create({ ...judging, publisher }),
    ),
    route('GET', '/v1/notifications/{id}', 'notifications:read', notifications.get),
    route('POST', '/v1/notifications/{id}/cancel', 'notifications:write', notifications.cancel),

    route('GET', '/v1/meetings', 'notifications:read', meetings.list),
    route('POST', '/v1/meetings', 'notifications:write', meetings.create),
    route('GET', '/v1/meetings/{id}', 'notifications:read', meetings.get),
    route('PATCH', '/v1/meetings/{id}', 'notifications:write', meetings.change(publisher)),
    route('DELETE', '/v1/meetings/{id}', 'notifications:write', meetings.cancel(publisher)),

    route('GET', '/v1/integrations', 'integrations:read', integrations.list),
    route('POST', '/v1/integrations', 'integrations:write', integrations.create(endpointRules)),
    route('GET', '/v1/integrations/{id}', 'integrations:read', integrations.get),
    route('PATCH', '/v1/integrations/{id}', 'integrations:write', integrations.change(endpointRules)),
    route('DELETE', '/v1/integrations/{id}', 'integrations:write', integrations.remove),
    route('POST', '/v1/integrations/{id}/rotate-secret', 'integrations:write', integrations.rotate),
    route('POST', '/v1/integrations/{id}/test', 'integrations:write', integrations.test(sendTest)),
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
    route('POST', '/v1/me/webhooks', 'a member', myWebhooks.create(endpointRules)),
    route('GET', '/v1/me/webhooks/{id}', 'a member', myWebhooks.get),
    route('PATCH', '/v1/me/webhooks/{id}', 'a member', myWebhooks.change(endpointRules)),
    route('DELETE', '/v1/me/webhooks/{id}', 'a member', myWebhooks.remove),
    route('POST', '/v1/me/webhooks/{id}/rotate-secret', 'a member', myWebhooks.rotate),
    route('POST', '/v1/me/webhooks/{id}/test', 'a member', myWebhooks.test(sendTest)),
    route('POST', '/v1/me/webhooks/{id}/enable', 'a member', myWebhooks.enable),
    route('POST', '/v1/me/webhooks/{id}/disable', 'a member', myWebhooks.disable),
    route('GET', '/v1/me/webhooks/{id}/stats', 'a member', myWebhooks.stats),
    route('GET', '/v1/me/webhooks/{id}/deliveries', 'a member', myWebhooks.deliveries),
    route('GET', '/v1/me/webhooks/{id}/deliveries/{delivery_id}/attempts', 'a member', myWebhooks.attempts),
  ];
}
