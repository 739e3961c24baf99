import { Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../app/api.ts';
import { useRecordTypes } from '../../apps/use-apps.ts';
import { nameOf } from '../../blocks/endpoint-list.tsx';
import { Failure } from '../../blocks/failure.tsx';
import { Loading } from '../../blocks/loading.tsx';
import { SecretDialog } from '../../blocks/secret-dialog.tsx';
import { WebhookForm, type WebhookValues } from './webhook-form.tsx';

/** Asks for a webhook, makes it, and shows its secret this once. */
export function AddWebhook({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const queryClient = useQueryClient();
  const recordTypes = useRecordTypes(opened);
  const add = useMutation({
    mutationFn: ({ url = '', events = [], ...others }: WebhookValues) =>
      api.createEndpoint({ url, events, ...others }),
    onSuccess: async () => {
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['endpoints'] });
    },
  });
  const cancel = () => {
    add.reset();
    onClose();
  };
  const { data: made } = add;
  return (
    <>
      <Modal opened={opened} onClose={cancel} title="Add a webhook" size="lg">
        {recordTypes.isPending && <Loading />}
        {recordTypes.error && (
          <Failure error={recordTypes.error} onRetry={() => void recordTypes.refetch()} />
        )}
        {recordTypes.data && (
          <WebhookForm
            recordTypes={recordTypes.data}
            submitLabel="Add webhook"
            busy={add.isPending}
            error={add.error}
            onSubmit={add.mutate}
            onCancel={cancel}
          />
        )}
      </Modal>
      <SecretDialog
        secret={made?.secret ?? null}
        title={made ? `Signing secret of ${nameOf(made)}` : ''}
        onClose={add.reset}
      />
    </>
  );
}
