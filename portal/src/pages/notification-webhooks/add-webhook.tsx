import { Button, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { nameOf } from '../../blocks/endpoint-list.tsx';
import { Icon } from '../../blocks/icon.tsx';
import { SecretDialog } from '../../blocks/secret-dialog.tsx';
import type { WebhookFamily } from './webhook-family.ts';
import { WebhookForm } from './webhook-form.tsx';

/** Asks for a webhook, makes it, and shows its secret this once. */
export function AddWebhook({ family }: { family: WebhookFamily }) {
  const queryClient = useQueryClient();
  const [opened, { open, close }] = useDisclosure(false);
  const add = useMutation({
    mutationFn: family.create,
    onSuccess: async () => {
      close();
      await queryClient.invalidateQueries({ queryKey: [family.key] });
    },
  });
  const { data: made } = add;
  const cancel = () => {
    add.reset();
    close();
  };
  return (
    <>
      <Button leftSection={<Icon name="plus" />} onClick={open}>
        Add webhook
      </Button>
      <Modal
        opened={opened}
        onClose={cancel}
        title="Add a webhook"
        size={family.choosesTypes ? 'lg' : 'md'}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <WebhookForm
          choosesTypes={family.choosesTypes}
          busy={add.isPending}
          error={add.error}
          onSubmit={add.mutate}
          onCancel={cancel}
        />
      </Modal>
      <SecretDialog
        secret={made?.secret ?? null}
        title={made ? `Signing secret of ${nameOf(made)}` : ''}
        note="It signs X-FluxDesk-Signature. If it leaks, rotate it from the webhook's own row."
        onClose={add.reset}
      />
    </>
  );
}
