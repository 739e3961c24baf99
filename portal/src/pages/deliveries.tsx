import { Group, Select } from '@mantine/core';
import type { ListDeliveriesQuery } from '@sluice/client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, holds } from '../app/api.ts';
import { useMe } from '../app/use-me.ts';
import { nameOf } from '../blocks/endpoint-list.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { Deliveries } from './deliveries/deliveries.tsx';

const states = ['pending', 'sending', 'delivered', 'failed', 'cancelled', 'held'] as const;

export function DeliveriesPage() {
  const me = useMe();
  const [state, setState] = useState<string | null>(null);
  const [endpoint, setEndpoint] = useState<string | null>(null);
  const endpoints = useQuery({
    queryKey: ['endpoints', 'names'],
    queryFn: async () => (await api.listEndpoints({ limit: 200 }).page()).data,
    enabled: holds(me, 'endpoints:read'),
  });
  const filter: ListDeliveriesQuery = {
    ...(endpoint !== null && { endpoint_id: endpoint }),
    ...stateFilter(state),
  };
  return (
    <>
      <PageHeader title="Deliveries" description="Everything that was sent, and what came back" />
      <Group mb="md" gap="sm">
        <Select
          aria-label="State"
          placeholder="Every state"
          clearable
          clearButtonProps={{ 'aria-label': 'Every state' }}
          data={states.map((value) => ({ value, label: value.charAt(0).toUpperCase() + value.slice(1) }))}
          value={state}
          onChange={setState}
          w={180}
        />
        {endpoints.data && (
          <Select
            aria-label="Endpoint"
            placeholder="Every endpoint"
            clearable
            clearButtonProps={{ 'aria-label': 'Every endpoint' }}
            searchable
            data={endpoints.data.map((one) => ({ value: one.id, label: nameOf(one) }))}
            value={endpoint}
            onChange={setEndpoint}
            w={260}
          />
        )}
      </Group>
      <Deliveries filter={filter} endpoints={endpoints.data ?? []} />
    </>
  );
}

function stateFilter(chosen: string | null): Pick<ListDeliveriesQuery, 'state'> {
  const state = states.find((one) => one === chosen);
  return state === undefined ? {} : { state };
}
