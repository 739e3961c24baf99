import { Text, VisuallyHidden } from '@mantine/core';
import { Icon } from '../blocks/icon.tsx';
import { State } from '../blocks/state.tsx';
import { type Scope, wordsOfScope } from './scopes.ts';
import './developer-hub.css';
import '../records/records.css';

/** What an app may do after an administrator's consent, in words and by name. */
export function ConsentList({ scopes }: { scopes: readonly Scope[] }) {
  return (
    <ul className="consent card" aria-label="Scopes">
      {scopes.map((scope) => (
        <li key={scope.name}>
          <Icon name={scope.access === 'write' ? 'pencil' : 'shield'} />
          <div>
            <Text fz="sm" fw={500}>
              {wordsOfScope(scope)}
            </Text>
            <Text fz="xs" c="dimmed" component="div">
              <AccessState access={scope.access} /> <span className="mono">{scope.name}</span>
            </Text>
          </div>
        </li>
      ))}
    </ul>
  );
}

/** Reading is harmless beside writing, and looks it. */
export function AccessState({ access }: Pick<Scope, 'access'>) {
  return (
    <State paint={access === 'write' ? 'held' : 'waiting'}>{access === 'write' ? 'Write' : 'Read'}</State>
  );
}

interface AccessStateProps {
  readonly fields: Scope['fields'];
  /** The same scope's fields in the other version: what is not there stands out. */
  readonly compared?: { readonly fields: Scope['fields']; readonly as: 'added' | 'removed' };
}

export function FieldChips({ fields, compared }: AccessStateProps) {
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
