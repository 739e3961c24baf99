import type { Endpoint } from '@sluice/client';
import { useState } from 'react';
import { useRecordTypes } from '../../apps/use-apps.ts';
import { EndpointForm, type EndpointValues } from '../../blocks/endpoint-form.tsx';
import { Failure } from '../../blocks/failure.tsx';
import type { FormState } from '../../blocks/form-frame.tsx';
import { Loading } from '../../blocks/loading.tsx';
import { type EventChoice, eventsOf, readChoice } from './event-choice.ts';
import { EventChoiceField } from './event-choice-field.tsx';

/** A webhook that hears of changes to records: its events are ticked by model and action. */
export function WebhookForm({ endpoint, ...state }: FormState<EndpointValues> & { endpoint?: Endpoint }) {
  const recordTypes = useRecordTypes();
  const [changed, setChanged] = useState<EventChoice | null>(null);
  if (recordTypes.error)
    return <Failure error={recordTypes.error} onRetry={() => void recordTypes.refetch()} />;
  if (recordTypes.isLoading) return <Loading />;
  const types = recordTypes.data ?? [];
  const choice = changed ?? readChoice(endpoint?.events ?? [], types);
  return (
    <EndpointForm
      {...state}
      endpoint={endpoint}
      submitLabel={endpoint === undefined ? 'Add webhook' : 'Save'}
      urlDescription="Where changes are sent, as POST requests. It begins with https://"
      namePlaceholder="Accounting"
      events={eventsOf(choice)}
      eventsField={(error) => (
        <EventChoiceField recordTypes={types} choice={choice} onChange={setChanged} error={error} />
      )}
    />
  );
}
