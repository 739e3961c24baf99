import { Text, Title } from '@mantine/core';
import type {
  App,
  AppVersionSummary,
  InstallAppAnswer,
  Installation,
  UpgradeInstallationAnswer,
} from '@sluice/client';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { useMe } from '../api/session.ts';
import { FormDialog } from '../blocks/dialogs.tsx';
import { FormFrame } from '../blocks/form.tsx';
import { Quiet } from '../blocks/quiet.tsx';
import { Loaded } from '../blocks/waiting.tsx';
import { counted } from '../text/words.ts';
import { useComparison } from './compare-versions.tsx';
import { DifferencesView } from './differences-view.tsx';
import { MemberChoice } from './member-choice.tsx';
import { ConsentList } from './scopes-view.tsx';

interface InstallDialogProps {
  readonly app: App;
  readonly version: AppVersionSummary;
  readonly onClose: () => void;
  readonly onInstalled: (answer: InstallAppAnswer) => unknown;
}

/** Lists what the app asks for and takes the administrator's consent, by name: to this and to nothing else. */
export function InstallDialog({ app, version, onClose, onInstalled }: InstallDialogProps) {
  const me = useMe();
  const [memberId, setMemberId] = useState(me.member.id);
  const consent = version.scopes.map(({ name }) => name);
  return (
    <FormDialog
      opened
      onClose={onClose}
      title={`Install ${app.name} ${version.version}?`}
      act={() => api.installApp(app.id, { version: version.version, consent, member_id: memberId })}
      onDone={onInstalled}
      form={(state) => (
        <FormFrame
          {...state}
          pointers={['/member_id']}
          submitLabel={consent.length === 0 ? 'Install' : 'Consent and install'}
        >
          {consent.length === 0 ? (
            <Text>It asks for no access to records.</Text>
          ) : (
            <>
              <Text>If you consent, it may:</Text>
              <ConsentList scopes={version.scopes} />
            </>
          )}
          <Quiet>
            It gets {counted(version.webhooks.length, 'webhook')} and a token. No webhook tells anybody that
            it was installed.
          </Quiet>
          <MemberChoice
            label="For whom its token acts"
            value={memberId}
            onChange={setMemberId}
            error={state.error}
          />
        </FormFrame>
      )}
    />
  );
}

interface UpgradeDialogProps {
  readonly app: App;
  readonly installation: Installation;
  readonly version: string;
  readonly onClose: () => void;
  readonly onUpgraded: (answer: UpgradeInstallationAnswer) => unknown;
}

/** Shows what another version changes, and asks for consent again where it asks for more. */
export function UpgradeDialog({ app, installation, version, onClose, onUpgraded }: UpgradeDialogProps) {
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
          disabled={!compared.data}
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
                <Quiet>
                  The change is whole or not at all. Its tokens stay good, within the scopes of {version}.
                </Quiet>
              </>
            )}
          </Loaded>
        </FormFrame>
      )}
    />
  );
}
