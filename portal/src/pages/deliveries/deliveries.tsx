import { Group, Text } from '@mantine/core';
import type { Endpoint, ListDeliveriesQuery } from '@sluice/client';
import { api, holds } from '../../app/api.ts';
import { useMe } from '../../app/use-me.ts';
import { DeliveryLog } from '../../blocks/delivery-log.tsx';
import { Empty } from '../../blocks/empty.tsx';
import { nameOf } from '../../blocks/endpoint-list.tsx';
import { PageLink } from '../../blocks/page-link.tsx';
import { Paged } from '../../blocks/paged.tsx';
import { usePages } from '../../blocks/use-pages.ts';
import { DeliveryActions } from './delivery-actions.tsx';

interface Props {
  readonly filter: ListDeliveriesQuery;
  /** To say where a delivery goes; none, where the log is about one of them. */
  readonly endpoints?: readonly Pick<Endpoint, 'id' | 'name' | 'url'>[];
}

const refreshMs = 5_000;

/** The organization's deliveries, kept fresh, each with its attempts and what can be done about it. */
export function Deliveries({ filter, endpoints }: Props) {
  const me = useMe();
  const pages = usePages(
    ['deliveries', filter],
    (cursor) => api.listDeliveries({ limit: 50, ...filter, ...cursor }).page(),
    refreshMs,
  );
  const names = new Map((endpoints ?? []).map((endpoint) => [endpoint.id, nameOf(endpoint)]));
  const writes = holds(me, 'deliveries:write');
  return (
    <Paged
      pages={pages}
      empty={
        <div className="card">
          <Empty title="No deliveries">
            Deliveries appear here when an event is published that an endpoint wants.
          </Empty>
        </div>
      }
    >
      {(items) => (
        <DeliveryLog
          deliveries={items}
          attemptsOf={attemptsOf}
          whereTo={endpoints && (({ endpoint_id: id }) => names.get(id) ?? id)}
          actions={(delivery) => (
            <Group justify="space-between" mb="md">
              <Text fz="sm" c="dimmed" component="span">
                <PageLink path={`/deliveries/${delivery.id}`} fz="sm" className="mono">
                  {delivery.id}
                </PageLink>
              </Text>
              {writes && <DeliveryActions delivery={delivery} />}
            </Group>
          )}
        />
      )}
    </Paged>
  );
}

/** As many as one page holds, which is more than any schedule has. */
export async function attemptsOf({ id }: { readonly id: string }) {
  return (await api.listAttempts(id, { limit: 200 }).page()).data;
}
