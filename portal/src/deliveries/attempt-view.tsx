import { Group, Stack, Text } from '@mantine/core';
import type { Attempt } from '@sluice/client';
import { ExchangeView } from '../blocks/exchange-view.tsx';
import { Moment } from '../blocks/moment.tsx';
import { OutcomeState } from '../blocks/state.tsx';
import { milliseconds } from '../text/figures.ts';

/** One HTTP request and what came of it: everything that was sent and answered, as text. */
export function AttemptView({ attempt }: { attempt: Attempt }) {
  const { request, response, timings_ms: timings } = attempt;
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <Text fw={600}>Attempt {attempt.number}</Text>
        <OutcomeState outcome={attempt.outcome} />
        <Text fz="sm" c="dimmed" className="numbers" component="span">
          {response === null ? '' : `HTTP ${response.status} · `}
          {timings === null ? '' : `${milliseconds(timings.total)} · `}
          <Moment at={attempt.started_at} />
        </Text>
      </Group>
      {attempt.error !== null && <Text fz="sm">{attempt.error}</Text>}
      <ExchangeView request={request} response={response} isUnknown={attempt.outcome === 'unknown'} />
    </Stack>
  );
}
