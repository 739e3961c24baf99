import { Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../app/api.ts';
import { useGo } from '../../blocks/use-go.ts';
import { AppForm, type AppValues } from './app-form.tsx';

/** Asks for an app, makes it, and goes to its page. */
export function CreateApp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const queryClient = useQueryClient();
  const go = useGo();
  const create = useMutation({
    mutationFn: (values: AppValues) => api.createApp(values),
    onSuccess: async ({ id }) => {
      go(`/developer-hub/${id}`);
      await queryClient.invalidateQueries({ queryKey: ['apps'] });
    },
  });
  const cancel = () => {
    create.reset();
    onClose();
  };
  return (
    <Modal opened={opened} onClose={cancel} title="Create an app">
      <AppForm
        submitLabel="Create app"
        busy={create.isPending}
        error={create.error}
        onSubmit={create.mutate}
        onCancel={cancel}
      />
    </Modal>
  );
}
