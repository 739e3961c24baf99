import { Group, Stack, Text } from '@mantine/core';
import type { Attempt } from '@sluice/client';
import { useQuery } from '@tanstack/react-query';
import { keys } from '../api/cache.ts';
import { api, everyEntry, mostOnAPage } from '../api/client.ts';
import { ExchangeView } from '../blocks/exchange-view.tsx';
import { Moment } from '../blocks/moment.tsx';
import { Quiet } from '../blocks/quiet.tsx';
import { OutcomeState } from '../blocks/state.tsx';
import { Loaded } from '../blocks/waiting.tsx';
import { milliseconds } from '../text/words.ts';

interface AttemptsOfProps<Item> {
  readonly delivery: Item;
  readonly read: (delivery: Item) => Promise<readonly Attempt[]>;
}

/** The attempts of one delivery, the latest first. */
export function AttemptsOf<Item extends { readonly id: string; readonly attempts: number }>({
  delivery,
  read,
}: AttemptsOfProps<Item>) {
  return (
    <Loaded query={useAttempts(delivery, read)}>
      {(attempts) =>
        attempts.length === 0 ? (
          <Quiet>Nothing was sent yet.</Quiet>
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

/** One HTTP request and what came of it: everything that was sent and answered, as text. */
export function AttemptView({ attempt }: { attempt: Attempt }) {
  const { request, response, timings_ms: timings } = attempt;
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <Text fw={600}>Attempt {attempt.number}</Text>
        <OutcomeState outcome={attempt.outcome} />
        <Quiet className="numbers" component="span">
          {response === null ? '' : `HTTP ${response.status} · `}
          {timings === null ? '' : `${milliseconds(timings.total)} · `}
          <Moment at={attempt.started_at} />
        </Quiet>
      </Group>
      {attempt.error !== null && <Text fz="sm">{attempt.error}</Text>}
      <ExchangeView request={request} response={response} isUnknown={attempt.outcome === 'unknown'} />
    </Stack>
  );
}
