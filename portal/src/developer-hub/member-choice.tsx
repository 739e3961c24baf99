import { Select } from '@mantine/core';
import { useMembers } from '../api/lists.ts';
import { useMe } from '../api/session.ts';
import { fieldError } from '../blocks/field-errors.ts';

interface MemberChoiceProps {
  readonly label: string;
  /** The id of a member. */
  readonly value: string;
  readonly onChange: (id: string) => void;
  /** The API's refusal, shown where it is about the member. */
  readonly error: Error | null;
}

/** For whom a token acts: one of all members, found by name or address. */
export function MemberChoice({ label, value, onChange, error }: MemberChoiceProps) {
  const { choices } = useMemberChoices();
  return (
    <Select
      label={label}
      description="It never does more than this member may"
      data={choices}
      value={value}
      onChange={(id) => id !== null && onChange(id)}
      allowDeselect={false}
      searchable
      limit={100}
      nothingFoundMessage="No member is called that"
      error={fieldError(error, '/member_id')}
    />
  );
}

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
