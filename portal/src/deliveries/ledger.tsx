import { Group, Stack } from '@mantine/core';
import type { DeliverySummary, ListDeliveriesQuery } from '@sluice/client';
import type { ReactNode } from 'react';
import { keys } from '../api/cache.ts';
import { api } from '../api/client.ts';
import { useHolds } from '../api/session.ts';
import { Empty, PageLink } from '../blocks/page.tsx';
import { readAttempts } from './attempts.tsx';
import { DeliveryActions } from './delivery-actions.tsx';
import { DeliveryLog } from './delivery-log.tsx';

interface Props {
  readonly filter: Omit<ListDeliveriesQuery, 'since'>;
  /** Only what was made since so many hours ago. */
  readonly hours?: number;
  /** Where a delivery goes; left out where all go to one endpoint. */
  readonly whereTo?: (delivery: DeliverySummary) => string;
  /** What stands there while there are none. */
  readonly empty: { readonly title: string; readonly text: string };
  /** More about an opened delivery. */
  readonly more?: (delivery: DeliverySummary) => ReactNode;
}

const hourMs = 3_600_000;

/** The organization's deliveries, each with its attempts and what can be done about it. */
export function Ledger({ filter, hours, whereTo, empty, more }: Props) {
  const writes = useHolds('deliveries:write');
  return (
    <DeliveryLog
      queryKey={keys.deliveries.list({ ...filter, hours })}
      read={(cursor) => api.listDeliveries({ limit: 50, ...filter, ...sinceHours(hours), ...cursor }).page()}
      attemptsOf={readAttempts}
      whereTo={whereTo}
      details={(delivery) => (
        <Stack gap="sm" mb="md">
          <Group justify="space-between">
            <PageLink path={`/deliveries/${delivery.id}`} fz="sm" className="mono">
              {delivery.id}
            </PageLink>
            {writes && <DeliveryActions delivery={delivery} />}
          </Group>
          {more?.(delivery)}
        </Stack>
      )}
      empty={<Empty title={empty.title}>{empty.text}</Empty>}
    />
  );
}

function sinceHours(hours: number | undefined): Pick<ListDeliveriesQuery, 'since'> {
  return hours === undefined ? {} : { since: new Date(Date.now() - hours * hourMs).toISOString() };
}
