import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { App, AppVersionSummary, InstallAppAnswer } from '@sluice/client';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../app/api.ts';
import { useMe } from '../../app/use-me.ts';
import { counted } from '../../apps/change-view.tsx';
import { Failure } from '../../blocks/failure.tsx';
import { isGeneral } from '../../blocks/field-errors.ts';
import { ConsentList } from './consent-list.tsx';
import { MemberChoice } from './member-choice.tsx';

interface Props {
  readonly app: App;
  readonly version: AppVersionSummary;
  readonly onClose: () => void;
  readonly onInstalled: (answer: InstallAppAnswer) => void;
}

/** Lists what the app asks for and takes the administrator's consent, by name: to this and to nothing else. */
export function InstallDialog({ app, version, onClose, onInstalled }: Props) {
  const me = useMe();
  const [memberId, setMemberId] = useState(me.member.id);
  const install = useMutation({
    mutationFn: () =>
      api.installApp(app.id, {
        version: version.version,
        consent: version.scopes.map(({ name }) => name),
        member_id: memberId,
      }),
    onSuccess: onInstalled,
  });
  return (
    <Modal opened onClose={onClose} title={`Install ${app.name} ${version.version}?`} size="lg">
      <Stack>
        {isGeneral(install.error, ['/member_id']) && <Failure error={install.error} />}
        {version.scopes.length === 0 ? (
          <Text>It asks for no access to records.</Text>
        ) : (
          <>
            <Text>If you consent, it may:</Text>
            <ConsentList scopes={version.scopes} />
          </>
        )}
        <Text fz="sm" c="dimmed">
          It gets {counted(version.webhooks.length, 'webhook')} and a token. No webhook tells anybody that it
          was installed.
        </Text>
        <MemberChoice
          label="For whom its token acts"
          value={memberId}
          onChange={setMemberId}
          error={install.error}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button loading={install.isPending} onClick={() => install.mutate()}>
            {version.scopes.length === 0 ? 'Install' : 'Consent and install'}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
