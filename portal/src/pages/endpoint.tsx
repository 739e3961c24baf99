import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, holds } from '../app/api.ts';
import { useMe } from '../app/use-me.ts';
import { useParam } from '../app/use-param.ts';
import { OwnerNote } from '../apps/owner-note.tsx';
import { EndpointActions } from '../blocks/endpoint-actions.tsx';
import { EndpointFacts } from '../blocks/endpoint-facts.tsx';
import { allEndpoints } from '../blocks/endpoint-family.ts';
import { nameOf, wordsOfEvents } from '../blocks/endpoint-list.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Loading } from '../blocks/loading.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { useStats } from '../blocks/use-stats.ts';
import { Deliveries } from './deliveries/deliveries.tsx';
import { AnyEndpointForm } from './endpoints/endpoint-form.tsx';

export function EndpointPage() {
  const me = useMe();
  const id = useParam('id');
  const found = useQuery({ queryKey: ['endpoints', id], queryFn: () => api.getEndpoint(id) });
  const statsOf = useStats([{ id }], (one) => api.getEndpointStats(one));
  if (found.isPending) return <Loading />;
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const endpoint = found.data;
  return (
    <>
      <PageHeader
        title={nameOf(endpoint)}
        description={endpoint.description}
        actions={
          holds(me, 'endpoints:write') && (
            <EndpointActions
              endpoint={endpoint}
              family={allEndpoints}
              form={(state) => <AnyEndpointForm {...state} endpoint={endpoint} />}
              after="/endpoints"
            />
          )
        }
      />
      <Stack gap="lg">
        <OwnerNote endpoint={endpoint} />
        <EndpointFacts
          endpoint={endpoint}
          stats={statsOf(id)}
          events={<span style={{ overflowWrap: 'anywhere' }}>{wordsOfEvents(endpoint.events)}</span>}
        />
        {holds(me, 'deliveries:read') && <Deliveries filter={{ endpoint_id: id }} />}
      </Stack>
    </>
  );
}
