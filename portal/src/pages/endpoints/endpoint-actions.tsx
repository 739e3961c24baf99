import { Button, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Endpoint } from '@sluice/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../app/api.ts';
import { ConfirmButton } from '../../blocks/confirm-button.tsx';
import { EndpointForm, type EndpointValues } from '../../blocks/endpoint-form.tsx';
import { nameOf } from '../../blocks/endpoint-list.tsx';
import { SecretDialog } from '../../blocks/secret-dialog.tsx';
import { TestButton } from '../../blocks/test-button.tsx';
import { useGo } from '../../blocks/use-go.ts';
import { useChoices } from './use-choices.ts';

/** Everything that can be done to an endpoint. */
export function EndpointActions({ endpoint }: { endpoint: Endpoint }) {
  const { id, enabled } = endpoint;
  const queryClient = useQueryClient();
  const go = useGo();
  const [editing, { open, close }] = useDisclosure(false);
  const [rotated, setRotated] = useState<{ secret: string; overlap_seconds: number } | null>(null);
  const choices = useChoices(editing);
  const refresh = () => queryClient.invalidateQueries();
  const change = useMutation({
    mutationFn: (values: EndpointValues) => api.changeEndpoint(id, values),
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
        question={enabled ? 'Disable this endpoint?' : 'Enable this endpoint?'}
        consequence={
          enabled
            ? 'Nothing more is sent to it. What it is owed already waits until it is enabled again.'
            : 'What waits for it goes out at once, and new events follow.'
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
        consequence="Your receiver needs the new one. The contract decides how long the old one stays good."
        answer="Make a new one"
        onConfirm={async () => setRotated(await api.rotateEndpointSecret(id, {}))}
      >
        Rotate secret
      </ConfirmButton>
      <ConfirmButton
        question={`Delete ${nameOf(endpoint)}?`}
        consequence="What is queued for it is cancelled. This cannot be undone."
        answer="Delete it"
        onConfirm={async () => {
          await api.deleteEndpoint(id);
          go('/endpoints');
          await refresh();
        }}
      >
        Delete
      </ConfirmButton>
      <Modal opened={editing} onClose={cancel} title="Change the endpoint" size="lg">
        <EndpointForm
          {...choices}
          initial={endpoint}
          headers={{ kept: Object.keys(endpoint.headers) }}
          submitLabel="Save"
          busy={change.isPending}
          error={change.error}
          onSubmit={change.mutate}
          onCancel={cancel}
        />
      </Modal>
      <SecretDialog
        secret={rotated?.secret ?? null}
        title={`New signing secret of ${nameOf(endpoint)}`}
        onClose={() => setRotated(null)}
        {...(rotated && { note: overlapNote(rotated.overlap_seconds) })}
      />
    </>
  );
}

function overlapNote(seconds: number): string {
  if (seconds === 0) return 'The old one is no longer good.';
  const hours = seconds / 3_600;
  return `The old one stays good for ${hours >= 1 ? `${Math.round(hours)} h` : `${Math.round(seconds / 60)} min`}.`;
}
