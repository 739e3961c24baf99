import { Stack, Text } from '@mantine/core';
import type { Attempt } from '@sluice/client';
import { useQuery } from '@tanstack/react-query';
import { AttemptView } from './attempt-view.tsx';
import { Failure } from './failure.tsx';
import { Loading } from './loading.tsx';

interface Props<Item> {
  readonly delivery: Item;
  readonly read: (delivery: Item) => Promise<readonly Attempt[]>;
}

/** The attempts of one delivery, the latest first. */
export function AttemptsOf<Item extends { readonly id: string; readonly attempts: number }>({
  delivery,
  read,
}: Props<Item>) {
  const attempts = useQuery({
    queryKey: ['attempts', delivery.id, delivery.attempts],
    queryFn: () => read(delivery),
  });
  if (attempts.isPending) return <Loading />;
  if (attempts.isError) return <Failure error={attempts.error} onRetry={() => void attempts.refetch()} />;
  const latestFirst = [...attempts.data].sort((a, b) => b.number - a.number);
  if (latestFirst.length === 0)
    return (
      <Text fz="sm" c="dimmed">
        Nothing was sent yet.
      </Text>
    );
  return (
    <Stack gap="lg">
      {latestFirst.map((attempt) => (
        <AttemptView key={attempt.id} attempt={attempt} />
      ))}
    </Stack>
  );
}
