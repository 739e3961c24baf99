import { Stack, Text } from '@mantine/core';
import type { App, Installation } from '@sluice/client';
import { useQueries, useQuery } from '@tanstack/react-query';
import { changed, keys, useChanged } from '../api/cache.ts';
import { api } from '../api/client.ts';
import { useHolds } from '../api/session.ts';
import { ConfirmButton } from '../blocks/dialogs.tsx';
import { Facts } from '../blocks/facts.tsx';
import { Moment } from '../blocks/moment.tsx';
import { Guarded } from '../blocks/not-allowed.tsx';
import { Section } from '../blocks/page.tsx';
import { Quiet } from '../blocks/quiet.tsx';
import { State } from '../blocks/state.tsx';
import { Failure, Loaded, Loading } from '../blocks/waiting.tsx';
import { counted } from '../text/words.ts';
import { recordWebhooks } from '../webhooks/families/record-webhooks.tsx';
import { WebhookRows } from '../webhooks/webhook-rows.tsx';
import { ConsentList } from './scopes-view.tsx';
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
          <Facts
            of={{
              Version: <State paint="good">{installation.version}</State>,
              Installed: [
                `by ${installation.installed_by}, `,
                <Moment key="at" at={installation.created_at} />,
              ],
              'Last change': <Moment at={installation.updated_at} />,
            }}
          />
          <div>
            <Text fz="sm" fw={600} mb={6}>
              What it was given
            </Text>
            <Loaded query={version}>
              {({ scopes }) =>
                scopes.length === 0 ? <Quiet>Nothing.</Quiet> : <ConsentList scopes={scopes} />
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

/** The webhooks of an installation with their state; each leads to its log. */
function InstalledWebhooks({ installation }: { installation: Installation }) {
  return (
    <Guarded scope="endpoints:read" what="webhooks" title="You may not see its webhooks">
      <Webhooks installation={installation} />
    </Guarded>
  );
}

function Webhooks({ installation: { webhooks } }: { installation: Installation }) {
  const results = useQueries({
    queries: webhooks.map(({ endpoint_id: id }) => ({
      queryKey: keys.webhooks.one('endpoints', id),
      queryFn: () => api.getEndpoint(id),
    })),
  });
  const failed = results.find(({ error }) => error)?.error;
  const endpoints = results.flatMap(({ data }) => data ?? []);
  return (
    <Section title="Webhooks" flush>
      {failed && <Failure error={failed} />}
      {webhooks.length === 0 && (
        <Quiet px="md" pb="md">
          This version has none.
        </Quiet>
      )}
      {endpoints.length < webhooks.length && !failed && <Loading />}
      <WebhookRows family={recordWebhooks} webhooks={endpoints} inSection withNotes={false} />
    </Section>
  );
}
