import { Text } from '@mantine/core';
import { Icon } from '../blocks/icon.tsx';
import { AccessState } from './scope-marks.tsx';
import { type Scope, wordsOfScope } from './scopes.ts';
import './developer-hub.css';

/** What an app may do once somebody consents, in words and by name. */
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
