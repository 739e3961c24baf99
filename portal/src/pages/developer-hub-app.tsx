import { Button, Tabs, VisuallyHidden } from '@mantine/core';
import type { App, AppVersionSummary, Installation } from '@sluice/client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { changed, keys, useChanged } from '../api/cache.ts';
import { api } from '../api/client.ts';
import { useInstallations } from '../api/lists.ts';
import { useHolds } from '../api/session.ts';
import { usePages } from '../api/use-pages.ts';
import { Icon } from '../blocks/icon.tsx';
import { Guarded } from '../blocks/not-allowed.tsx';
import { Empty, PageHeader, PageLink, Section } from '../blocks/page.tsx';
import { type NewSecret, SecretDialog } from '../blocks/secret-dialog.tsx';
import { useParam } from '../blocks/use-address.ts';
import { Loaded, Paged } from '../blocks/waiting.tsx';
import { AppActions } from '../developer-hub/app-form.tsx';
import { CompareVersions, type Pair } from '../developer-hub/compare-versions.tsx';
import { InstallDialog, UpgradeDialog } from '../developer-hub/install-dialogs.tsx';
import { InstallationSection } from '../developer-hub/installation-section.tsx';
import { RegisterVersion } from '../developer-hub/register-version.tsx';
import { VersionList } from '../developer-hub/version-list.tsx';

/** One custom application: its versions, how they differ, and what is installed of it. */
export function DeveloperHubAppPage() {
  return (
    <>
      <div className="crumbs">
        <PageLink path="/developer-hub" fz="sm" underline="always">
          Developer hub
        </PageLink>
      </div>
      <Guarded scope="apps:read" what="apps" heading="App">
        <FoundApp />
      </Guarded>
    </>
  );
}

function FoundApp() {
  const id = useParam('app');
  const app = useQuery({ queryKey: keys.apps.one(id), queryFn: () => api.getApp(id) });
  const installations = useInstallations();
  return (
    <Loaded query={app}>
      {(found) => (
        <Loaded query={installations}>
          {(all) => <ShownApp key={id} app={found} installation={all.find(({ app_id: of }) => of === id)} />}
        </Loaded>
      )}
    </Loaded>
  );
}

interface AppProps {
  readonly app: App;
  readonly installation: Installation | undefined;
}

type Dialog =
  | { readonly kind: 'register'; readonly latest: AppVersionSummary | undefined }
  | { readonly kind: 'install' | 'upgrade'; readonly version: AppVersionSummary };

function ShownApp({ app, installation }: AppProps) {
  const [tab, setTab] = useState('versions');
  const [pair, setPair] = useState<Pair | null>(null);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const versions = usePages(keys.apps.versions(app.id), (cursor) =>
    api.listAppVersions(app.id, { limit: 50, ...cursor }).page(),
  );
  const writes = useHolds('apps:write');
  const names = versions.items.map(({ version }) => version);
  const register = writes && (
    <Button
      leftSection={<Icon name="plus" />}
      onClick={() => setDialog({ kind: 'register', latest: versions.items[0] })}
    >
      Register version
    </Button>
  );
  const actionsOf = (version: AppVersionSummary) =>
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
      <Tabs value={tab} onChange={(chosen) => setTab(chosen ?? tab)} keepMounted={false}>
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
                <Empty inSection title="No versions yet" action={register}>
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
                  actions={actionsOf}
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
            <NotInstalled onChoose={() => setTab('versions')} />
          )}
        </Tabs.Panel>
      </Tabs>
      <AppDialogs
        app={app}
        installation={installation}
        dialog={dialog}
        onClose={() => setDialog(null)}
        onDone={setTab}
      />
    </>
  );
}

function NotInstalled({ onChoose }: { onChoose: () => void }) {
  return (
    <Empty
      title="Not installed"
      action={
        <Button variant="default" onClick={onChoose}>
          Choose a version
        </Button>
      }
    >
      An administrator installs one of its versions and consents to what it asks for.
    </Empty>
  );
}

interface DialogProps extends AppProps {
  readonly dialog: Dialog | null;
  readonly onClose: () => void;
  /** Called with the tab that shows what was done. */
  readonly onDone: (tab: 'versions' | 'installation') => void;
}

/** What is asked before something is done to the app, and the secrets that it brings. */
function AppDialogs({ app, installation, dialog, onClose, onDone }: DialogProps) {
  const readAgain = useChanged();
  const [secrets, setSecrets] = useState<readonly NewSecret[]>([]);
  const showInstalled = (shown: readonly NewSecret[]) => {
    setSecrets(shown);
    onDone('installation');
    return readAgain(changed.installation());
  };
  return (
    <>
      {dialog?.kind === 'register' && (
        <RegisterVersion
          appId={app.id}
          latest={dialog.latest}
          onClose={onClose}
          onRegistered={() => {
            onDone('versions');
            return readAgain(changed.versions(app.id));
          }}
        />
      )}
      {dialog?.kind === 'install' && (
        <InstallDialog
          app={app}
          version={dialog.version}
          onClose={onClose}
          onInstalled={({ token, webhooks }) =>
            showInstalled([
              { label: 'Token of the installation', secret: token.secret },
              ...secretsOf(webhooks),
            ])
          }
        />
      )}
      {dialog?.kind === 'upgrade' && installation && (
        <UpgradeDialog
          app={app}
          installation={installation}
          version={dialog.version.version}
          onClose={onClose}
          onUpgraded={({ webhooks }) => showInstalled(secretsOf(webhooks))}
        />
      )}
      <SecretDialog title={`Secrets of ${app.name}`} secrets={secrets} onClose={() => setSecrets([])} />
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
