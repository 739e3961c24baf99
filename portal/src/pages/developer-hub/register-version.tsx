import { Button, Group, Modal, SegmentedControl, Stack } from '@mantine/core';
import type { AppVersion, AppVersionSummary, CreateAppVersionBody } from '@sluice/client';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../app/api.ts';
import { useRecordTypes } from '../../apps/use-apps.ts';
import { Failure } from '../../blocks/failure.tsx';
import { draftAfter, draftOf, type ManifestDraft, manifestOf } from './manifest-draft.ts';
import { ManifestForm } from './manifest-form.tsx';
import { problemsOf } from './manifest-problems.ts';
import { ManifestText } from './manifest-text.tsx';

interface Props {
  readonly appId: string;
  /** Its manifest is where the new one begins. */
  readonly latest: AppVersionSummary | undefined;
  readonly onClose: () => void;
  readonly onRegistered: (version: AppVersion) => void;
}

/** Registers a version: by form or as JSON, and from one to the other without losing anything. */
export function RegisterVersion({ appId, latest, onClose, onRegistered }: Props) {
  const recordTypes = useRecordTypes();
  const [draft, setDraft] = useState<ManifestDraft>(() => draftAfter(latest));
  /** `null` while the form is shown. */
  const [text, setText] = useState<string | null>(null);
  const [syntaxError, setSyntaxError] = useState<string | null>(null);
  const register = useMutation({
    mutationFn: async () => {
      if (text === null) return api.createAppVersion(appId, manifestOf(draft));
      // Sent as it was typed: the API says what of it is wrong, and where.
      const answer: AppVersion = JSON.parse(
        await api.send({
          method: 'POST',
          path: `/v1/apps/${encodeURIComponent(appId)}/versions`,
          exactBody: text,
        }),
      );
      return answer;
    },
    onSuccess: onRegistered,
  });
  const problems = problemsOf(register.error);

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
    if (wrong === null) register.mutate();
  };

  return (
    <Modal opened onClose={onClose} title="Register a version" size="xl">
      <Stack>
        <SegmentedControl
          aria-label="How to write the manifest"
          value={text === null ? 'form' : 'json'}
          onChange={show}
          data={[
            { value: 'form', label: 'Form' },
            { value: 'json', label: 'JSON' },
          ]}
        />
        {register.error && problems.length === 0 && <Failure error={register.error} />}
        {text === null ? (
          <ManifestForm
            draft={draft}
            onChange={setDraft}
            recordTypes={recordTypes.data ?? []}
            problems={problems}
          />
        ) : (
          <ManifestText text={text} onChange={setText} problems={problems} syntaxError={syntaxError} />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={register.isPending} onClick={submit}>
            Register version
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function syntaxErrorOf(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A manifest that the form can show; otherwise why it cannot. */
function readManifest(text: string): CreateAppVersionBody | string {
  const wrong = syntaxErrorOf(text);
  if (wrong !== null) return wrong;
  const read: unknown = JSON.parse(text);
  return isManifest(read) ? read : 'it has no version with lists of scopes and webhooks.';
}

function isManifest(value: unknown): value is CreateAppVersionBody {
  if (!isObject(value) || typeof value.version !== 'string') return false;
  const { scopes, webhooks = [] } = value;
  const isNamed = (entry: unknown) =>
    isObject(entry) && typeof entry.module === 'string' && typeof entry.model === 'string';
  return (
    Array.isArray(scopes) &&
    scopes.every((scope) => isNamed(scope) && isTexts(scope.fields ?? [])) &&
    Array.isArray(webhooks) &&
    webhooks.every(
      (webhook) => isNamed(webhook) && typeof webhook.url === 'string' && isTexts(webhook.actions),
    )
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
