import { Stack, Text } from '@mantine/core';
import type { App, AppVersion, Installation } from '@sluice/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api, holds } from '../../app/api.ts';
import { useMe } from '../../app/use-me.ts';
import { counted } from '../../apps/change-view.tsx';
import { ConfirmButton } from '../../blocks/confirm-button.tsx';
import { Failure } from '../../blocks/failure.tsx';
import { Loading } from '../../blocks/loading.tsx';
import { Moment } from '../../blocks/moment.tsx';
import { Section } from '../../blocks/section.tsx';
import { State } from '../../blocks/state.tsx';
import { ConsentList } from './consent-list.tsx';
import { InstalledWebhooks } from './installed-webhooks.tsx';
import { TokensSection } from './tokens-section.tsx';

/** The installed version: what it was given, its webhooks and its tokens. */
export function InstallationSection({ app, installation }: { app: App; installation: Installation }) {
  const me = useMe();
  const queryClient = useQueryClient();
  const version = useQuery({
    queryKey: ['version', app.id, installation.version],
    queryFn: (): Promise<AppVersion> => api.getAppVersion(app.id, installation.version),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const uninstall = holds(me, 'apps:write') && (
    <ConfirmButton
      size="xs"
      question={`Uninstall ${app.name}?`}
      consequence={`Its ${counted(installation.webhooks.length, 'webhook')} and their secrets go, what is queued for them is cancelled, and its tokens stop at once. What was sent stays in the log. No webhook tells the app.`}
      answer="Uninstall it"
      onConfirm={async () => {
        await api.uninstallApp(installation.id);
        await queryClient.invalidateQueries();
      }}
    >
      Uninstall
    </ConfirmButton>
  );
  return (
    <Stack gap="lg">
      <Section title="Installation" actions={uninstall}>
        <Stack gap="md">
          <dl className="facts">
            <dt>Version</dt>
            <dd>
              <State paint="good">{installation.version}</State>
            </dd>
            <dt>Installed</dt>
            <dd>
              by {installation.installed_by}, <Moment at={installation.created_at} />
            </dd>
            <dt>Last change</dt>
            <dd>
              <Moment at={installation.updated_at} />
            </dd>
          </dl>
          <div>
            <Text fz="sm" fw={600} mb={6}>
              What it was given
            </Text>
            {version.isPending && <Loading />}
            {version.error && <Failure error={version.error} onRetry={() => void version.refetch()} />}
            {version.data?.scopes.length === 0 && (
              <Text fz="sm" c="dimmed">
                Nothing.
              </Text>
            )}
            {version.data && version.data.scopes.length > 0 && <ConsentList scopes={version.data.scopes} />}
          </div>
        </Stack>
      </Section>
      <InstalledWebhooks installation={installation} />
      <TokensSection installation={installation} />
    </Stack>
  );
}
