import { Button, Select, type SelectProps } from '@mantine/core';
import type { ReactNode } from 'react';

interface FiltersProps {
  /** Takes every choice back; left out where none is made. */
  readonly onClear: (() => void) | undefined;
  readonly children: ReactNode;
}

/** What a list is narrowed down to. */
export function Filters({ onClear, children }: FiltersProps) {
  return (
    <div className="filters">
      {children}
      {onClear && (
        <Button variant="subtle" onClick={onClear}>
          Show all
        </Button>
      )}
    </div>
  );
}

interface FilterProps extends SelectProps {
  readonly label: string;
  /** Said where nothing is chosen: "Every state". */
  readonly placeholder: string;
}

/** One choice, or none. */
export function Filter({ label, ...props }: FilterProps) {
  return <Select aria-label={label} clearable {...props} />;
}
