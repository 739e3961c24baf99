import { useMe } from '../api/session.ts';
import { useMembers } from '../api/use-members.ts';

/** For whom a token may act, as a list to choose from; and what members are called. */
export function useMemberChoices() {
  const me = useMe();
  const members = useMembers();
  const mine = me.member.id;
  const names = new Map(members.map(({ id, name }) => [id, name]));
  return {
    choices: [
      { value: mine, label: `You (${me.name})` },
      ...members
        .filter(({ id }) => id !== mine)
        .map(({ id, name, email }) => ({ value: id, label: `${name} (${email})` })),
    ],
    nameOf: (id: string | null) =>
      id === null ? 'the organization' : id === mine ? 'you' : (names.get(id) ?? id),
  };
}
