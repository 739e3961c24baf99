import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, holds } from '../app/api.ts';
import { useMe } from '../app/use-me.ts';
import { useParam } from '../app/use-param.ts';
import { EndpointHealth } from '../blocks/endpoint-health.tsx';
import { nameOf, wordsOfEvents } from '../blocks/endpoint-list.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Loading } from '../blocks/loading.tsx';
import { Moment } from '../blocks/moment.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { Section } from '../blocks/section.tsx';
import { State } from '../blocks/state.tsx';
import { useStats } from '../blocks/use-stats.ts';
import { Deliveries } from './deliveries/deliveries.tsx';
import { EndpointActions } from './endpoints/endpoint-actions.tsx';

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
        actions={holds(me, 'endpoints:write') && <EndpointActions endpoint={endpoint} />}
      />
      <Stack gap="lg">
        <Section title="Settings" actions={<EndpointHealth stats={statsOf(id)} />}>
          <dl className="facts">
            <dt>State</dt>
            <dd>
              <State paint={endpoint.enabled ? 'good' : 'idle'}>
                {endpoint.enabled ? 'Enabled' : 'Disabled'}
              </State>{' '}
              {endpoint.disabled_reason}
            </dd>
            <dt>URL</dt>
            <dd className="mono">{endpoint.url}</dd>
            <dt>Events</dt>
            <dd>{wordsOfEvents(endpoint.events)}</dd>
            <dt>Contract</dt>
            <dd>{endpoint.contract}</dd>
            <dt>Headers</dt>
            <dd className="mono">{Object.keys(endpoint.headers).join(', ') || 'none of its own'}</dd>
            <dt>Timeout</dt>
            <dd>{endpoint.timeout_seconds} s</dd>
            <dt>Added</dt>
            <dd>
              <Moment at={endpoint.created_at} />
            </dd>
          </dl>
        </Section>
        {holds(me, 'deliveries:read') && <Deliveries filter={{ endpoint_id: id }} />}
      </Stack>
    </>
  );
}
