import { Avatar, Menu, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../api/client.ts';
import type { SignedIn } from '../api/session.ts';
import { Icon } from '../blocks/icon.tsx';
import { Quiet } from '../blocks/quiet.tsx';
import { useGo } from '../blocks/use-address.ts';

export function AccountMenu({ me }: { me: SignedIn }) {
  const go = useGo();
  const queryClient = useQueryClient();
  const signOut = useMutation({
    mutationFn: () => api.signOut(),
    onSuccess: () => {
      go('/sign-in');
      queryClient.clear();
    },
  });
  return (
    <Menu position="bottom-end" width={240} shadow="md">
      <Menu.Target>
        <UnstyledButton className="account-button">
          <VisuallyHidden>Account of {me.name}</VisuallyHidden>
          <Avatar radius="xl" size={32} color="water" variant="filled" aria-hidden="true">
            {initials(me.name)}
          </Avatar>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className="account-facts">
          <Text fw={600} truncate>
            {me.name}
          </Text>
          <Quiet truncate>{me.member.email}</Quiet>
        </div>
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="person" />} onClick={() => go('/me')}>
          Account
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="leave" />} onClick={() => signOut.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== '');
  return [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase();
}
