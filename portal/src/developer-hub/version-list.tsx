import { Button, Group, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import type { AppVersionSummary } from '@sluice/client';
import { type ReactNode, useId, useState } from 'react';
import { Icon } from '../blocks/icon.tsx';
import { Moment } from '../blocks/moment.tsx';
import { State } from '../blocks/state.tsx';
import { counted } from '../text/words.ts';
import { ManifestView } from './manifest-view.tsx';
import './developer-hub.css';

interface Props {
  /** Newest first. */
  readonly versions: readonly AppVersionSummary[];
  readonly installed: string | null;
  /** Compares with the one before it. */
  readonly onCompare: (version: string, before: string) => void;
  readonly actions: (version: AppVersionSummary) => ReactNode;
}

/** Versions, newest first; each opens to its manifest. */
export function VersionList({ versions, installed, onCompare, actions }: Props) {
  return (
    <ul className="versions">
      {versions.map((version, index) => {
        const before = versions[index + 1]?.version;
        return (
          <VersionEntry
            key={version.version}
            version={version}
            isInstalled={version.version === installed}
            opensItself={index === 0}
          >
            {before !== undefined && (
              <Button variant="subtle" size="xs" onClick={() => onCompare(version.version, before)}>
                What changed
                <VisuallyHidden> in {version.version}</VisuallyHidden>
              </Button>
            )}
            {actions(version)}
          </VersionEntry>
        );
      })}
    </ul>
  );
}

interface EntryProps {
  readonly version: AppVersionSummary;
  readonly isInstalled: boolean;
  readonly opensItself: boolean;
  readonly children: ReactNode;
}

function VersionEntry({ version, isInstalled, opensItself, children }: EntryProps) {
  const [open, setOpen] = useState(opensItself);
  const details = useId();
  return (
    <li className="version">
      <div className="version-head">
        <UnstyledButton
          className="version-toggle"
          aria-expanded={open}
          aria-controls={details}
          onClick={() => setOpen(!open)}
        >
          <Icon name="turn" className={open ? 'turn turned' : 'turn'} />
          <span style={{ minWidth: 0 }}>
            <Text component="span" fw={600} className="numbers" style={{ overflowWrap: 'anywhere' }}>
              {version.version}
            </Text>{' '}
            {isInstalled && <State paint="good">Installed</State>}
            <Text component="span" display="block" fz="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {counted(version.scopes.length, 'scope')}, {counted(version.webhooks.length, 'webhook')} ·{' '}
              {version.created_by}, <Moment at={version.created_at} />
            </Text>
          </span>
        </UnstyledButton>
        <Group gap="xs">{children}</Group>
      </div>
      {open && (
        <div id={details} className="version-body">
          <ManifestView version={version} />
        </div>
      )}
    </li>
  );
}
