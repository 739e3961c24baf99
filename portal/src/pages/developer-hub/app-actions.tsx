import { Button, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { App, Installation } from '@sluice/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../app/api.ts';
import { ConfirmButton } from '../../blocks/confirm-button.tsx';
import { useGo } from '../../blocks/use-go.ts';
import { AppForm, type AppValues } from './app-form.tsx';

interface Props {
  readonly app: App;
  readonly installation: Installation | undefined;
}

/** What can be done to an app itself. */
export function AppActions({ app, installation }: Props) {
  const queryClient = useQueryClient();
  const go = useGo();
  const [editing, { open, close }] = useDisclosure(false);
  const change = useMutation({
    mutationFn: (values: AppValues) => api.changeApp(app.id, values),
    onSuccess: async () => {
      close();
      await queryClient.invalidateQueries({ queryKey: ['apps'] });
    },
  });
  const cancel = () => {
    change.reset();
    close();
  };
  return (
    <>
      <Button variant="default" onClick={open}>
        Edit
      </Button>
      <ConfirmButton
        question={`Delete ${app.name}?`}
        consequence={
          installation
            ? `Version ${installation.version} is installed, so it cannot be deleted yet. Uninstall it first: that removes its webhooks and stops its tokens.`
            : 'All its versions and their manifests go with it. The log of what its webhooks were sent stays. This cannot be undone.'
        }
        answer="Delete it"
        onConfirm={async () => {
          await api.deleteApp(app.id);
          go('/developer-hub');
          await queryClient.invalidateQueries({ queryKey: ['apps'], refetchType: 'none' });
        }}
      >
        Delete
      </ConfirmButton>
      <Modal opened={editing} onClose={cancel} title="Edit the app">
        <AppForm
          initial={app}
          submitLabel="Save"
          busy={change.isPending}
          error={change.error}
          onSubmit={change.mutate}
          onCancel={cancel}
        />
      </Modal>
    </>
  );
}
