import { useQuery } from '@tanstack/react-query';
import { api, holds } from '../app/api.ts';
import { everyEntry, mostOnAPage } from '../app/every-entry.ts';
import { useMe } from '../app/use-me.ts';

const refreshMs = 60_000;

/** All endpoints of the organization, for counting, naming and choosing them; asked for by those who may see them. */
export function useEveryEndpoint() {
  const me = useMe();
  return useQuery({
    queryKey: ['endpoints', 'every'],
    queryFn: () => everyEntry(api.listEndpoints({ limit: mostOnAPage })),
    enabled: holds(me, 'endpoints:read'),
    staleTime: refreshMs,
    refetchInterval: refreshMs,
  });
}
