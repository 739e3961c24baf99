import { Group, Text } from '@mantine/core';
import type { Endpoint, ListDeliveriesQuery } from '@sluice/client';
import { api, holds } from '../../app/api.ts';
import { everyEntry, mostOnAPage } from '../../app/every-entry.ts';
import { useMe } from '../../app/use-me.ts';
import { DeliveryLog } from '../../blocks/delivery-log.tsx';
import { Empty } from '../../blocks/empty.tsx';
import { nameOf } from '../../blocks/endpoint-list.tsx';
import { PageLink } from '../../blocks/page-link.tsx';
import { Paged } from '../../blocks/paged.tsx';
import { usePages } from '../../blocks/use-pages.ts';
import { DeliveryActions } from './delivery-actions.tsx';

interface Props {
  readonly filter: Omit<ListDeliveriesQuery, 'since'>;
  /** Only what was made since so many hours ago. */
  readonly hours?: number;
  /** To say where a delivery goes; none, where the log is about one of them. */
  readonly endpoints?: readonly Pick<Endpoint, 'id' | 'name' | 'url'>[];
  /** Whether there may be others than those that are asked for. */
  readonly filtered?: boolean;
}

const refreshMs = 5_000;

const hourMs = 3_600_000;

/** The organization's deliveries, kept fresh, each with its attempts and what can be done about it. */
export function Deliveries({ filter, hours, endpoints, filtered = false }: Props) {
  const me = useMe();
  const pages = usePages(
    ['deliveries', filter, hours],
    (cursor) => api.listDeliveries({ limit: 50, ...filter, ...sinceHours(hours), ...cursor }).page(),
    refreshMs,
  );
  const names = new Map((endpoints ?? []).map((endpoint) => [endpoint.id, nameOf(endpoint)]));
  const writes = holds(me, 'deliveries:write');
  return (
    <Paged
      pages={pages}
      empty={
        <div className="card">
          <Empty title={filtered ? 'No such deliveries' : 'No deliveries yet'}>
            {filtered
              ? 'None is as chosen above. One that becomes so shows up here by itself.'
              : 'Deliveries appear here when an event is published that an endpoint wants.'}
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

export function attemptsOf({ id }: { readonly id: string }) {
  return everyEntry(api.listAttempts(id, { limit: mostOnAPage }));
}

function sinceHours(hours: number | undefined): Pick<ListDeliveriesQuery, 'since'> {
  return hours === undefined ? {} : { since: new Date(Date.now() - hours * hourMs).toISOString() };
}
