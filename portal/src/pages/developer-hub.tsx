import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { api, holds } from '../app/api.ts';
import { useMe } from '../app/use-me.ts';
import { NoAccess } from '../apps/no-access.tsx';
import { useInstallations } from '../apps/use-apps.ts';
import { Empty } from '../blocks/empty.tsx';
import { Icon } from '../blocks/icon.tsx';
import { Moment } from '../blocks/moment.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageLink } from '../blocks/page-link.tsx';
import { Paged } from '../blocks/paged.tsx';
import { State } from '../blocks/state.tsx';
import { usePages } from '../blocks/use-pages.ts';
import { CreateApp } from './developer-hub/create-app.tsx';

/** The custom applications of the organization. */
export function DeveloperHubPage() {
  const me = useMe();
  const [creating, { open, close }] = useDisclosure(false);
  const sees = holds(me, 'apps:read');
  const create = holds(me, 'apps:write') && (
    <Button leftSection={<Icon name="plus" />} onClick={open}>
      Create app
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Developer hub"
        description="Custom apps: what they ask for, and what they were given"
        actions={sees && create}
      />
      {sees ? <Apps create={create} /> : <NoAccess what="apps" scope="apps:read" />}
      <CreateApp opened={creating} onClose={close} />
    </>
  );
}

function Apps({ create }: { create: React.ReactNode }) {
  const apps = usePages(['apps'], (cursor) => api.listApps({ limit: 50, ...cursor }).page());
  const installations = useInstallations();
  const byApp = new Map(installations.data?.map((installation) => [installation.app_id, installation]));
  return (
    <Paged
      pages={apps}
      empty={
        <div className="card">
          <Empty title="No apps yet" action={create}>
            An app says in its manifest which records it reads or changes and which changes it hears of.
            Nothing happens before an administrator consents and installs it.
          </Empty>
        </div>
      }
    >
      {(items) => (
        <ul className="endpoint-rows card card-flush">
          {items.map((app) => {
            const installed = byApp.get(app.id);
            return (
              <li key={app.id} className="endpoint-row">
                <div style={{ minWidth: 0 }}>
                  <Text fw={600} truncate title={app.name}>
                    <PageLink path={`/developer-hub/${app.id}`} className="row-link" inherit>
                      {app.name}
                    </PageLink>
                  </Text>
                  <Text fz="sm" c="dimmed" lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
                    {app.description}
                  </Text>
                </div>
                <Text fz="sm" c="dimmed" visibleFrom="sm">
                  created <Moment at={app.created_at} />
                </Text>
                <Group justify="flex-end">
                  {installations.data && (
                    <State paint={installed ? 'good' : 'idle'}>
                      {installed ? `Installed ${shortened(installed.version)}` : 'Not installed'}
                    </State>
                  )}
                </Group>
              </li>
            );
          })}
        </ul>
      )}
    </Paged>
  );
}

/** Versions may have 64 characters, which no badge has room for. */
function shortened(version: string): string {
  return version.length <= 16 ? version : `${version.slice(0, 15)}…`;
}
