import { PasswordInput, type PasswordInputProps } from '@mantine/core';

interface Props extends Omit<PasswordInputProps, 'onChange'> {
  readonly onChange: (password: string) => void;
}

/** A password, which can be shown by mouse and keyboard. */
export function PasswordField({ onChange, ...props }: Props) {
  return (
    <PasswordInput
      required
      withAsterisk={false}
      onChange={(event) => onChange(event.currentTarget.value)}
      visibilityToggleButtonProps={{ 'aria-label': 'Show or hide the password', tabIndex: 0 }}
      {...props}
    />
  );
}
