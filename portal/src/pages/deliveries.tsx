import { Autocomplete } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import type { ListDeliveriesQuery } from '@sluice/client';
import { useState } from 'react';
import { useEventTypeNames, useEveryEndpoint } from '../api/lists.ts';
import { Filter, Filters } from '../blocks/filters.tsx';
import { Guarded } from '../blocks/not-allowed.tsx';
import { PageHeader } from '../blocks/page.tsx';
import { useAddress } from '../blocks/use-address.ts';
import { Ledger } from '../deliveries/ledger.tsx';
import { capitalized } from '../text/words.ts';
import { EndpointChoice } from '../webhooks/endpoint-choice.tsx';
import { nameOf } from '../webhooks/webhook.ts';

const states = ['pending', 'sending', 'delivered', 'failed', 'cancelled', 'held'] as const;
const times = [
  { value: '1', label: 'The last hour' },
  { value: '24', label: 'The last day' },
  { value: '168', label: 'The last week' },
];

const noneFound = {
  title: 'No such deliveries',
  text: 'None is as chosen above. One that becomes so shows up here by itself.',
};
const noneYet = {
  title: 'No deliveries yet',
  text: 'Deliveries appear here when an event is published that an endpoint wants.',
};

/** What was sent. What to show stands in the address, so that it can be sent to a colleague. */
export function DeliveriesPage() {
  return (
    <>
      <PageHeader title="Deliveries" description="Everything that was sent, and what came back" />
      <Guarded scope="deliveries:read" what="deliveries">
        <FilteredDeliveries />
      </Guarded>
    </>
  );
}

function FilteredDeliveries() {
  const [state, setState] = useAddress('state');
  const [endpoint, setEndpoint] = useAddress('endpoint');
  const [type, setType] = useAddress('type');
  const [hours, setHours] = useAddress('hours');
  const endpoints = useEveryEndpoint();
  const within = times.find(({ value }) => value === hours);
  const filter: Omit<ListDeliveriesQuery, 'since'> = {
    ...(endpoint !== null && { endpoint_id: endpoint }),
    ...(type !== null && { type }),
    ...stateFilter(state),
  };
  const names = new Map(endpoints.data?.map((one) => [one.id, nameOf(one)]));
  const filtered = within !== undefined || Object.keys(filter).length > 0;
  const clear = () => {
    for (const set of [setState, setEndpoint, setType, setHours]) set(null);
  };
  return (
    <>
      <Filters onClear={filtered ? clear : undefined}>
        <Filter
          label="State"
          placeholder="Every state"
          data={states.map((value) => ({ value, label: capitalized(value) }))}
          value={filter.state ?? null}
          onChange={setState}
        />
        {endpoints.data && (
          <EndpointChoice endpoints={endpoints.data} value={endpoint} onChange={setEndpoint} />
        )}
        <TypeField value={type} onChange={setType} />
        <Filter
          label="Made within"
          placeholder="At any time"
          data={times}
          value={within?.value ?? null}
          onChange={setHours}
        />
      </Filters>
      <Ledger
        filter={filter}
        {...(within && { hours: Number(within.value) })}
        whereTo={({ endpoint_id: id }) => names.get(id) ?? id}
        empty={filtered ? noneFound : noneYet}
      />
    </>
  );
}

/** The name of an event type; the catalogue's are offered, others can be typed. */
function TypeField({ value, onChange }: { value: string | null; onChange: (type: string | null) => void }) {
  const names = useEventTypeNames();
  const [typed, setTyped] = useState(value ?? '');
  const [last, setLast] = useState(value);
  const report = useDebouncedCallback((text: string) => onChange(text.trim()), 300);
  // Cleared or left by other means than this field.
  if (last !== value) {
    setLast(value);
    if ((value ?? '') !== typed.trim()) setTyped(value ?? '');
  }
  return (
    <Autocomplete
      aria-label="Event type"
      placeholder="Every event type"
      clearable
      data={names}
      limit={100}
      maxLength={128}
      value={typed}
      onChange={(text) => {
        setTyped(text);
        report(text);
      }}
    />
  );
}

function stateFilter(chosen: string | null): Pick<ListDeliveriesQuery, 'state'> {
  const state = states.find((one) => one === chosen);
  return state === undefined ? {} : { state };
}
