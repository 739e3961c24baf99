import { UnstyledButton } from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import { Icon } from './icon.tsx';

/** State, what happened, two numbers, and when. */
type Line<Cell> = readonly [state: Cell, what: Cell, first: Cell, second: Cell, when: Cell];

interface Props<Item> {
  readonly heads: Line<string>;
  readonly items: readonly Item[];
  /** @param isOpen opening shows the whole of what a line has no room for */
  readonly line: (item: Item, isOpen: boolean) => Line<ReactNode>;
  /** What stands below the line of an opened entry. */
  readonly details: (item: Item) => ReactNode;
}

/** A log, newest first: a line for each entry, which opens to its details. */
export function LogTable<Item extends { readonly id: string | number }>(props: Props<Item>) {
  const [state, what, first, second, when] = props.heads;
  return (
    <>
      <div className="log-summary log-head" aria-hidden="true">
        <span>{state}</span>
        <span>{what}</span>
        <span className="log-number">{first}</span>
        <span className="log-number">{second}</span>
        <span>{when}</span>
        <span />
      </div>
      <ul className="log">
        {props.items.map((item) => (
          <Entry key={item.id} item={item} {...props} />
        ))}
      </ul>
    </>
  );
}

function Entry<Item>({ item, line, details }: Props<Item> & { readonly item: Item }) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const [state, what, first, second, when] = line(item, isOpen);
  return (
    <li className="log-entry">
      <UnstyledButton
        className="log-summary"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        <span>{state}</span>
        <span className="log-what">{what}</span>
        <span className="log-number numbers">{first}</span>
        <span className="log-number numbers">{second}</span>
        <span className="log-when">{when}</span>
        <span className="log-turn">
          <Icon name="turn" className={isOpen ? 'turn turned' : 'turn'} />
        </span>
      </UnstyledButton>
      {isOpen && (
        <div id={id} className="log-details">
          {details(item)}
        </div>
      )}
    </li>
  );
}
