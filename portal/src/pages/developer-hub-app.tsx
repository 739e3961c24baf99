import { Button, Tabs, VisuallyHidden } from '@mantine/core';
import type { AppVersionSummary } from '@sluice/client';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { keys } from '../api/cache.ts';
import { api } from '../api/client.ts';
import { useInstallations } from '../api/lists.ts';
import { useHolds } from '../api/session.ts';
import { type Pages, usePages } from '../api/use-pages.ts';
import { Icon } from '../blocks/icon.tsx';
import { Guarded } from '../blocks/not-allowed.tsx';
import { Empty, PageHeader, PageLink, Section } from '../blocks/page.tsx';
import { useParam } from '../blocks/use-address.ts';
import { Loaded, Paged } from '../blocks/waiting.tsx';
import { AppDialogs, type AppProps, type Dialog } from '../developer-hub/app-dialogs.tsx';
import { AppActions } from '../developer-hub/app-form.tsx';
import { CompareVersions, type Pair } from '../developer-hub/compare-versions.tsx';
import { InstallationSection } from '../developer-hub/installation-section.tsx';
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
  const compare = (to: string, from: string) => {
    setPair({ from, to });
    setTab('differences');
  };
  const kind = installation ? 'upgrade' : 'install';
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
          <Versions
            pages={versions}
            register={register}
            installed={installation?.version ?? null}
            onCompare={compare}
            onChoose={writes ? (version) => setDialog({ kind, version }) : null}
          />
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

interface VersionsProps {
  readonly pages: Pages<AppVersionSummary>;
  readonly register: ReactNode;
  readonly installed: string | null;
  readonly onCompare: (to: string, from: string) => void;
  /** Asks for one to be installed; `null` for those who may not. */
  readonly onChoose: ((version: AppVersionSummary) => void) | null;
}

function Versions({ pages, register, installed, onCompare, onChoose }: VersionsProps) {
  return (
    <Section title="Versions" flush>
      <Paged
        pages={pages}
        empty={
          <Empty inSection title="No versions yet" action={register}>
            A version has a manifest: the scopes that the app asks for, and its webhooks.
          </Empty>
        }
      >
        {(versions) => (
          <VersionList
            versions={versions}
            installed={installed}
            onCompare={onCompare}
            actions={(version) =>
              onChoose !== null &&
              version.version !== installed && (
                <Button variant="default" size="xs" onClick={() => onChoose(version)}>
                  {installed === null ? 'Install' : 'Change to this'}
                  <VisuallyHidden> {version.version}</VisuallyHidden>
                </Button>
              )
            }
          />
        )}
      </Paged>
    </Section>
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
