import { TagsInput } from '@mantine/core';
import type { Endpoint } from '@sluice/client';
import { useState } from 'react';
import { EndpointForm, type EndpointValues } from '../../blocks/endpoint-form.tsx';
import type { FormState } from '../../blocks/form-frame.tsx';
import { useChoices } from './use-choices.ts';

/** An endpoint of any contract: its events are names and prefixes, typed or taken from the catalogue. */
export function AnyEndpointForm({ endpoint, ...state }: FormState<EndpointValues> & { endpoint?: Endpoint }) {
  const { eventTypes, contracts } = useChoices();
  const [events, setEvents] = useState(endpoint?.events ?? ['*']);
  return (
    <EndpointForm
      {...state}
      endpoint={endpoint}
      submitLabel={endpoint === undefined ? 'Add endpoint' : 'Save'}
      urlDescription="Where events are sent, as POST requests"
      namePlaceholder="Order service"
      contracts={contracts}
      events={events}
      eventsField={(error) => (
        <TagsInput
          label="Events"
          description="Names of event types, prefixes such as review.*, or * for all"
          data={['*', ...eventTypes]}
          limit={100}
          value={events}
          onChange={setEvents}
          splitChars={[',', ' ']}
          clearable
          error={error}
        />
      )}
    />
  );
}
