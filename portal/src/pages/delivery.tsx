import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, holds } from '../app/api.ts';
import { useMe } from '../app/use-me.ts';
import { useParam } from '../app/use-param.ts';
import { AttemptsOf } from '../blocks/attempts-of.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Loading } from '../blocks/loading.tsx';
import { Moment } from '../blocks/moment.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageLink } from '../blocks/page-link.tsx';
import { Section } from '../blocks/section.tsx';
import { DeliveryState } from '../blocks/state.tsx';
import { attemptsOf } from './deliveries/deliveries.tsx';
import { DeliveryActions } from './deliveries/delivery-actions.tsx';

export function DeliveryPage() {
  const me = useMe();
  const id = useParam('id');
  const found = useQuery({
    queryKey: ['delivery', id],
    queryFn: () => api.getDelivery(id),
    refetchInterval: 5_000,
  });
  if (found.isPending) return <Loading />;
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const delivery = found.data;
  return (
    <>
      <PageHeader
        title={delivery.event_type}
        description={<span className="mono">{delivery.id}</span>}
        actions={holds(me, 'deliveries:write') && <DeliveryActions delivery={delivery} />}
      />
      <Stack gap="lg">
        <Section title="The delivery">
          <dl className="facts">
            <dt>State</dt>
            <dd>
              <DeliveryState delivery={delivery} />
            </dd>
            <dt>Endpoint</dt>
            <dd>
              <PageLink path={`/endpoints/${delivery.endpoint_id}`} className="mono">
                {delivery.endpoint_id}
              </PageLink>
            </dd>
            <dt>Event</dt>
            <dd className="mono">{delivery.event_id}</dd>
            <dt>Contract</dt>
            <dd>{delivery.contract}</dd>
            <dt>Made</dt>
            <dd>
              <Moment at={delivery.created_at} />
            </dd>
            {delivery.next_attempt_at !== null && (
              <>
                <dt>Next attempt</dt>
                <dd>
                  <Moment at={delivery.next_attempt_at} />
                </dd>
              </>
            )}
          </dl>
        </Section>
        <Section title="Attempts">
          <AttemptsOf delivery={delivery} read={attemptsOf} />
        </Section>
      </Stack>
    </>
  );
}
