import { Button, SimpleGrid, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { changed, keys, useChanged } from '../api/cache.ts';
import { api } from '../api/client.ts';
import { useMe } from '../api/session.ts';
import { usePages } from '../api/use-pages.ts';
import { ConfirmButton } from '../blocks/dialogs.tsx';
import { Facts, Mono } from '../blocks/facts.tsx';
import { fieldError, isGeneral } from '../blocks/field-errors.ts';
import { Moment } from '../blocks/moment.tsx';
import { PageHeader, Section } from '../blocks/page.tsx';
import { PasswordField } from '../blocks/password-field.tsx';
import { Quiet } from '../blocks/quiet.tsx';
import { Row, Rows } from '../blocks/rows.tsx';
import { State } from '../blocks/state.tsx';
import { useGo } from '../blocks/use-address.ts';
import { Failure, Paged } from '../blocks/waiting.tsx';
import { browserName } from '../text/browser-name.ts';
import { roleNames } from '../text/role-names.ts';

export function AccountPage() {
  const { name, member, organization } = useMe();
  return (
    <>
      <PageHeader title="Account" description="Who you are here, and where you are signed in" />
      <Stack gap="lg">
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
          <Section title="You">
            <Facts
              of={{
                Name: name,
                'E-mail': member.email,
                Role: roleNames[member.role],
                Organization: [organization.name, <Mono key="slug"> ({organization.slug})</Mono>],
              }}
            />
          </Section>
          <PasswordSection hasPassword={member.has_password} />
        </SimpleGrid>
        <SessionsSection />
      </Stack>
    </>
  );
}

function PasswordSection({ hasPassword }: { hasPassword: boolean }) {
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
            <PasswordField
              label="Current password"
              autoComplete="current-password"
              value={current}
              onChange={setCurrent}
              error={fieldError(save.error, '/current_password')}
            />
          )}
          <PasswordField
            label="New password"
            description="At least 12 characters; a few words are easier to remember than signs"
            autoComplete="new-password"
            value={password}
            onChange={setPassword}
            error={fieldError(save.error, '/password')}
          />
          <div>
            <Button type="submit" loading={save.isPending}>
              {hasPassword ? 'Change the password' : 'Set the password'}
            </Button>
          </div>
          <Quiet role="status">
            {save.isSuccess
              ? 'Saved. You are signed out everywhere else.'
              : 'Everywhere else you will be signed out.'}
          </Quiet>
        </Stack>
      </form>
    </Section>
  );
}

function SessionsSection() {
  const queryClient = useQueryClient();
  const readAgain = useChanged();
  const go = useGo();
  const sessions = usePages(keys.sessions, (cursor) => api.listSessions({ limit: 20, ...cursor }).page());
  const end = async (id: string, current: boolean) => {
    await api.endSession(id);
    if (!current) return readAgain(changed.sessions());
    go('/sign-in');
    queryClient.clear();
  };
  return (
    <Section title="Where you are signed in" flush>
      <Paged pages={sessions} empty={null}>
        {(items) => (
          <Rows inSection>
            {items.map((session) => (
              <Row
                key={session.id}
                title={browserName(session.user_agent)}
                beside={session.current && <State paint="good">This browser</State>}
                below={
                  <Quiet>
                    {session.ip ?? 'unknown address'} · by {session.signed_in_by} · last used{' '}
                    <Moment at={session.last_used_at} />
                  </Quiet>
                }
              >
                <ConfirmButton
                  size="xs"
                  question={session.current ? 'Sign out here?' : 'End this session?'}
                  consequence="That browser has to sign in again."
                  answer={session.current ? 'Sign out' : 'End it'}
                  onConfirm={() => end(session.id, session.current)}
                >
                  {session.current ? 'Sign out' : 'End'}
                </ConfirmButton>
              </Row>
            ))}
          </Rows>
        )}
      </Paged>
    </Section>
  );
}
