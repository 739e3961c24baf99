import { Button, SegmentedControl, Stack, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { api } from '../api/client.ts';
import { meQuery } from '../api/session.ts';
import { takeSignInLink } from '../api/sign-in-link.ts';
import { PasswordField } from '../blocks/password-field.tsx';
import { Quiet } from '../blocks/quiet.tsx';
import logo from '../blocks/sluice.svg';
import { Failure } from '../blocks/waiting.tsx';

type Way = Parameters<typeof api.createSession>[0];
const remembered = 'sluice.organization';

interface Props {
  /** The secret of the link that the page was opened with. */
  readonly link: string | null;
  /** The path to go to afterwards. */
  readonly back: string;
}

/** Signs in: by a one-time link at once, otherwise by e-mail address and password. */
export function SignInPage({ link, back }: Props) {
  const router = useRouter();
  const queryClient = useQueryClient();
  const [kind, setKind] = useState('password');
  const signIn = useMutation({
    mutationFn: (way: Way) => api.createSession(way, { retry: false }),
    onSuccess: async () => {
      queryClient.clear();
      const me = await queryClient.fetchQuery(meQuery);
      window.localStorage.setItem(remembered, me.organization.slug);
      router.history.push(back);
    },
  });
  const { mutate } = signIn;

  // Good once: it must not be used twice because something renders twice.
  const used = useRef<string | null>(null);
  useEffect(() => {
    document.title = 'Sign in · Sluice';
    const use = (secret: string | null) => {
      if (secret === null || used.current === secret) return;
      used.current = secret;
      setKind('link');
      mutate({ link: secret });
    };
    use(link);
    const pasted = () => use(takeSignInLink());
    window.addEventListener('hashchange', pasted);
    return () => window.removeEventListener('hashchange', pasted);
  }, [link, mutate]);

  return (
    <main className="entrance">
      <div className="card entrance-card">
        <Stack>
          <Stack gap={4} align="center">
            <img src={logo} alt="" width={44} height={44} />
            <Title order={1} fz="1.375rem">
              Sign in to Sluice
            </Title>
          </Stack>
          <SegmentedControl
            fullWidth
            aria-label="How to sign in"
            value={kind}
            onChange={(chosen) => {
              setKind(chosen);
              signIn.reset();
            }}
            data={[
              { value: 'password', label: 'Password' },
              { value: 'link', label: 'One-time link' },
            ]}
          />
          {signIn.error && <Failure title="You are not signed in" error={signIn.error} />}
          {kind === 'password' ? (
            <PasswordForm busy={signIn.isPending} onSubmit={signIn.mutate} />
          ) : (
            <LinkForm busy={signIn.isPending} onSubmit={signIn.mutate} />
          )}
        </Stack>
      </div>
    </main>
  );
}

interface FormProps {
  readonly busy: boolean;
  readonly onSubmit: (way: Way) => void;
}

function PasswordForm({ busy, onSubmit }: FormProps) {
  const [organization, setOrganization] = useState(() => window.localStorage.getItem(remembered) ?? '');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit({ organization: organization.trim().toLowerCase(), email: email.trim(), password });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Organization"
          description="Its short name, such as acme"
          required
          withAsterisk={false}
          autoCapitalize="none"
          autoComplete="organization"
          value={organization}
          onChange={(event) => setOrganization(event.currentTarget.value)}
        />
        <TextInput
          label="E-mail address"
          required
          withAsterisk={false}
          type="email"
          autoComplete="username"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordField
          label="Password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
        />
        <Button type="submit" loading={busy} fullWidth>
          Sign in
        </Button>
        <Quiet>
          Forgotten, or none yet? An administrator of your organization can send you a one-time link.
        </Quiet>
      </Stack>
    </form>
  );
}

function LinkForm({ busy, onSubmit }: FormProps) {
  const [text, setText] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // The whole link, or what it has behind the `#`.
    onSubmit({ link: text.trim().replace(/^.*#/, '') });
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="One-time link"
          description="Paste the whole link; it works once, for an hour"
          required
          withAsterisk={false}
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit" loading={busy} fullWidth>
          Sign in
        </Button>
        <Quiet>
          Links come from an administrator of your organization, or from the operator of this Sluice.
        </Quiet>
      </Stack>
    </form>
  );
}
