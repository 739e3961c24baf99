import { Text } from '@mantine/core';
import { useState } from 'react';
import { NameField, UrlField } from './endpoint-fields.tsx';
import { type EventChoice, EventChoices } from './event-choices.tsx';
import { fieldError } from './field-errors.ts';
import { FormFrame, type FormState } from './form-frame.tsx';

export interface Subscription {
  /** Empty where nothing was typed. */
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
}

interface Props extends FormState<Subscription> {
  readonly initial: Subscription;
  readonly submitLabel: string;
  readonly urlDescription: string;
  readonly urlPlaceholder: string;
  readonly namePlaceholder: string;
  readonly nameRequired?: boolean;
  /** What can be ticked; a sentence where there is nothing to choose. */
  readonly choices: readonly EventChoice[] | string;
  /** What the choices are called, and what is said where none is made. */
  readonly choicesLabel: string;
  readonly noneChosen: string;
}

const pointers = ['/name', '/url', '/events'];

/** A URL, a name, and events of a short list. */
export function SubscriptionForm({ initial, choices, error, onSubmit, ...props }: Props) {
  const [name, setName] = useState(initial.name);
  const [url, setUrl] = useState(initial.url);
  const [events, setEvents] = useState(initial.events);
  const [asked, setAsked] = useState(false);
  const lacksEvents = typeof choices !== 'string' && events.length === 0;
  const submit = () => {
    setAsked(true);
    if (!lacksEvents) onSubmit({ name: name.trim(), url: url.trim(), events });
  };
  return (
    <FormFrame {...props} error={error} pointers={pointers} onSubmit={submit}>
      <UrlField
        description={props.urlDescription}
        placeholder={props.urlPlaceholder}
        value={url}
        onChange={setUrl}
        error={error}
        data-autofocus
      />
      <NameField
        placeholder={props.namePlaceholder}
        required={props.nameRequired ?? false}
        value={name}
        onChange={setName}
        error={error}
      />
      {typeof choices === 'string' ? (
        <Text fz="sm" c="dimmed">
          {choices}
        </Text>
      ) : (
        <EventChoices
          label={props.choicesLabel}
          choices={choices}
          value={events}
          onChange={setEvents}
          error={asked && lacksEvents ? props.noneChosen : fieldError(error, '/events')}
        />
      )}
    </FormFrame>
  );
}
