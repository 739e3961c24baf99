import { Button, Stack, Tabs, VisuallyHidden } from '@mantine/core';
import type { App, AppVersionSummary, Installation } from '@sluice/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, holds } from '../app/api.ts';
import { useMe } from '../app/use-me.ts';
import { useParam } from '../app/use-param.ts';
import { NoAccess } from '../apps/no-access.tsx';
import { type NewSecret, SecretsDialog } from '../apps/secrets-dialog.tsx';
import { useInstallations } from '../apps/use-apps.ts';
import { Empty } from '../blocks/empty.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Icon } from '../blocks/icon.tsx';
import { Loading } from '../blocks/loading.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageLink } from '../blocks/page-link.tsx';
import { Paged } from '../blocks/paged.tsx';
import { Section } from '../blocks/section.tsx';
import { usePages } from '../blocks/use-pages.ts';
import { AppActions } from './developer-hub/app-actions.tsx';
import { CompareVersions, type Pair } from './developer-hub/compare-versions.tsx';
import { InstallDialog } from './developer-hub/install-dialog.tsx';
import { InstallationSection } from './developer-hub/installation-section.tsx';
import { RegisterVersion } from './developer-hub/register-version.tsx';
import { UpgradeDialog } from './developer-hub/upgrade-dialog.tsx';
import { VersionList } from './developer-hub/version-list.tsx';

export function AppPage() {
  const me = useMe();
  return (
    <>
      <div className="crumbs">
        <PageLink path="/developer-hub" fz="sm" underline="always">
          Developer hub
        </PageLink>
      </div>
      {holds(me, 'apps:read') ? (
        <FoundApp />
      ) : (
        <>
          <PageHeader title="App" />
          <NoAccess what="apps" scope="apps:read" />
        </>
      )}
    </>
  );
}

function FoundApp() {
  const id = useParam('app');
  const app = useQuery({ queryKey: ['apps', id], queryFn: () => api.getApp(id) });
  const installations = useInstallations();
  const failed = app.error ?? installations.error;
  if (failed) return <Failure error={failed} onRetry={() => void app.refetch()} />;
  if (!app.data || !installations.data) return <Loading />;
  const installation = installations.data.find(({ app_id: of }) => of === id);
  return <ShownApp key={id} app={app.data} installation={installation} />;
}

type Dialog =
  | { readonly kind: 'register'; readonly latest: AppVersionSummary | undefined }
  | { readonly kind: 'install' | 'upgrade'; readonly version: AppVersionSummary };

function ShownApp({ app, installation }: { app: App; installation: Installation | undefined }) {
  const me = useMe();
  const queryClient = useQueryClient();
  const [tab, setTab] = useState<string | null>('versions');
  const [pair, setPair] = useState<Pair | null>(null);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const [secrets, setSecrets] = useState<readonly NewSecret[]>([]);
  const versions = usePages(['versions', app.id], (cursor) =>
    api.listAppVersions(app.id, { limit: 50, ...cursor }).page(),
  );
  const names = versions.items.map(({ version }) => version);
  const writes = holds(me, 'apps:write');
  const close = () => setDialog(null);
  const refresh = () => queryClient.invalidateQueries();
  const register = writes && (
    <Button
      leftSection={<Icon name="plus" />}
      onClick={() => setDialog({ kind: 'register', latest: versions.items[0] })}
    >
      Register version
    </Button>
  );
  const shown: Pair = pair ?? {
    from: installation?.version ?? names[1] ?? names[0] ?? null,
    to: names[0] ?? null,
  };
  return (
    <>
      <PageHeader
        title={app.name}
        description={app.description}
        actions={
          writes && (
            <>
              <AppActions app={app} installation={installation} />
              {register}
            </>
          )
        }
      />
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="lg">
          <Tabs.Tab value="versions">Versions</Tabs.Tab>
          <Tabs.Tab value="differences">Differences</Tabs.Tab>
          <Tabs.Tab value="installation">Installation</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="versions">
          <Section title="Versions" flush>
            <Paged
              pages={versions}
              empty={
                <Empty title="No versions yet" action={register}>
                  A version has a manifest: the scopes that the app asks for, and its webhooks.
                </Empty>
              }
            >
              {(items) => (
                <VersionList
                  versions={items}
                  installed={installation?.version ?? null}
                  onCompare={(to, from) => {
                    setPair({ from, to });
                    setTab('differences');
                  }}
                  actions={(version) =>
                    writes &&
                    version.version !== installation?.version && (
                      <Button
                        variant="default"
                        size="xs"
                        onClick={() => setDialog({ kind: installation ? 'upgrade' : 'install', version })}
                      >
                        {installation ? 'Change to this' : 'Install'}
                        <VisuallyHidden> {version.version}</VisuallyHidden>
                      </Button>
                    )
                  }
                />
              )}
            </Paged>
          </Section>
        </Tabs.Panel>
        <Tabs.Panel value="differences">
          <CompareVersions appId={app.id} versions={names} pair={shown} onChange={setPair} />
        </Tabs.Panel>
        <Tabs.Panel value="installation">
          {installation ? (
            <InstallationSection app={app} installation={installation} />
          ) : (
            <div className="card">
              <Empty
                title="Not installed"
                action={
                  <Button variant="default" onClick={() => setTab('versions')}>
                    Choose a version
                  </Button>
                }
              >
                An administrator installs one of its versions and consents to what it asks for.
              </Empty>
            </div>
          )}
        </Tabs.Panel>
      </Tabs>
      <Stack gap={0}>
        {dialog?.kind === 'register' && (
          <RegisterVersion
            appId={app.id}
            latest={dialog.latest}
            onClose={close}
            onRegistered={async () => {
              close();
              setTab('versions');
              await refresh();
            }}
          />
        )}
        {dialog?.kind === 'install' && (
          <InstallDialog
            app={app}
            version={dialog.version}
            onClose={close}
            onInstalled={async (answer) => {
              close();
              setSecrets([
                { label: 'Token of the installation', secret: answer.token.secret },
                ...secretsOf(answer.webhooks),
              ]);
              setTab('installation');
              await refresh();
            }}
          />
        )}
        {dialog?.kind === 'upgrade' && installation && (
          <UpgradeDialog
            app={app}
            installation={installation}
            version={dialog.version.version}
            onClose={close}
            onUpgraded={async (answer) => {
              close();
              setSecrets(secretsOf(answer.webhooks));
              setTab('installation');
              await refresh();
            }}
          />
        )}
        <SecretsDialog title={`Secrets of ${app.name}`} secrets={secrets} onClose={() => setSecrets([])} />
      </Stack>
    </>
  );
}

/** The signing secrets of new webhooks; those that stayed have theirs already. */
function secretsOf(
  webhooks: readonly { module: string; model: string; url: string; secret?: string }[],
): NewSecret[] {
  return webhooks.flatMap(({ module, model, url, secret }) =>
    secret === undefined ? [] : [{ label: `Signing secret of ${module}.${model} at ${url}`, secret }],
  );
}
