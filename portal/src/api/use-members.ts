import { useQuery } from '@tanstack/react-query';
import { api } from './client.ts';
import { keys } from './keys.ts';
import { everyEntry, mostOnAPage } from './listings.ts';
import { useHolds } from './session.ts';

/** All members; none where the reader may not see them, or while they are not there. */
export function useMembers() {
  const { data = [] } = useQuery({
    queryKey: keys.members,
    queryFn: () => everyEntry(api.listMembers({ limit: mostOnAPage })),
    enabled: useHolds('members:read'),
    staleTime: 60_000,
  });
  return data;
}

/** The name of a member by the id; `undefined` where it is not known. */
export function useMemberNames(): (id: string) => string | undefined {
  const names = new Map(useMembers().map(({ id, name }) => [id, name]));
  return (id) => names.get(id);
}
