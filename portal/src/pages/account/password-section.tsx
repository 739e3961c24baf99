import { Button, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/client.ts';
import { changed } from '../../api/keys.ts';
import { useChanged } from '../../api/use-changed.ts';
import { Failure } from '../../blocks/failure.tsx';
import { fieldError, isGeneral } from '../../blocks/field-errors.ts';
import { Section } from '../../blocks/section.tsx';

export function PasswordSection({ hasPassword }: { hasPassword: boolean }) {
  const readAgain = useChanged();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const save = useMutation({
    mutationFn: () => api.setPassword({ password, ...(hasPassword && { current_password: current }) }),
    onSuccess: async () => {
      setCurrent('');
      setPassword('');
      await readAgain(changed.password());
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Section title={hasPassword ? 'Change your password' : 'Set a password'}>
      <form onSubmit={submit}>
        <Stack>
          {isGeneral(save.error, ['/password', '/current_password']) && <Failure error={save.error} />}
          {hasPassword && (
            <PasswordInput
              label="Current password"
              required
              withAsterisk={false}
              autoComplete="current-password"
              value={current}
              onChange={(event) => setCurrent(event.currentTarget.value)}
              error={fieldError(save.error, '/current_password')}
              visibilityToggleButtonProps={toggle}
            />
          )}
          <PasswordInput
            label="New password"
            description="At least 12 characters; a few words are easier to remember than signs"
            required
            withAsterisk={false}
            autoComplete="new-password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            error={fieldError(save.error, '/password')}
            visibilityToggleButtonProps={toggle}
          />
          <div>
            <Button type="submit" loading={save.isPending}>
              {hasPassword ? 'Change the password' : 'Set the password'}
            </Button>
          </div>
          <Text fz="sm" c="dimmed" role="status">
            {save.isSuccess
              ? 'Saved. You are signed out everywhere else.'
              : 'Everywhere else you will be signed out.'}
          </Text>
        </Stack>
      </form>
    </Section>
  );
}

const toggle = { 'aria-label': 'Show or hide the password', tabIndex: 0 };
