import { Text } from '@mantine/core';
import type { EndpointStats } from '@sluice/client';

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

/** Never 100 % while something failed. */
export function percent(rate: number): string {
  return `${Math.floor(rate * 1000) / 10} %`;
}

/** A duration in as few digits as say something. */
export function milliseconds(duration: number): string {
  if (duration < 1_000) return `${duration < 10 ? duration.toFixed(1) : Math.round(duration)} ms`;
  const seconds = duration / 1_000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3_600).toFixed(1)} h`;
}
