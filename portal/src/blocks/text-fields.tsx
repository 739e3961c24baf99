import { TextInput, type TextInputProps } from '@mantine/core';
import { fieldError } from './field-errors.ts';

interface Props extends Omit<TextInputProps, 'value' | 'onChange' | 'error'> {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** The API's refusal, shown where it is about this field. */
  readonly error: Error | null;
}

/** Where events are sent. */
export function UrlField({ onChange, error, ...props }: Props) {
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
export function NameField({ onChange, error, ...props }: Props) {
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
