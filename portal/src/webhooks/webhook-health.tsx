import { Text } from '@mantine/core';
import type { EndpointStats } from '@sluice/client';
import { State } from '../blocks/state.tsx';
import { milliseconds, percent } from '../text/words.ts';
import type { Webhook } from './webhook.ts';

/** The share of the last day's deliveries that arrived, and how fast half of them did. */
export function EndpointHealth({ stats }: { stats: EndpointStats | undefined }) {
  if (stats === undefined) return <div className="endpoint-health" />;
  const { success_rate: rate, latency_ms: latency, pending, consecutive_failures: failures } = stats;
  return (
    <div className="endpoint-health numbers">
      <Text fw={600} fz="sm" ta={{ sm: 'right' }} {...(failures > 0 && { c: 'var(--mantine-color-error)' })}>
        {failures > 0
          ? `${failures} failures in a row`
          : rate === null
            ? 'Nothing ended within a day'
            : `${percent(rate)} delivered`}
      </Text>
      <Text fz="xs" c="dimmed" ta={{ sm: 'right' }}>
        {[
          failures === 0 || rate === null ? '' : `${percent(rate)} delivered`,
          latency === null ? '' : `half within ${milliseconds(latency.p50)}`,
          pending === 0 ? '' : `${pending} waiting`,
        ]
          .filter((part) => part !== '')
          .join(' · ')}
      </Text>
    </div>
  );
}

interface WebhookStateProps {
  readonly webhook: Pick<Webhook, 'enabled'>;
  readonly stats: EndpointStats | undefined;
}

/** Whether it is sent anything, and whether that arrives. */
export function WebhookState({ webhook: { enabled }, stats }: WebhookStateProps) {
  if (!enabled) return <State paint="idle">Disabled</State>;
  return (stats?.consecutive_failures ?? 0) > 0 ? (
    <State paint="held">Failing</State>
  ) : (
    <State paint="good">Enabled</State>
  );
}
