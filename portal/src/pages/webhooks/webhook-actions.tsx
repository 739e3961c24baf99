import { Button, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Endpoint, RotateEndpointSecretAnswer } from '@sluice/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../app/api.ts';
import { useRecordTypes } from '../../apps/use-apps.ts';
import { ConfirmButton } from '../../blocks/confirm-button.tsx';
import { nameOf } from '../../blocks/endpoint-list.tsx';
import { SecretDialog } from '../../blocks/secret-dialog.tsx';
import { TestButton } from '../../blocks/test-button.tsx';
import { useGo } from '../../blocks/use-go.ts';
import { WebhookForm, type WebhookValues } from './webhook-form.tsx';

/** Everything that can be done to a webhook; one that an app registered goes only with the app. */
export function WebhookActions({ endpoint }: { endpoint: Endpoint }) {
  const { id, enabled } = endpoint;
  const queryClient = useQueryClient();
  const go = useGo();
  const [editing, { open, close }] = useDisclosure(false);
  const [rotated, setRotated] = useState<RotateEndpointSecretAnswer | null>(null);
  const recordTypes = useRecordTypes(editing);
  const refresh = () => queryClient.invalidateQueries();
  const change = useMutation({
    mutationFn: (values: WebhookValues) => api.changeEndpoint(id, values),
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
      <TestButton run={() => api.testEndpoint(id)} onDone={() => void refresh()} />
      <Button variant="default" onClick={open}>
        Change
      </Button>
      <ConfirmButton
        question={`${enabled ? 'Disable' : 'Enable'} ${nameOf(endpoint)}?`}
        consequence={
          enabled
            ? 'It hears of no more changes. What it is owed already waits until it is enabled again.'
            : 'What waits for it goes out at once, and it hears of new changes again.'
        }
        answer={enabled ? 'Disable it' : 'Enable it'}
        onConfirm={async () => {
          await (enabled ? api.disableEndpoint(id) : api.enableEndpoint(id));
          await refresh();
        }}
      >
        {enabled ? 'Disable' : 'Enable'}
      </ConfirmButton>
      <ConfirmButton
        question="Make a new signing secret?"
        consequence="The receiver needs the new one. The contract decides how long the old one stays good."
        answer="Make a new one"
        onConfirm={async () => setRotated(await api.rotateEndpointSecret(id, {}))}
      >
        Rotate secret
      </ConfirmButton>
      {endpoint.owner.kind !== 'installation' && (
        <ConfirmButton
          question={`Delete ${nameOf(endpoint)}?`}
          consequence="What is queued for it is cancelled; its log stays. This cannot be undone."
          answer="Delete it"
          onConfirm={async () => {
            await api.deleteEndpoint(id);
            go('/settings/webhooks');
            await queryClient.invalidateQueries({ queryKey: ['endpoints'], refetchType: 'none' });
          }}
        >
          Delete
        </ConfirmButton>
      )}
      <Modal opened={editing} onClose={cancel} title="Change the webhook" size="lg">
        {recordTypes.data && (
          <WebhookForm
            endpoint={endpoint}
            recordTypes={recordTypes.data}
            submitLabel="Save"
            busy={change.isPending}
            error={change.error}
            onSubmit={change.mutate}
            onCancel={cancel}
          />
        )}
      </Modal>
      <SecretDialog
        secret={rotated?.secret ?? null}
        title={`New signing secret of ${nameOf(endpoint)}`}
        onClose={() => setRotated(null)}
        {...(rotated && { note: wordsOfOverlap(rotated.overlap_seconds) })}
      />
    </>
  );
}

function wordsOfOverlap(seconds: number): string {
  if (seconds === 0) return 'The old one is no longer good.';
  const hours = Math.round(seconds / 3_600);
  return `The old one stays good for ${hours >= 1 ? `${hours} h` : `${Math.round(seconds / 60)} min`}.`;
}
