import { Group, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  readonly title: string;
  readonly actions?: ReactNode;
  /** Lets what is inside reach the edges, as lists do. */
  readonly flush?: boolean;
  readonly children: ReactNode;
}

/** A part of a page on a surface of its own. */
export function Section({ title, actions, flush = false, children }: Props) {
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
