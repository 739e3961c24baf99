import { integrations, ownWebhooks } from '../webhooks/families/notification-webhooks.tsx';
import { WebhookListPage } from '../webhooks/webhook-list-page.tsx';

/** The webhooks of the member who is signed in. */
export function OwnWebhooksPage() {
  return <WebhookListPage family={ownWebhooks} />;
}

/** The webhooks that are told what anybody in the organization is told. */
export function IntegrationsPage() {
  return <WebhookListPage family={integrations} />;
}
