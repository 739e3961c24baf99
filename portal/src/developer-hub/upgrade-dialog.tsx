import { Text, Title } from '@mantine/core';
import type { App, Installation, UpgradeInstallationAnswer } from '@sluice/client';
import { api } from '../api/client.ts';
import { FormDialog } from '../blocks/form-dialog.tsx';
import { FormFrame } from '../blocks/form-frame.tsx';
import { Loaded } from '../blocks/loaded.tsx';
import { useComparison } from './compare-versions.tsx';
import { ConsentList } from './consent-list.tsx';
import { DifferencesView } from './differences-view.tsx';

interface Props {
  readonly app: App;
  readonly installation: Installation;
  readonly version: string;
  readonly onClose: () => void;
  readonly onUpgraded: (answer: UpgradeInstallationAnswer) => unknown;
}

/** Shows what another version changes, and asks for consent again where it asks for more. */
export function UpgradeDialog({ app, installation, version, onClose, onUpgraded }: Props) {
  const compared = useComparison(app.id, installation.version, version);
  const consent = compared.data?.after.differences.consent ?? [];
  const asked = (compared.data?.after.scopes ?? []).filter(({ name }) => consent.includes(name));
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={`Change ${app.name} from ${installation.version} to ${version}?`}
      dialogSize="xl"
      act={() =>
        api.upgradeInstallation(installation.id, { version, ...(consent.length > 0 && { consent }) })
      }
      onDone={onUpgraded}
      form={(state) => (
        <FormFrame
          {...state}
          pointers={[]}
          submitLabel={asked.length > 0 ? 'Consent and change' : `Change to ${version}`}
          notYet={!compared.data}
        >
          <Loaded query={compared}>
            {({ before, after }) => (
              <>
                <DifferencesView version={after} before={before.scopes} />
                {asked.length > 0 && (
                  <div>
                    <Title order={3} fz="sm" mb={6}>
                      If you consent, it may from now on
                    </Title>
                    <ConsentList scopes={asked} />
                  </div>
                )}
                <Text fz="sm" c="dimmed">
                  The change is whole or not at all. Its tokens stay good, within the scopes of {version}.
                </Text>
              </>
            )}
          </Loaded>
        </FormFrame>
      )}
    />
  );
}
