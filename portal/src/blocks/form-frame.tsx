import { Button, Group, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { Failure } from './failure.tsx';
import { isGeneral } from './field-errors.ts';

/** What a form is told by whatever sends off its values. */
export interface FormState<Values> {
  readonly busy: boolean;
  /** The API's refusal: shown at its fields. */
  readonly error: Error | null;
  readonly onSubmit: (values: Values) => void;
  readonly onCancel: () => void;
}

interface Props extends FormState<void> {
  /** Of the members that its fields are for: what the API says about others stands above them. */
  readonly pointers: readonly string[];
  readonly submitLabel: string;
  /** Whether there is still something to wait for. */
  readonly notYet?: boolean;
  readonly children: ReactNode;
}

/** Fields with their buttons. It checks nothing itself: the API does, and says which field is wrong. */
export function FormFrame({
  busy,
  error,
  onSubmit,
  onCancel,
  pointers,
  submitLabel,
  notYet = false,
  children,
}: Props) {
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <Stack>
        {isGeneral(error, pointers) && <Failure error={error} />}
        {children}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" loading={busy} disabled={notYet}>
            {submitLabel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
