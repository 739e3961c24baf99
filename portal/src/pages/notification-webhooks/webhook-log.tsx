import { Text } from '@mantine/core';
import type { Endpoint } from '@sluice/client';
import { DeliveryLog } from '../../blocks/delivery-log.tsx';
import { Paged } from '../../blocks/paged.tsx';
import { usePages } from '../../blocks/use-pages.ts';
import type { WebhookFamily } from './webhook-family.ts';

/** What went to a webhook, newest first. */
export function WebhookLog({ family, webhook: { id } }: { family: WebhookFamily; webhook: Endpoint }) {
  const deliveries = usePages(
    [family.key, id, 'deliveries'],
    (cursor) => family.deliveries(id, cursor),
    5_000,
  );
  return (
    <Paged
      pages={deliveries}
      empty={
        <Text fz="sm" c="dimmed" p="md">
          Nothing was sent yet. A test shows at once whether the receiver is there.
        </Text>
      }
    >
      {(items) => (
        <DeliveryLog deliveries={items} attemptsOf={(delivery) => family.attempts(id, delivery.id)} />
      )}
    </Paged>
  );
}
