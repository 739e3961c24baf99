import {
  ActionIcon,
  AppShell,
  Burger,
  Group,
  NavLink,
  Text,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useMe } from '../api/session.ts';
import { Icon } from '../blocks/icon.tsx';
import logo from '../blocks/sluice.svg';
import { useGo } from '../blocks/use-address.ts';
import { AccountMenu } from './account-menu.tsx';
import { navigationOf } from './navigation.tsx';

/** What is around every page: whose organization it is, where else to go, who is signed in. */
export function Shell() {
  const me = useMe();
  const [open, { toggle, close }] = useDisclosure(false);
  const goTo = useGo();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: arriving somewhere closes the menu of small screens
  useEffect(close, [path]);
  const entries = navigationOf(me);
  const here = entries
    .filter((entry) => entry.path === path || (entry.path !== '/' && path.startsWith(`${entry.path}/`)))
    .sort((a, b) => b.path.length - a.path.length)[0];

  const go = (to: string) => (event: React.MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    goTo(to);
  };

  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 232, breakpoint: 'sm', collapsed: { mobile: !open } }}
      padding={{ base: 'md', md: 'xl' }}
    >
      <a className="skip-link" href="#content">
        To the content
      </a>
      <AppShell.Header className="shell-header">
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap" miw={0}>
            <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Navigation" />
            <UnstyledButton
              component="a"
              href="/"
              onClick={go('/')}
              className="shell-brand"
              aria-label="Sluice"
            >
              <img src={logo} alt="" width={28} height={28} />
              <Text fw={700} fz="lg" visibleFrom="sm">
                Sluice
              </Text>
            </UnstyledButton>
            <Text c="dimmed" aria-hidden="true">
              /
            </Text>
            <Text fw={500} truncate title={me.organization.name}>
              {me.organization.name}
            </Text>
          </Group>
          <Group gap="xs" wrap="nowrap">
            <ColorSchemeToggle />
            <AccountMenu me={me} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" className="shell-navbar" aria-label="Pages">
        {entries.map(({ label, path: to, icon, badge: Badge }) => (
          <NavLink
            key={to}
            component="a"
            href={to}
            onClick={go(to)}
            label={label}
            leftSection={<Icon name={icon} />}
            rightSection={Badge && <Badge />}
            active={here?.path === to}
            aria-current={here?.path === to ? 'page' : undefined}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <div className="page">
          <Outlet />
        </div>
      </AppShell.Main>
    </AppShell>
  );
}

function ColorSchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const next = useComputedColorScheme('light') === 'light' ? 'dark' : 'light';
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={`Switch to ${next} colours`}
      onClick={() => setColorScheme(next)}
    >
      <Icon name={next === 'dark' ? 'moon' : 'sun'} />
    </ActionIcon>
  );
}
