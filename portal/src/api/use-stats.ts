import type { EndpointStats } from '@sluice/client';
import { useQueries } from '@tanstack/react-query';
import { keys, type WebhookSource } from './cache.ts';
import { api } from './client.ts';

const refreshMs = 15_000;
/** So many are asked for each time; more are asked for less often. */
const atOnce = 10;

/** The statistics of one part of the API. */
export interface StatsSource {
  readonly source: WebhookSource;
  readonly stats?: (id: string) => Promise<EndpointStats>;
}

const allEndpoints: StatsSource = { source: 'endpoints', stats: (id) => api.getEndpointStats(id) };

/**
 * How several endpoints do, each asked for by itself.
 * @returns the statistics of an endpoint by its id; `undefined` while they are not there, or where there are none
 */
export function useStats(
  endpoints: readonly { readonly id: string }[],
  { source, stats }: StatsSource = allEndpoints,
): (id: string) => EndpointStats | undefined {
  const results = useQueries({
    queries: (stats === undefined ? [] : endpoints).map(({ id }) => ({
      queryKey: keys.webhooks.stats(source, id),
      queryFn: () => stats?.(id),
      refetchInterval: refreshMs * Math.max(1, Math.ceil(endpoints.length / atOnce)),
    })),
  });
  const byId = new Map(endpoints.map(({ id }, index) => [id, results[index]?.data]));
  return (id) => byId.get(id);
}
