import { Stack, Text } from '@mantine/core';
import type { Attempt } from '@sluice/client';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { everyEntry, mostOnAPage } from '../api/listings.ts';
import { Loaded } from '../blocks/loaded.tsx';
import { AttemptView } from './attempt-view.tsx';

interface Props<Item> {
  readonly delivery: Item;
  readonly read: (delivery: Item) => Promise<readonly Attempt[]>;
}

/** The attempts of one delivery, the latest first. */
export function AttemptsOf<Item extends { readonly id: string; readonly attempts: number }>({
  delivery,
  read,
}: Props<Item>) {
  return (
    <Loaded query={useAttempts(delivery, read)}>
      {(attempts) =>
        attempts.length === 0 ? (
          <Text fz="sm" c="dimmed">
            Nothing was sent yet.
          </Text>
        ) : (
          <Stack gap="lg">
            {attempts.map((attempt) => (
              <AttemptView key={attempt.id} attempt={attempt} />
            ))}
          </Stack>
        )
      }
    </Loaded>
  );
}

/** The attempts of one delivery, the latest first. */
export function useAttempts<Item extends { readonly id: string; readonly attempts: number }>(
  delivery: Item,
  read: (delivery: Item) => Promise<readonly Attempt[]>,
) {
  return useQuery({
    queryKey: keys.deliveries.attempts(delivery.id, delivery.attempts),
    queryFn: async () => [...(await read(delivery))].sort((a, b) => b.number - a.number),
  });
}

/** Reads the attempts of a delivery for those who see all deliveries of the organization. */
export function readAttempts({ id }: { readonly id: string }): Promise<Attempt[]> {
  return everyEntry(api.listAttempts(id, { limit: mostOnAPage }));
}
