import { useQuery } from '@tanstack/react-query';
import { api } from './client.ts';
import { keys } from './keys.ts';
import { everyEntry, mostOnAPage } from './listings.ts';
import { useHolds } from './session.ts';

const refreshMs = 60_000;

/** All endpoints of the organization, for counting, naming and choosing them; asked for by those who may see them. */
export function useEveryEndpoint() {
  return useQuery({
    queryKey: keys.webhooks.list('endpoints', 'every'),
    queryFn: () => everyEntry(api.listEndpoints({ limit: mostOnAPage })),
    enabled: useHolds('endpoints:read'),
    staleTime: refreshMs,
    refetchInterval: refreshMs,
  });
}
