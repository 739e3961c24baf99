import { useQuery } from '@tanstack/react-query';
import { api, holds } from '../app/api.ts';
import { everyEntry, mostOnAPage } from '../app/every-entry.ts';
import { useMe } from '../app/use-me.ts';

/** All members; none where the reader may not see them, or while they are not there. */
export function useMembers() {
  const me = useMe();
  const { data = [] } = useQuery({
    queryKey: ['members', 'every'],
    queryFn: () => everyEntry(api.listMembers({ limit: mostOnAPage })),
    enabled: holds(me, 'members:read'),
    staleTime: 60_000,
  });
  return data;
}

/** What members are called, by their ids. */
export function useMemberNames(): (id: string) => string | undefined {
  const names = new Map(useMembers().map(({ id, name }) => [id, name]));
  return (id) => names.get(id);
}
