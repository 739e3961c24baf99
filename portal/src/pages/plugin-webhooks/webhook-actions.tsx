import { Button, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
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
  const [editing, { open, close }] = useDisclosure(false);
  const change = useMutation({
    mutationFn: async (values: WebhookValues) => {
      const changes = changesIn(webhook, values);
      if (Object.keys(changes).length > 0) await plugin.change(webhook.id, changes);
    },
    onSuccess: async () => {
      close();
      await refresh();
    },
  });
  const cancel = () => {
    change.reset();
    close();
  };
  return (
    <>
      <TestWebhook webhook={webhook} />
      <Button variant="default" onClick={open}>
        Edit
      </Button>
      <ConfirmButton
        question={`Delete ${webhook.name || webhook.url}?`}
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
      <Modal
        opened={editing}
        onClose={cancel}
        title={`Edit ${webhook.name || webhook.url}`}
        size="lg"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <WebhookForm
          initial={webhook}
          busy={change.isPending}
          error={change.error}
          onSubmit={change.mutate}
          onCancel={cancel}
        />
      </Modal>
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
