import { useQuery } from '@tanstack/react-query';
import { api, holds } from '../../app/api.ts';
import { everyEntry, mostOnAPage } from '../../app/every-entry.ts';
import { useMe } from '../../app/use-me.ts';

/** For whom a token may act, as a list to choose from; and what members are called. */
export function useMemberChoices() {
  const me = useMe();
  const members = useQuery({
    queryKey: ['members', 'names'],
    queryFn: () => everyEntry(api.listMembers({ limit: mostOnAPage })),
    enabled: holds(me, 'members:read'),
    staleTime: 60_000,
  });
  const mine = me.member.id;
  const others = (members.data ?? []).filter(({ id }) => id !== mine);
  const names = new Map(members.data?.map(({ id, name }) => [id, name]));
  return {
    mine,
    choices: [
      { value: mine, label: `You (${me.name})` },
      ...others.map(({ id, name, email }) => ({ value: id, label: `${name} (${email})` })),
    ],
    nameOf: (id: string | null) =>
      id === null ? 'the organization' : id === mine ? 'you' : (names.get(id) ?? id),
  };
}
