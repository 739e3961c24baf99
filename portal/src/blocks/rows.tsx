import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { PageLink } from './page.tsx';

interface RowsProps {
  /** Whether they stand in a section, which has a frame of its own. */
  readonly inSection?: boolean;
  readonly children: ReactNode;
}

export function Rows({ inSection = false, children }: RowsProps) {
  return <ul className={inSection ? 'endpoint-rows' : 'endpoint-rows card card-flush'}>{children}</ul>;
}

interface RowProps {
  readonly title: string;
  /** The page that it leads to. */
  readonly path?: `/${string}`;
  /** What stands beside the title, and below it. */
  readonly beside?: ReactNode;
  readonly below: ReactNode;
  readonly middle?: ReactNode;
  /** Its end: a state, or buttons. */
  readonly children: ReactNode;
  /** Whether its end is a picture, which needs a line of its own on small screens. */
  readonly isWide?: boolean;
}

/** One entry of a list: what it is, how it does, and what can be done with it. */
export function Row({ title, path, beside, below, middle, children, isWide = false }: RowProps) {
  return (
    <li className={isWide ? 'endpoint-row endpoint-row-strip' : 'endpoint-row'}>
      <div style={{ minWidth: 0 }}>
        <Group gap="xs">
          <Text fw={600} truncate title={title}>
            {path === undefined ? (
              title
            ) : (
              <PageLink path={path} className="row-link" inherit>
                {title}
              </PageLink>
            )}
          </Text>
          {beside}
        </Group>
        {below}
      </div>
      {middle ?? <div className="endpoint-health" />}
      {children}
    </li>
  );
}
