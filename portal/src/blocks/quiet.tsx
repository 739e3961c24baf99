import { Text, type TextProps } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props extends TextProps {
  readonly component?: 'div' | 'span';
  readonly role?: string;
  readonly children: ReactNode;
}

/** Small and pale, for what is read second. */
export function Quiet(props: Props) {
  return <Text component="div" fz="sm" c="dimmed" {...props} />;
}
