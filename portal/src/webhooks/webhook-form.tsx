import { NumberInput, Select, SimpleGrid, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useContractChoices } from '../api/lists.ts';
import { fieldError } from '../blocks/field-errors.ts';
import { FormFrame, type FormState, NameField, UrlField } from '../blocks/form.tsx';
import { HeaderFields } from './header-fields.tsx';
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
      {asks('contract') && (
        <ContractField
          value={draft.contract}
          onChange={(contract) => set({ contract })}
          isNew={webhook === undefined}
          error={fieldError(error, '/contract')}
        />
      )}
      {asks('description') && (
        <Textarea
          label="Description"
          autosize
          minRows={2}
          value={draft.description}
          onChange={(event) => set({ description: event.currentTarget.value })}
          error={fieldError(error, '/description')}
        />
      )}
      {asks('limits') && <LimitFields draft={draft} set={set} error={error} />}
      {asks('headers') && (
        <HeaderFields
          headers={draft.headers}
          kept={Object.keys(webhook?.headers ?? {})}
          onChange={(headers) => set({ headers })}
          error={fieldError(error, '/headers')}
        />
      )}
    </FormFrame>
  );
}

interface ContractProps {
  readonly value: string | null;
  readonly onChange: (contract: string | null) => void;
  readonly isNew: boolean;
  readonly error: string | null;
}

function ContractField({ isNew, ...props }: ContractProps) {
  return (
    <Select
      label="Contract"
      description="The wire format that the receiver understands"
      data={useContractChoices()}
      placeholder="The organization's own"
      allowDeselect={isNew}
      {...props}
    />
  );
}

interface LimitProps {
  readonly draft: Draft;
  readonly set: (part: Partial<Draft>) => void;
  readonly error: Error | null;
}

function LimitFields({ draft, set, error }: LimitProps) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <NumberInput
        label="Deliveries a second at most"
        placeholder="No limit"
        hideControls
        allowDecimal={false}
        value={draft.rateLimit}
        onChange={(rateLimit) => set({ rateLimit })}
        error={fieldError(error, '/rate_limit')}
      />
      <NumberInput
        label="Timeout in seconds"
        placeholder="The contract's own"
        hideControls
        allowDecimal={false}
        value={draft.timeout}
        onChange={(timeout) => set({ timeout })}
        error={fieldError(error, '/timeout_seconds')}
      />
    </SimpleGrid>
  );
}
