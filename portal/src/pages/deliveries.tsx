import { Autocomplete, Button, Select } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import type { ListDeliveriesQuery } from '@sluice/client';
import { useState } from 'react';
import { holds } from '../app/api.ts';
import { useAddress } from '../app/use-address.ts';
import { useMe } from '../app/use-me.ts';
import { EndpointChoice } from '../blocks/endpoint-choice.tsx';
import { NotAllowed } from '../blocks/not-allowed.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { useEveryEndpoint } from '../blocks/use-every-endpoint.ts';
import { Deliveries } from './deliveries/deliveries.tsx';
import { useEventTypeNames } from './endpoints/use-choices.ts';

const states = ['pending', 'sending', 'delivered', 'failed', 'cancelled', 'held'] as const;
const times = [
  { value: '1', label: 'The last hour' },
  { value: '24', label: 'The last day' },
  { value: '168', label: 'The last week' },
];

/** What was sent. What to show stands in the address, so that it can be sent to a colleague. */
export function DeliveriesPage() {
  const me = useMe();
  return (
    <>
      <PageHeader title="Deliveries" description="Everything that was sent, and what came back" />
      {holds(me, 'deliveries:read') ? (
        <FilteredDeliveries />
      ) : (
        <NotAllowed what="deliveries" scope="deliveries:read" holders="owners and administrators" />
      )}
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
  const filtered = within !== undefined || Object.keys(filter).length > 0;
  return (
    <>
      <div className="filters">
        <Select
          aria-label="State"
          placeholder="Every state"
          clearable
          data={states.map((value) => ({ value, label: value.charAt(0).toUpperCase() + value.slice(1) }))}
          value={filter.state ?? null}
          onChange={setState}
        />
        {endpoints.data && (
          <EndpointChoice endpoints={endpoints.data} value={endpoint} onChange={setEndpoint} />
        )}
        <TypeField value={type} onChange={setType} />
        <Select
          aria-label="Made within"
          placeholder="At any time"
          clearable
          data={times}
          value={within?.value ?? null}
          onChange={setHours}
        />
        {filtered && (
          <Button
            variant="subtle"
            onClick={() => {
              for (const clear of [setState, setEndpoint, setType, setHours]) clear(null);
            }}
          >
            Show all
          </Button>
        )}
      </div>
      <Deliveries
        filter={filter}
        {...(within && { hours: Number(within.value) })}
        endpoints={endpoints.data ?? []}
        filtered={filtered}
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
