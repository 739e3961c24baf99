import { Stack } from '@mantine/core';
import type { Endpoint } from '@sluice/client';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api, holds } from '../../app/api.ts';
import { useMe } from '../../app/use-me.ts';
import { OwnerNote } from '../../apps/owner-note.tsx';
import { EndpointActions } from '../../blocks/endpoint-actions.tsx';
import { EndpointFacts } from '../../blocks/endpoint-facts.tsx';
import { allEndpoints } from '../../blocks/endpoint-family.ts';
import type { EndpointValues } from '../../blocks/endpoint-form.tsx';
import { nameOf } from '../../blocks/endpoint-list.tsx';
import { Failure } from '../../blocks/failure.tsx';
import type { FormState } from '../../blocks/form-frame.tsx';
import { Loading } from '../../blocks/loading.tsx';
import { PageHeader } from '../../blocks/page-header.tsx';
import { useStats } from '../../blocks/use-stats.ts';

interface Props {
  readonly id: string;
  readonly form: (state: FormState<EndpointValues>, endpoint: Endpoint) => ReactNode;
  readonly eventsOf: (endpoint: Endpoint) => ReactNode;
  /** Where the list is. */
  readonly listPath: `/${string}`;
  /** What it was sent. */
  readonly log: ReactNode;
}

/** One endpoint: whose it is, how it is set, what can be done with it, and what it was sent. */
export function EndpointView({ id, form, eventsOf, listPath, log }: Props) {
  const me = useMe();
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
              form={(state) => form(state, endpoint)}
              rotatable={endpoint.owner.kind !== 'member'}
              after={listPath}
            />
          )
        }
      />
      <Stack gap="lg">
        <OwnerNote endpoint={endpoint} />
        <EndpointFacts endpoint={endpoint} stats={statsOf(id)} events={eventsOf(endpoint)} />
        {log}
      </Stack>
    </>
  );
}
