import { Button, Group, NumberInput, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core';
import type { ChangeEndpointBody, Endpoint, RecordType } from '@sluice/client';
import { type FormEvent, useState } from 'react';
import { Failure } from '../../blocks/failure.tsx';
import { fieldError, isGeneral } from '../../blocks/field-errors.ts';
import { type Header, HeaderFields } from '../../blocks/header-fields.tsx';
import { eventsOf, readChoice } from './event-choice.ts';
import { EventChoiceField } from './event-choice-field.tsx';

/** What the form asks for; the URL and the events only where the manifest of an app does not decide them. */
export type WebhookValues = Pick<
  ChangeEndpointBody,
  'url' | 'events' | 'name' | 'description' | 'headers' | 'rate_limit' | 'timeout_seconds'
>;

interface Props {
  /** What is there already; nothing, where a webhook is added. */
  readonly endpoint?: Endpoint;
  readonly recordTypes: readonly RecordType[];
  readonly submitLabel: string;
  readonly busy: boolean;
  /** The API's refusal: shown at its fields. */
  readonly error: Error | null;
  readonly onSubmit: (values: WebhookValues) => void;
  readonly onCancel: () => void;
}

const pointers = ['/url', '/events', '/name', '/description', '/headers', '/rate_limit', '/timeout_seconds'];

/** Adds or changes a webhook. It checks nothing itself: the API does, and says which field is wrong. */
export function WebhookForm({ endpoint, recordTypes, busy, error, ...props }: Props) {
  const ofApp = endpoint?.owner.kind === 'installation';
  const [url, setUrl] = useState(endpoint?.url ?? '');
  const [name, setName] = useState(endpoint?.name ?? '');
  const [description, setDescription] = useState(endpoint?.description ?? '');
  const [choice, setChoice] = useState(() => readChoice(endpoint?.events ?? [], recordTypes));
  const [headers, setHeaders] = useState<readonly Header[]>([]);
  const [rateLimit, setRateLimit] = useState<number | string>(endpoint?.rate_limit ?? '');
  const [timeout, setTimeout] = useState<number | string>(endpoint?.timeout_seconds ?? '');

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const given = headers.filter((header) => header.name !== '');
    props.onSubmit({
      ...(!ofApp && { url: url.trim(), events: eventsOf(choice) }),
      name: textOf(name),
      description: textOf(description),
      ...(given.length > 0 && {
        headers: Object.fromEntries(given.map((header) => [header.name, header.value])),
      }),
      rate_limit: numberOf(rateLimit),
      // What is shown may be the contract's; it becomes the webhook's own only where somebody changes it.
      ...(numberOf(timeout) !== (endpoint?.timeout_seconds ?? null) && {
        timeout_seconds: numberOf(timeout),
      }),
    });
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {isGeneral(error, pointers) && <Failure error={error} />}
        {!ofApp && (
          <>
            <TextInput
              label="URL"
              description="Where changes are sent, as POST requests. It begins with https://"
              placeholder="https://example.com/hooks/accounts"
              required
              type="url"
              autoComplete="off"
              value={url}
              onChange={(event) => setUrl(event.currentTarget.value)}
              error={fieldError(error, '/url')}
              data-autofocus
            />
            <EventChoiceField
              recordTypes={recordTypes}
              choice={choice}
              onChange={setChoice}
              error={fieldError(error, '/events')}
            />
          </>
        )}
        <TextInput
          label="Name"
          placeholder="Accounting"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={fieldError(error, '/name')}
        />
        <Textarea
          label="Description"
          autosize
          minRows={2}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
          error={fieldError(error, '/description')}
        />
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <NumberInput
            label="Deliveries a second at most"
            placeholder="No limit"
            hideControls
            allowDecimal={false}
            value={rateLimit}
            onChange={setRateLimit}
            error={fieldError(error, '/rate_limit')}
          />
          <NumberInput
            label="Timeout in seconds"
            placeholder="The contract's own"
            hideControls
            allowDecimal={false}
            value={timeout}
            onChange={setTimeout}
            error={fieldError(error, '/timeout_seconds')}
          />
        </SimpleGrid>
        <HeaderFields
          headers={headers}
          kept={Object.keys(endpoint?.headers ?? {})}
          onChange={setHeaders}
          error={fieldError(error, '/headers')}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onCancel}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            {props.submitLabel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function textOf(text: string): string | null {
  return text.trim() === '' ? null : text.trim();
}

function numberOf(value: number | string): number | null {
  return value === '' ? null : Number(value);
}
