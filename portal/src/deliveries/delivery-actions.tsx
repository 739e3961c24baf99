import { Button, Group } from '@mantine/core';
import type { DeliverySummary } from '@sluice/client';
import { useMutation } from '@tanstack/react-query';
import { changed, useChanged } from '../api/cache.ts';
import { api } from '../api/client.ts';
import { ConfirmButton } from '../blocks/dialogs.tsx';
import { Failure } from '../blocks/waiting.tsx';

type Props = { readonly delivery: Pick<DeliverySummary, 'id' | 'state' | 'endpoint_id'> };

/** What can be done about a delivery in its state. */
export function DeliveryActions({ delivery: { id, state, endpoint_id: endpoint } }: Props) {
  const readAgain = useChanged();
  const refresh = () => readAgain(changed.delivery(id, endpoint));
  const retry = useMutation({ mutationFn: () => api.retryDelivery(id), onSuccess: refresh });
  const canRetry = state === 'pending' || state === 'failed';
  const canCancel = state === 'pending' || state === 'sending' || state === 'held';
  return (
    <>
      <Group gap="xs">
        {canRetry && (
          <Button size="xs" variant="default" loading={retry.isPending} onClick={() => retry.mutate()}>
            Retry now
          </Button>
        )}
        {canCancel && (
          <ConfirmButton
            size="xs"
            question="Cancel this delivery?"
            consequence="It is not sent any more. The event can be replayed later."
            answer="Cancel it"
            onConfirm={async () => {
              await api.cancelDelivery(id);
              await refresh();
            }}
          >
            Cancel
          </ConfirmButton>
        )}
      </Group>
      {retry.error && <Failure error={retry.error} />}
    </>
  );
}
