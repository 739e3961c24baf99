import { Button, Group, Select, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Failure } from './failure.tsx';
import { fieldError, isGeneral } from './field-errors.ts';
import { type Header, HeaderFields } from './header-fields.tsx';

/** What the form asks for, as `POST` and `PATCH /v1/endpoints` take it. */
export interface EndpointValues {
  readonly name: string | null;
  readonly url: string;
  readonly description: string | null;
  readonly events: string[];
  /** Left out where the form does not ask for them, or nothing was typed. */
  readonly headers?: Record<string, string>;
  readonly contract?: string;
}

interface Props {
  /** What is there already; nothing, where an endpoint is added. */
  readonly initial?: Partial<EndpointValues>;
  /** Names of the catalogue, offered while typing. */
  readonly eventTypes: readonly string[];
  /** Asked for where given. */
  readonly contracts?: readonly { readonly value: string; readonly label: string }[];
  /** Whether to ask for headers of its own; `kept` are names of headers whose values are not shown. */
  readonly headers?: { readonly kept: readonly string[] };
  readonly submitLabel: string;
  readonly busy: boolean;
  /** The API's refusal: shown at its fields. */
  readonly error: Error | null;
  readonly onSubmit: (values: EndpointValues) => void;
  readonly onCancel: () => void;
  /** Further fields, below the others. */
  readonly children?: ReactNode;
}

const pointers = ['/url', '/name', '/description', '/events', '/headers', '/contract'];

/** Adds or changes an endpoint. It checks nothing itself: the API does, and says which field is wrong. */
export function EndpointForm(props: Props) {
  const { initial = {}, eventTypes, contracts, busy, error, children } = props;
  const [url, setUrl] = useState(initial.url ?? '');
  const [name, setName] = useState(initial.name ?? '');
  const [description, setDescription] = useState(initial.description ?? '');
  const [events, setEvents] = useState<string[]>(initial.events ?? ['*']);
  const [contract, setContract] = useState<string | null>(initial.contract ?? null);
  const [headers, setHeaders] = useState<readonly Header[]>([]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const given = headers.filter((header) => header.name !== '');
    props.onSubmit({
      url: url.trim(),
      name: name.trim() === '' ? null : name.trim(),
      description: description.trim() === '' ? null : description.trim(),
      events,
      ...(given.length > 0 && {
        headers: Object.fromEntries(given.map((header) => [header.name, header.value])),
      }),
      ...(contract !== null && { contract }),
    });
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {isGeneral(error, pointers) && <Failure error={error} />}
        <TextInput
          label="URL"
          description="Where events are sent, as POST requests"
          placeholder="https://example.com/webhooks"
          required
          type="url"
          inputMode="url"
          autoComplete="off"
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
          error={fieldError(error, '/url')}
          data-autofocus
        />
        <TextInput
          label="Name"
          placeholder="Order service"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={fieldError(error, '/name')}
        />
        <TagsInput
          label="Events"
          description="Names of event types, prefixes such as review.*, or * for all"
          data={['*', ...eventTypes]}
          value={events}
          onChange={setEvents}
          splitChars={[',', ' ']}
          clearable
          clearButtonProps={{ 'aria-label': 'Remove all events' }}
          error={fieldError(error, '/events')}
        />
        {contracts && (
          <Select
            label="Contract"
            description="The wire format that the receiver understands"
            data={contracts}
            value={contract}
            onChange={setContract}
            placeholder="The organization's own"
            error={fieldError(error, '/contract')}
          />
        )}
        <Textarea
          label="Description"
          autosize
          minRows={2}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
          error={fieldError(error, '/description')}
        />
        {props.headers && (
          <HeaderFields
            headers={headers}
            kept={props.headers.kept}
            onChange={setHeaders}
            error={fieldError(error, '/headers')}
          />
        )}
        {children}
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
