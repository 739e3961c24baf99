import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { keys } from '../api/cache.ts';
import { api } from '../api/client.ts';
import { useHolds } from '../api/session.ts';
import { Moment } from '../blocks/moment.tsx';
import { PageHeader, PageLink, Section } from '../blocks/page.tsx';
import { DeliveryState } from '../blocks/state.tsx';
import { useParam } from '../blocks/use-address.ts';
import { Loaded } from '../blocks/waiting.tsx';
import { AttemptsOf, readAttempts } from '../deliveries/attempts.tsx';
import { DeliveryActions } from '../deliveries/delivery-actions.tsx';

export function DeliveryPage() {
  const id = useParam('id');
  const writes = useHolds('deliveries:write');
  const found = useQuery({
    queryKey: keys.deliveries.one(id),
    queryFn: () => api.getDelivery(id),
    refetchInterval: 5_000,
  });
  return (
    <Loaded query={found}>
      {(delivery) => (
        <>
          <PageHeader
            title={delivery.event_type}
            description={<span className="mono">{delivery.id}</span>}
            actions={writes && <DeliveryActions delivery={delivery} />}
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
              <AttemptsOf delivery={delivery} read={readAttempts} />
            </Section>
          </Stack>
        </>
      )}
    </Loaded>
  );
}
