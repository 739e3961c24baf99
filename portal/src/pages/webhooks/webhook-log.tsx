import { Group, Stack, Text } from '@mantine/core';
import type { DeliverySummary } from '@sluice/client';
import { useQuery } from '@tanstack/react-query';
import { api, holds } from '../../app/api.ts';
import { useMe } from '../../app/use-me.ts';
import { ChangeView } from '../../apps/change-view.tsx';
import { recordChangeOf } from '../../apps/record-change.ts';
import { DeliveryLog } from '../../blocks/delivery-log.tsx';
import { Empty } from '../../blocks/empty.tsx';
import { Paged } from '../../blocks/paged.tsx';
import { usePages } from '../../blocks/use-pages.ts';
import { attemptsOf } from '../deliveries/deliveries.tsx';
import { DeliveryActions } from '../deliveries/delivery-actions.tsx';

const refreshMs = 5_000;

/** What one webhook was sent, newest first; each opens to the record before and after, and to its attempts. */
export function WebhookLog({ endpointId }: { endpointId: string }) {
  const me = useMe();
  const pages = usePages(
    ['deliveries', { endpoint_id: endpointId }],
    (cursor) => api.listDeliveries({ limit: 50, endpoint_id: endpointId, ...cursor }).page(),
    refreshMs,
  );
  const writes = holds(me, 'deliveries:write');
  return (
    <Paged
      pages={pages}
      empty={
        <div className="card">
          <Empty title="Nothing was sent yet">
            As soon as a record changes that this webhook wants to hear of, the change stands here.
          </Empty>
        </div>
      }
    >
      {(items) => (
        <DeliveryLog
          deliveries={items}
          attemptsOf={attemptsOf}
          actions={(delivery) => (
            <Stack gap="sm" mb="md">
              <Group justify="space-between">
                <Text fz="sm" c="dimmed" className="mono">
                  {delivery.id}
                </Text>
                {writes && <DeliveryActions delivery={delivery} />}
              </Group>
              <SentChange delivery={delivery} />
            </Stack>
          )}
        />
      )}
    </Paged>
  );
}

/** The change as the latest attempt told it; the same answer that the list of attempts below reads. */
function SentChange({ delivery }: { delivery: DeliverySummary }) {
  const attempts = useQuery({
    queryKey: ['attempts', delivery.id, delivery.attempts],
    queryFn: () => attemptsOf(delivery),
  });
  const latest = [...(attempts.data ?? [])].sort((a, b) => b.number - a.number)[0];
  const change = latest?.request.body ? recordChangeOf(latest.request.body) : null;
  return change && <ChangeView change={change} />;
}
