import { Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../app/api.ts';
import { EndpointForm, type EndpointValues } from '../../blocks/endpoint-form.tsx';
import { nameOf } from '../../blocks/endpoint-list.tsx';
import { SecretDialog } from '../../blocks/secret-dialog.tsx';
import { useChoices } from './use-choices.ts';

/** Asks for an endpoint, makes it, and shows its secret this once. */
export function AddEndpoint({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const queryClient = useQueryClient();
  const choices = useChoices(opened);
  const add = useMutation({
    mutationFn: (values: EndpointValues) => api.createEndpoint(values),
    onSuccess: async () => {
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['endpoints'] });
    },
  });
  const { data: made } = add;
  const cancel = () => {
    add.reset();
    onClose();
  };
  return (
    <>
      <Modal opened={opened} onClose={cancel} title="Add an endpoint" size="lg">
        <EndpointForm
          {...choices}
          headers={{ kept: [] }}
          submitLabel="Add endpoint"
          busy={add.isPending}
          error={add.error}
          onSubmit={add.mutate}
          onCancel={cancel}
        />
      </Modal>
      <SecretDialog
        secret={made?.secret ?? null}
        title={made ? `Signing secret of ${nameOf(made)}` : ''}
        onClose={add.reset}
      />
    </>
  );
}
