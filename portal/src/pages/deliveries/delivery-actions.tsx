import { Button, Group } from '@mantine/core';
import type { DeliverySummary } from '@sluice/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../app/api.ts';
import { ConfirmButton } from '../../blocks/confirm-button.tsx';
import { Failure } from '../../blocks/failure.tsx';

/** What can be done about a delivery in its state. */
export function DeliveryActions({
  delivery: { id, state },
}: {
  delivery: Pick<DeliverySummary, 'id' | 'state'>;
}) {
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries();
  const retry = useMutation({ mutationFn: () => api.retryDelivery(id), onSuccess: refresh });
  const canRetry = state === 'pending' || state === 'failed';
  const canCancel = canRetry ? state === 'pending' : state === 'sending' || state === 'held';
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
