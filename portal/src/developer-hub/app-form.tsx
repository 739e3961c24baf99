import { Textarea } from '@mantine/core';
import type { App, Installation } from '@sluice/client';
import { useState } from 'react';
import { changed, keys, useChanged } from '../api/cache.ts';
import { api } from '../api/client.ts';
import { ConfirmButton, FormButton } from '../blocks/dialogs.tsx';
import { fieldError } from '../blocks/field-errors.ts';
import { FormFrame, type FormState, NameField } from '../blocks/form.tsx';
import { useGo } from '../blocks/use-address.ts';
import { textOf } from '../text/words.ts';

/** What can be done to an app itself. */
export function AppActions({ app, installation }: { app: App; installation: Installation | undefined }) {
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

export interface AppValues {
  readonly name: string;
  readonly description: string | null;
}

interface AppFormProps extends FormState<AppValues> {
  readonly initial?: AppValues;
  readonly submitLabel: string;
}

export function AppForm({ initial, error, onSubmit, ...frame }: AppFormProps) {
  const [name, setName] = useState(initial?.name ?? '');
  const [description, setDescription] = useState(initial?.description ?? '');
  return (
    <FormFrame
      {...frame}
      error={error}
      pointers={['/name', '/description']}
      onSubmit={() => onSubmit({ name: name.trim(), description: textOf(description) })}
    >
      <NameField
        placeholder="Account sync"
        required
        value={name}
        onChange={setName}
        error={error}
        data-autofocus
      />
      <Textarea
        label="Description"
        description="What it does and for whom, for those who install it"
        autosize
        minRows={2}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
        error={fieldError(error, '/description')}
      />
    </FormFrame>
  );
}
