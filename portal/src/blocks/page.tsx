import { Anchor, type AnchorProps, Group, Stack, Text, Title } from '@mantine/core';
import { type MouseEvent, type ReactNode, useEffect } from 'react';
import { useGo } from './use-address.ts';

interface PageHeaderProps {
  readonly title: string;
  readonly description?: ReactNode;
  /** Buttons at the end of the line. */
  readonly actions?: ReactNode;
}

/** The top of a page; its title is that of the window as well. */
export function PageHeader({ title, description, actions }: PageHeaderProps) {
  useEffect(() => {
    document.title = `${title} · Sluice`;
  }, [title]);
  return (
    <Group justify="space-between" align="flex-start" mb="lg" gap="sm">
      <div style={{ minWidth: 0, flex: '1 1 16rem' }}>
        <Title order={1} fz="1.5rem" style={{ overflowWrap: 'anywhere' }}>
          {title}
        </Title>
        {description !== undefined && (
          <Text c="dimmed" mt={2} component="div">
            {description}
          </Text>
        )}
      </div>
      {actions !== undefined && <Group gap="xs">{actions}</Group>}
    </Group>
  );
}

interface SectionProps {
  readonly title: string;
  readonly actions?: ReactNode;
  /** Lets what is inside reach the edges, as lists do. */
  readonly flush?: boolean;
  readonly children: ReactNode;
}

/** A part of a page on a surface of its own. */
export function Section({ title, actions, flush = false, children }: SectionProps) {
  return (
    <section className="card card-flush" aria-label={title}>
      <Group justify="space-between" px="md" pt="md" pb={flush ? 'md' : 'xs'}>
        <Title order={2} fz="md">
          {title}
        </Title>
        {actions}
      </Group>
      <div style={flush ? {} : { padding: '0 1rem 1rem' }}>{children}</div>
    </section>
  );
}

interface EmptyProps {
  readonly title: string;
  /** What would be here, and how it gets here. */
  readonly children: ReactNode;
  readonly action?: ReactNode;
  /** Whether something around it has a frame already. */
  readonly inSection?: boolean;
}

/** What stands where there is nothing to show. */
export function Empty({ title, children, action, inSection = false }: EmptyProps) {
  return (
    <Stack align="center" gap="xs" py={48} px="md" ta="center" className={inSection ? '' : 'card'}>
      <Title order={2} fz="lg">
        {title}
      </Title>
      <Text c="dimmed" maw={440} component="div">
        {children}
      </Text>
      {action}
    </Stack>
  );
}

interface PageLinkProps extends AnchorProps {
  /** A path of the portal. Never a URL that was typed: those are shown as text. */
  readonly path: `/${string}`;
  readonly children: ReactNode;
}

/** A link to another page, followed without loading the document again. */
export function PageLink({ path, children, ...looks }: PageLinkProps) {
  const goTo = useGo();
  const go = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    goTo(path);
  };
  return (
    <Anchor {...looks} href={path} onClick={go}>
      {children}
    </Anchor>
  );
}
