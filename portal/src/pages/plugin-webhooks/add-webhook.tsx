import { Modal } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { SecretDialog } from '../../blocks/secret-dialog.tsx';
import { usePluginApi, useRefreshWebhooks } from './plugin-api.ts';
import { WebhookForm } from './webhook-form.tsx';

/** Asks for a webhook, makes it, and shows its secret this once. */
export function AddWebhook({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const plugin = usePluginApi();
  const refresh = useRefreshWebhooks();
  const add = useMutation({
    mutationFn: plugin.create,
    onSuccess: async () => {
      onClose();
      await refresh();
    },
  });
  const cancel = () => {
    add.reset();
    onClose();
  };
  return (
    <>
      <Modal
        opened={opened}
        onClose={cancel}
        title="Add a webhook"
        size="lg"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <WebhookForm busy={add.isPending} error={add.error} onSubmit={add.mutate} onCancel={cancel} />
      </Modal>
      <SecretDialog
        secret={add.data?.secret ?? null}
        title={`Signing secret of ${add.data?.name ?? ''}`}
        note="From now on only its last six characters are shown. It verifies the header X-Flowxtra-Signature."
        onClose={add.reset}
      />
    </>
  );
}
