import { Button, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Endpoint } from '@sluice/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ConfirmButton } from '../../blocks/confirm-button.tsx';
import { nameOf } from '../../blocks/endpoint-list.tsx';
import { SecretDialog } from '../../blocks/secret-dialog.tsx';
import { TestButton } from '../../blocks/test-button.tsx';
import type { WebhookFamily, WebhookValues } from './webhook-family.ts';
import { WebhookForm } from './webhook-form.tsx';

/** Everything that can be done to a webhook; enabling it again stands where it says why it is disabled. */
export function WebhookActions({ family, webhook }: { family: WebhookFamily; webhook: Endpoint }) {
  const { id } = webhook;
  const queryClient = useQueryClient();
  const [editing, { open, close }] = useDisclosure(false);
  const [secret, setSecret] = useState<string | null>(null);
  const refresh = () => queryClient.invalidateQueries();
  const change = useMutation({
    mutationFn: (values: WebhookValues) => family.change(id, values),
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
      <TestButton size="xs" run={() => family.test(id)} onDone={() => void refresh()} />
      <Button size="xs" variant="default" onClick={open}>
        Edit
      </Button>
      <ConfirmButton
        size="xs"
        question="Make a new signing secret?"
        consequence="The old one signs nothing from then on: your receiver refuses what arrives until it has the new one."
        answer="Make a new one"
        onConfirm={async () => setSecret((await family.rotate(id)).secret)}
      >
        Rotate secret
      </ConfirmButton>
      {webhook.enabled && (
        <ConfirmButton
          size="xs"
          question="Disable this webhook?"
          consequence="Nothing more is sent to it. What it is owed already waits until it is enabled again."
          answer="Disable it"
          onConfirm={async () => {
            await family.disable(id);
            await refresh();
          }}
        >
          Disable
        </ConfirmButton>
      )}
      <ConfirmButton
        size="xs"
        question={`Delete ${nameOf(webhook)}?`}
        consequence="What waits for it is cancelled and its secret is worth nothing any more. This cannot be undone."
        answer="Delete it"
        onConfirm={async () => {
          await family.remove(id);
          await refresh();
        }}
      >
        Delete
      </ConfirmButton>
      <Modal
        opened={editing}
        onClose={cancel}
        title={`Edit ${nameOf(webhook)}`}
        size={family.choosesTypes ? 'lg' : 'md'}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <WebhookForm
          initial={webhook}
          choosesTypes={family.choosesTypes}
          busy={change.isPending}
          error={change.error}
          onSubmit={change.mutate}
          onCancel={cancel}
        />
      </Modal>
      <SecretDialog
        secret={secret}
        title={`New signing secret of ${nameOf(webhook)}`}
        note="The old one is no longer good."
        onClose={() => setSecret(null)}
      />
    </>
  );
}
