import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { EventChoices } from '../../blocks/event-choices.tsx';
import { Failure } from '../../blocks/failure.tsx';
import { fieldError, isGeneral } from '../../blocks/field-errors.ts';
import { Loading } from '../../blocks/loading.tsx';
import { usePluginEvents, type Webhook, type WebhookValues } from './plugin-api.ts';

interface Props {
  /** Left out where one is added. */
  readonly initial?: Webhook;
  readonly busy: boolean;
  readonly error: Error | null;
  readonly onSubmit: (values: WebhookValues) => void;
  readonly onCancel: () => void;
}

const pointers = ['/name', '/url', '/events'];

/** Name, URL and events. The API checks them, and says which is wrong. */
export function WebhookForm({ initial, busy, error, onSubmit, onCancel }: Props) {
  const events = usePluginEvents();
  const [name, setName] = useState(initial?.name ?? '');
  const [url, setUrl] = useState(initial?.url ?? '');
  const [chosen, setChosen] = useState<readonly string[]>(initial?.events ?? []);
  const [asked, setAsked] = useState(false);
  if (events.isPending) return <Loading />;
  if (events.isError) return <Failure error={events.error} onRetry={() => void events.refetch()} />;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (chosen.length > 0) onSubmit({ name: name.trim(), url: url.trim(), events: chosen });
  };
  const noEvent = asked && chosen.length === 0 ? 'Choose at least one event.' : null;
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {isGeneral(error, pointers) && <Failure error={error} />}
        <TextInput
          label="Name"
          placeholder="Applicant tracking"
          required
          autoComplete="off"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={fieldError(error, '/name')}
          data-autofocus
        />
        <TextInput
          label="URL"
          description="Where events are sent, as signed POST requests"
          placeholder="https://example.com/webhooks/flowxtra"
          required
          type="url"
          inputMode="url"
          autoComplete="off"
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
          error={fieldError(error, '/url')}
        />
        <EventChoices
          label="Events"
          choices={choicesOf(events.data, chosen)}
          value={chosen}
          onChange={setChosen}
          error={noEvent ?? fieldError(error, '/events')}
        />
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

/** What the catalogue has, and what the webhook asks for though the catalogue has it no more. */
function choicesOf(
  events: NonNullable<ReturnType<typeof usePluginEvents>['data']>,
  chosen: readonly string[],
) {
  const known = events.map(({ event, description, payload_fields: fields }) => ({
    name: event,
    description,
    fields,
  }));
  const others = chosen
    .filter((name) => !known.some((choice) => choice.name === name))
    .map((name) => ({ name, description: 'Not in the catalogue' }));
  return [...known, ...others];
}
