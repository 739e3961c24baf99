import { Button, Group, Modal, Stack, Text, Title } from '@mantine/core';
import type { App, Installation, UpgradeInstallationAnswer } from '@sluice/client';
import { useMutation } from '@tanstack/react-query';
import { api } from '../../app/api.ts';
import { Failure } from '../../blocks/failure.tsx';
import { Loading } from '../../blocks/loading.tsx';
import { useComparison } from './compare-versions.tsx';
import { ConsentList } from './consent-list.tsx';
import { DifferencesView } from './differences-view.tsx';

interface Props {
  readonly app: App;
  readonly installation: Installation;
  readonly version: string;
  readonly onClose: () => void;
  readonly onUpgraded: (answer: UpgradeInstallationAnswer) => void;
}

/** Shows what another version changes, and asks for consent again where it asks for more. */
export function UpgradeDialog({ app, installation, version, onClose, onUpgraded }: Props) {
  const compared = useComparison(app.id, installation.version, version);
  const consent = compared.data?.after.differences.consent ?? [];
  const asked = (compared.data?.after.scopes ?? []).filter(({ name }) => consent.includes(name));
  const upgrade = useMutation({
    mutationFn: () =>
      api.upgradeInstallation(installation.id, { version, ...(consent.length > 0 && { consent }) }),
    onSuccess: onUpgraded,
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Change ${app.name} from ${installation.version} to ${version}?`}
      size="xl"
    >
      <Stack>
        {upgrade.error && <Failure error={upgrade.error} />}
        {compared.isPending && <Loading />}
        {compared.error && <Failure error={compared.error} onRetry={() => void compared.refetch()} />}
        {compared.data && (
          <>
            <DifferencesView version={compared.data.after} before={compared.data.before.scopes} />
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
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={!compared.data} loading={upgrade.isPending} onClick={() => upgrade.mutate()}>
            {asked.length > 0 ? 'Consent and change' : `Change to ${version}`}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
