import { SegmentedControl } from '@mantine/core';
import type { AppVersion, AppVersionSummary } from '@sluice/client';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { useRecordTypes } from '../api/lists.ts';
import { FormDialog } from '../blocks/dialogs.tsx';
import { FormFrame, type FormState } from '../blocks/form.tsx';
import { syntaxErrorOf } from '../text/json.ts';
import { draftAfter, draftOf, type ManifestDraft, manifestOf, readManifest } from './manifest-draft.ts';
import { ManifestForm } from './manifest-form.tsx';
import { problemsOf } from './manifest-problems.ts';
import { ManifestText } from './manifest-text.tsx';

interface Props {
  readonly appId: string;
  /** Its manifest is where the new one begins. */
  readonly latest: AppVersionSummary | undefined;
  readonly onClose: () => void;
  readonly onRegistered: (version: AppVersion) => unknown;
}

/** Registers a version: by form or as JSON, and from one to the other without losing anything. */
export function RegisterVersion({ appId, latest, onClose, onRegistered }: Props) {
  return (
    <FormDialog
      opened
      onClose={onClose}
      title="Register a version"
      dialogSize="xl"
      act={(manifest: ManifestDraft | string) => register(appId, manifest)}
      onDone={onRegistered}
      form={(state) => <VersionForm {...state} latest={latest} />}
    />
  );
}

/** @param manifest what the form holds; a text is sent as it was typed: the API says what of it is wrong, and where */
async function register(appId: string, manifest: ManifestDraft | string): Promise<AppVersion> {
  if (typeof manifest !== 'string') return api.createAppVersion(appId, manifestOf(manifest));
  const path = `/v1/apps/${encodeURIComponent(appId)}/versions`;
  return JSON.parse(await api.send({ method: 'POST', path, exactBody: manifest }));
}

interface FormProps extends FormState<ManifestDraft | string> {
  readonly latest: AppVersionSummary | undefined;
}

function VersionForm({ latest, error, onSubmit, ...frame }: FormProps) {
  const { data: recordTypes = [] } = useRecordTypes();
  const [draft, setDraft] = useState<ManifestDraft>(() => draftAfter(latest));
  /** `null` while the form is shown. */
  const [text, setText] = useState<string | null>(null);
  const [syntaxError, setSyntaxError] = useState<string | null>(null);
  const problems = problemsOf(error);

  const show = (way: string) => {
    setSyntaxError(null);
    if (way === 'json') return setText(JSON.stringify(manifestOf(draft), null, 2));
    const read = readManifest(text ?? '');
    if (typeof read === 'string') return setSyntaxError(`The form cannot show this: ${read}`);
    setDraft(draftOf(read));
    setText(null);
  };
  const submit = () => {
    const wrong = text === null ? null : syntaxErrorOf(text);
    setSyntaxError(wrong);
    if (wrong === null) onSubmit(text ?? draft);
  };

  return (
    <FormFrame
      {...frame}
      error={error}
      pointers={problems.map(({ pointer }) => pointer)}
      submitLabel="Register version"
      onSubmit={submit}
    >
      <SegmentedControl
        aria-label="How to write the manifest"
        value={text === null ? 'form' : 'json'}
        onChange={show}
        data={[
          { value: 'form', label: 'Form' },
          { value: 'json', label: 'JSON' },
        ]}
      />
      {text === null ? (
        <ManifestForm draft={draft} onChange={setDraft} recordTypes={recordTypes} problems={problems} />
      ) : (
        <ManifestText text={text} onChange={setText} problems={problems} syntaxError={syntaxError} />
      )}
    </FormFrame>
  );
}
