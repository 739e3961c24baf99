import { VisuallyHidden } from '@mantine/core';
import { State } from '../blocks/state.tsx';
import '../records/records.css';
import type { Scope } from './scopes.ts';

/** Reading is harmless beside writing, and looks it. */
export function AccessState({ access }: Pick<Scope, 'access'>) {
  return (
    <State paint={access === 'write' ? 'held' : 'waiting'}>{access === 'write' ? 'Write' : 'Read'}</State>
  );
}

interface Props {
  readonly fields: Scope['fields'];
  /** The same scope's fields in the other version: what is not there stands out. */
  readonly compared?: { readonly fields: Scope['fields']; readonly as: 'added' | 'removed' };
}

export function FieldChips({ fields, compared }: Props) {
  if (fields === null) {
    const stands = compared !== undefined && compared.fields !== null;
    return <Chip as={stands ? compared.as : null}>all fields</Chip>;
  }
  return (
    <span className="chips">
      {fields.map((field) => (
        <Chip key={field} as={compared?.fields?.includes(field) === false ? compared.as : null}>
          {field}
        </Chip>
      ))}
    </span>
  );
}

function Chip({ as, children }: { as: 'added' | 'removed' | null; children: string }) {
  return (
    <span className={as === null ? 'chip' : `chip chip-${as}`}>
      {as !== null && <VisuallyHidden>{as}: </VisuallyHidden>}
      {children}
    </span>
  );
}
