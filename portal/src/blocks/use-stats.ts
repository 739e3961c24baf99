import type { EndpointStats } from '@sluice/client';
import { useQueries } from '@tanstack/react-query';

const refreshMs = 15_000;
/** So many are asked for each time; more are asked for less often. */
const atOnce = 10;

/**
 * How several endpoints do, each asked for by itself.
 * @param read such as `(id) => api.getEndpointStats(id)`
 * @returns the statistics of an endpoint by its id, `undefined` while they are not there
 */
export function useStats(
  endpoints: readonly { readonly id: string }[],
  read: (id: string) => Promise<EndpointStats>,
): (id: string) => EndpointStats | undefined {
  const results = useQueries({
    queries: endpoints.map(({ id }) => ({
      queryKey: ['stats', id],
      queryFn: () => read(id),
      refetchInterval: refreshMs * Math.max(1, Math.ceil(endpoints.length / atOnce)),
    })),
  });
  const byId = new Map(endpoints.map(({ id }, index) => [id, results[index]?.data]));
  return (id) => byId.get(id);
}
