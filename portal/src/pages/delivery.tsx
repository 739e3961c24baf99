import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { keys } from '../api/cache.ts';
import { api } from '../api/client.ts';
import { useHolds } from '../api/session.ts';
import { Facts, Mono } from '../blocks/facts.tsx';
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
            description={<Mono>{delivery.id}</Mono>}
            actions={writes && <DeliveryActions delivery={delivery} />}
          />
          <Stack gap="lg">
            <Section title="The delivery">
              <Facts
                of={{
                  State: <DeliveryState delivery={delivery} />,
                  Endpoint: (
                    <PageLink path={`/endpoints/${delivery.endpoint_id}`} className="mono">
                      {delivery.endpoint_id}
                    </PageLink>
                  ),
                  Event: <Mono>{delivery.event_id}</Mono>,
                  Contract: delivery.contract,
                  Made: <Moment at={delivery.created_at} />,
                  'Next attempt': delivery.next_attempt_at ? (
                    <Moment at={delivery.next_attempt_at} />
                  ) : undefined,
                }}
              />
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
