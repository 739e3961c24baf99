import type { App, Installation } from '@sluice/client';
import { api } from '../api/client.ts';
import { changed, keys } from '../api/keys.ts';
import { useChanged } from '../api/use-changed.ts';
import { ConfirmButton } from '../blocks/confirm-button.tsx';
import { FormButton } from '../blocks/form-dialog.tsx';
import { useGo } from '../blocks/use-go.ts';
import { AppForm, type AppValues } from './app-form.tsx';

interface Props {
  readonly app: App;
  readonly installation: Installation | undefined;
}

/** What can be done to an app itself. */
export function AppActions({ app, installation }: Props) {
  const readAgain = useChanged();
  const go = useGo();
  return (
    <>
      <FormButton
        title="Edit the app"
        dialogSize="md"
        act={(values: AppValues) => api.changeApp(app.id, values)}
        onDone={() => readAgain(changed.app(app.id))}
        form={(state) => <AppForm {...state} initial={app} submitLabel="Save" />}
      >
        Edit
      </FormButton>
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
          await readAgain([keys.apps.lists]);
        }}
      >
        Delete
      </ConfirmButton>
    </>
  );
}
