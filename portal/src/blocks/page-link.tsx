import { Anchor, type AnchorProps } from '@mantine/core';
import type { MouseEvent, ReactNode } from 'react';
import { useGo } from './use-go.ts';

interface Props extends AnchorProps {
  /** A path of the portal. Never something that somebody typed: those are shown as text. */
  readonly path: `/${string}`;
  readonly children: ReactNode;
}

/** A link to another page, followed without loading everything anew. */
export function PageLink({ path, children, ...looks }: Props) {
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
