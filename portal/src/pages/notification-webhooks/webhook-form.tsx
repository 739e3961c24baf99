import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import type { Endpoint } from '@sluice/client';
import { type FormEvent, useState } from 'react';
import { EventChoices } from '../../blocks/event-choices.tsx';
import { Failure } from '../../blocks/failure.tsx';
import { fieldError, isGeneral } from '../../blocks/field-errors.ts';
import { notificationTypes, type WebhookValues } from './webhook-family.ts';

interface Props {
  /** Left out where one is added. */
  readonly initial?: Endpoint;
  readonly choosesTypes: boolean;
  readonly busy: boolean;
  readonly error: Error | null;
  readonly onSubmit: (values: WebhookValues) => void;
  readonly onCancel: () => void;
}

const pointers = ['/name', '/url', '/events'];

/** URL, name and, for those of the organization, types. The API checks them, and says which is wrong. */
export function WebhookForm({ initial, choosesTypes, busy, error, onSubmit, onCancel }: Props) {
  const [url, setUrl] = useState(initial?.url ?? '');
  const [name, setName] = useState(initial?.name ?? '');
  const [types, setTypes] = useState<readonly string[]>(
    initial?.events ?? notificationTypes.map((type) => type.name),
  );
  const [asked, setAsked] = useState(false);
  const chosen = notificationTypes.filter((type) => types.includes(type.name)).map((type) => type.name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (choosesTypes && chosen.length === 0) return;
    onSubmit({
      url: url.trim(),
      name: name.trim() === '' ? null : name.trim(),
      ...(choosesTypes && { events: chosen }),
    });
  };
  const noType = asked && chosen.length === 0 ? 'Choose at least one type.' : null;
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {isGeneral(error, pointers) && <Failure error={error} />}
        <TextInput
          label="URL"
          description="Where notifications are sent, as signed POST requests"
          placeholder="https://example.com/fluxdesk"
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
          placeholder="My notebook"
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={fieldError(error, '/name')}
        />
        {choosesTypes ? (
          <EventChoices
            label="Types"
            choices={notificationTypes}
            value={types}
            onChange={setTypes}
            error={noType ?? fieldError(error, '/events')}
          />
        ) : (
          <Text fz="sm" c="dimmed">
            It gets everything that is addressed to you, of every type; your receiver looks at the type.
          </Text>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            {initial === undefined ? 'Add webhook' : 'Save'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
