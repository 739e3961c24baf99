import { Button, Group, Stack, TextInput, type TextInputProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { fieldError, isGeneral } from './field-errors.ts';
import { Failure } from './waiting.tsx';

/** What a form is told by whatever sends off its values. */
export interface FormState<Values> {
  readonly busy: boolean;
  /** The API's refusal: shown at its fields. */
  readonly error: Error | null;
  readonly onSubmit: (values: Values) => void;
  readonly onCancel: () => void;
}

interface FormFrameProps extends FormState<void> {
  /** Of the members that its fields are for: what the API says about others stands above them. */
  readonly pointers: readonly string[];
  readonly submitLabel: string;
  /** Whether it cannot be sent yet. */
  readonly disabled?: boolean;
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
  disabled = false,
  children,
}: FormFrameProps) {
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
          <Button type="submit" loading={busy} disabled={disabled}>
            {submitLabel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface UrlFieldProps extends Omit<TextInputProps, 'value' | 'onChange' | 'error'> {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** The API's refusal, shown where it is about this field. */
  readonly error: Error | null;
}

/** Where events are sent. */
export function UrlField({ onChange, error, ...props }: UrlFieldProps) {
  return (
    <TextInput
      label="URL"
      required
      type="url"
      inputMode="url"
      autoComplete="off"
      onChange={(event) => onChange(event.currentTarget.value)}
      error={fieldError(error, '/url')}
      {...props}
    />
  );
}

/** What it is called. */
export function NameField({ onChange, error, ...props }: UrlFieldProps) {
  return (
    <TextInput
      label="Name"
      autoComplete="off"
      onChange={(event) => onChange(event.currentTarget.value)}
      error={fieldError(error, '/name')}
      {...props}
    />
  );
}
