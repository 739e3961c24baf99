import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, holds } from '../app/api.ts';
import { useMe } from '../app/use-me.ts';
import { useParam } from '../app/use-param.ts';
import { EventChips } from '../apps/event-chips.tsx';
import { NoAccess } from '../apps/no-access.tsx';
import { OwnerNote } from '../apps/owner-note.tsx';
import { EndpointActions } from '../blocks/endpoint-actions.tsx';
import { EndpointFacts } from '../blocks/endpoint-facts.tsx';
import { allEndpoints } from '../blocks/endpoint-family.ts';
import { nameOf } from '../blocks/endpoint-list.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Loading } from '../blocks/loading.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageLink } from '../blocks/page-link.tsx';
import { useStats } from '../blocks/use-stats.ts';
import { WebhookForm } from './webhooks/webhook-form.tsx';
import { WebhookLog } from './webhooks/webhook-log.tsx';

export function WebhookPage() {
  const me = useMe();
  return (
    <>
      <div className="crumbs">
        System settings /{' '}
        <PageLink path="/settings/webhooks" fz="sm" underline="always">
          Webhooks
        </PageLink>
      </div>
      {holds(me, 'endpoints:read') ? (
        <Webhook />
      ) : (
        <>
          <PageHeader title="Webhook" />
          <NoAccess what="webhooks" scope="endpoints:read" />
        </>
      )}
    </>
  );
}

function Webhook() {
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
              form={(state) => <WebhookForm {...state} endpoint={endpoint} />}
              after="/settings/webhooks"
            />
          )
        }
      />
      <Stack gap="lg">
        <OwnerNote endpoint={endpoint} />
        <EndpointFacts
          endpoint={endpoint}
          stats={statsOf(id)}
          events={<EventChips events={endpoint.events} />}
        />
        {holds(me, 'deliveries:read') ? (
          <WebhookLog endpointId={id} />
        ) : (
          <NoAccess what="what was sent" scope="deliveries:read" />
        )}
      </Stack>
    </>
  );
}
