import { Select } from '@mantine/core';
import { fieldError } from '../blocks/field-errors.ts';
import { useMemberChoices } from './use-member-choices.ts';

interface Props {
  readonly label: string;
  /** The id of a member. */
  readonly value: string;
  readonly onChange: (id: string) => void;
  /** The API's refusal, shown where it is about the member. */
  readonly error: Error | null;
}

/** For whom a token acts: one of all members, found by name or address. */
export function MemberChoice({ label, value, onChange, error }: Props) {
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
