import { useState } from 'react';
import { fieldError } from '../blocks/field-errors.ts';
import { FormFrame, type FormState, NameField, UrlField } from '../blocks/form.tsx';
import { SettingsFields } from './settings-fields.tsx';
import type { Webhook } from './webhook.ts';
import { type Draft, draftOf, type Field, valuesOf, type WebhookValues } from './webhook-draft.ts';
import type { WebhookFamily } from './webhook-family.ts';

interface Props<Item extends Webhook> extends FormState<WebhookValues> {
  readonly family: WebhookFamily<Item>;
  /** What is there already; left out where one is added. */
  readonly webhook?: Item;
}

const pointers = [
  ...['/url', '/events', '/contract', '/name', '/description'],
  ...['/headers', '/rate_limit', '/timeout_seconds'],
];

/** Adds a webhook or changes one, by the fields that its family has for it. */
export function WebhookForm<Item extends Webhook>({ family, webhook, error, ...frame }: Props<Item>) {
  const { form, words } = family;
  const fields = form.fields(webhook);
  const [draft, setDraft] = useState(() => draftOf(webhook, form.events));
  const [asked, setAsked] = useState(false);
  const set = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const asks = (field: Field) => fields.includes(field);
  const lacksEvents = form.noEvents !== undefined && draft.events.length === 0;
  const submit = () => {
    setAsked(true);
    if (!lacksEvents) frame.onSubmit(valuesOf(draft, fields, webhook));
  };
  return (
    <FormFrame
      {...frame}
      submitLabel={webhook === undefined ? `Add ${words.one}` : 'Save'}
      error={error}
      pointers={pointers}
      onSubmit={submit}
    >
      {asks('url') && (
        <UrlField
          description={form.urlDescription}
          placeholder={form.urlPlaceholder}
          value={draft.url}
          onChange={(url) => set({ url })}
          error={error}
          data-autofocus
        />
      )}
      <NameField
        placeholder={form.namePlaceholder}
        required={form.nameRequired ?? false}
        value={draft.name}
        onChange={(name) => set({ name })}
        error={error}
      />
      {asks('events') && (
        <form.Events
          value={draft.events}
          onChange={(events) => set({ events })}
          error={asked && lacksEvents ? (form.noEvents ?? null) : fieldError(error, '/events')}
        />
      )}
      <SettingsFields fields={fields} webhook={webhook} draft={draft} set={set} error={error} />
    </FormFrame>
  );
}
