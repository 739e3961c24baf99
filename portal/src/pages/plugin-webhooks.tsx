import { usePluginWebhooks } from '../webhooks/families/plugin-webhooks.tsx';
import { WebhookListPage } from '../webhooks/webhook-list-page.tsx';
import { WebhookPage } from '../webhooks/webhook-page.tsx';

export function PluginWebhooksPage() {
  return <WebhookListPage family={usePluginWebhooks()} />;
}

export function PluginWebhookPage() {
  return <WebhookPage family={usePluginWebhooks()} />;
}
