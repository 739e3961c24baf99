import { Text } from '@mantine/core';
import type { App, AppVersionSummary, InstallAppAnswer } from '@sluice/client';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { useMe } from '../api/session.ts';
import { FormDialog } from '../blocks/form-dialog.tsx';
import { FormFrame } from '../blocks/form-frame.tsx';
import { counted } from '../text/figures.ts';
import { ConsentList } from './consent-list.tsx';
import { MemberChoice } from './member-choice.tsx';

interface Props {
  readonly app: App;
  readonly version: AppVersionSummary;
  readonly onClose: () => void;
  readonly onInstalled: (answer: InstallAppAnswer) => unknown;
}

/** Lists what the app asks for and takes the administrator's consent, by name: to this and to nothing else. */
export function InstallDialog({ app, version, onClose, onInstalled }: Props) {
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
          <Text fz="sm" c="dimmed">
            It gets {counted(version.webhooks.length, 'webhook')} and a token. No webhook tells anybody that
            it was installed.
          </Text>
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
