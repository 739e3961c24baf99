import { ChangeButton } from '../../blocks/change-button.tsx';
import { ConfirmButton } from '../../blocks/confirm-button.tsx';
import { useGo } from '../../blocks/use-go.ts';
import { usePluginApi, useRefreshWebhooks, type Webhook, type WebhookValues } from './plugin-api.ts';
import { TestWebhook } from './test-webhook.tsx';
import { WebhookForm } from './webhook-form.tsx';

/** Everything that can be done to a webhook, besides switching it off. */
export function WebhookActions({ webhook }: { webhook: Webhook }) {
  const plugin = usePluginApi();
  const refresh = useRefreshWebhooks();
  const go = useGo();
  const name = webhook.name || webhook.url;
  return (
    <>
      <TestWebhook webhook={webhook} />
      <ChangeButton
        title={`Change ${name}`}
        change={async (values: WebhookValues) => {
          const changes = changesIn(webhook, values);
          if (Object.keys(changes).length > 0) await plugin.change(webhook.id, changes);
        }}
        form={(state) => <WebhookForm {...state} webhook={webhook} />}
      />
      <ConfirmButton
        question={`Delete ${name}?`}
        consequence="Its logs go with it, its secret is worth nothing any more, and what still waits for it is cancelled. This cannot be undone."
        answer="Delete it"
        onConfirm={async () => {
          await plugin.remove(webhook.id);
          go('/plugins/webhooks');
          await refresh();
        }}
      >
        Delete
      </ConfirmButton>
    </>
  );
}

/** Only what was edited: a webhook made elsewhere may have what the plugin itself would refuse, such as no name. */
function changesIn(before: Webhook, { name, url, events }: WebhookValues): Partial<WebhookValues> {
  const sameEvents =
    events.length === before.events.length && events.every((event) => before.events.includes(event));
  return {
    ...(name === before.name ? {} : { name }),
    ...(url === before.url ? {} : { url }),
    ...(sameEvents ? {} : { events }),
  };
}
