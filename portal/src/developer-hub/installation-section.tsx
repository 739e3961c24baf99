import { Stack, Text } from '@mantine/core';
import type { App, Installation } from '@sluice/client';
import { useQuery } from '@tanstack/react-query';
import { api } from '../api/client.ts';
import { changed, keys } from '../api/keys.ts';
import { useHolds } from '../api/session.ts';
import { useChanged } from '../api/use-changed.ts';
import { ConfirmButton } from '../blocks/confirm-button.tsx';
import { Loaded } from '../blocks/loaded.tsx';
import { Moment } from '../blocks/moment.tsx';
import { Section } from '../blocks/section.tsx';
import { State } from '../blocks/state.tsx';
import { counted } from '../text/figures.ts';
import { ConsentList } from './consent-list.tsx';
import { InstalledWebhooks } from './installed-webhooks.tsx';
import { TokensSection } from './tokens-section.tsx';

/** The installed version: what it was given, its webhooks and its tokens. */
export function InstallationSection({ app, installation }: { app: App; installation: Installation }) {
  const readAgain = useChanged();
  const version = useQuery({
    queryKey: keys.apps.version(app.id, installation.version),
    queryFn: () => api.getAppVersion(app.id, installation.version),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const uninstall = useHolds('apps:write') && (
    <ConfirmButton
      size="xs"
      question={`Uninstall ${app.name}?`}
      consequence={`Its ${counted(installation.webhooks.length, 'webhook')} and their secrets go, what is queued for them is cancelled, and its tokens stop at once. What was sent stays in the log. No webhook tells the app.`}
      answer="Uninstall it"
      onConfirm={async () => {
        await api.uninstallApp(installation.id);
        await readAgain(changed.installation());
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
            <Loaded query={version}>
              {({ scopes }) =>
                scopes.length === 0 ? (
                  <Text fz="sm" c="dimmed">
                    Nothing.
                  </Text>
                ) : (
                  <ConsentList scopes={scopes} />
                )
              }
            </Loaded>
          </div>
        </Stack>
      </Section>
      <InstalledWebhooks installation={installation} />
      <TokensSection installation={installation} />
    </Stack>
  );
}
