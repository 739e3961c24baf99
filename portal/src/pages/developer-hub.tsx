import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { keys, useChanged } from '../api/cache.ts';
import { api } from '../api/client.ts';
import { useInstallations } from '../api/lists.ts';
import { useHolds } from '../api/session.ts';
import { usePages } from '../api/use-pages.ts';
import { FormDialog } from '../blocks/dialogs.tsx';
import { Icon } from '../blocks/icon.tsx';
import { Moment } from '../blocks/moment.tsx';
import { Guarded } from '../blocks/not-allowed.tsx';
import { Empty, PageHeader } from '../blocks/page.tsx';
import { Quiet } from '../blocks/quiet.tsx';
import { Row, Rows } from '../blocks/rows.tsx';
import { State } from '../blocks/state.tsx';
import { useGo } from '../blocks/use-address.ts';
import { Paged } from '../blocks/waiting.tsx';
import { AppForm, type AppValues } from '../developer-hub/app-form.tsx';

/** The custom applications of the organization. */
export function DeveloperHubPage() {
  const go = useGo();
  const readAgain = useChanged();
  const [creating, { open, close }] = useDisclosure(false);
  const create = useHolds('apps:write') && (
    <Button leftSection={<Icon name="plus" />} onClick={open}>
      Create app
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Developer hub"
        description="Custom apps: what they ask for, and what they were given"
        actions={create}
      />
      <Guarded scope="apps:read" what="apps">
        <Apps create={create} />
      </Guarded>
      <FormDialog
        opened={creating}
        onClose={close}
        title="Create an app"
        dialogSize="md"
        act={(values: AppValues) => api.createApp(values)}
        onDone={({ id }) => {
          go(`/developer-hub/${id}`);
          return readAgain([keys.apps.lists]);
        }}
        form={(state) => <AppForm {...state} submitLabel="Create app" />}
      />
    </>
  );
}

function Apps({ create }: { create: ReactNode }) {
  const apps = usePages(keys.apps.list('pages'), (cursor) => api.listApps({ limit: 50, ...cursor }).page());
  const installations = useInstallations();
  const byApp = new Map(installations.data?.map((installation) => [installation.app_id, installation]));
  return (
    <Paged
      pages={apps}
      empty={
        <Empty title="No apps yet" action={create}>
          An app says in its manifest which records it reads or changes and which changes it hears of. Nothing
          happens before an administrator consents and installs it.
        </Empty>
      }
    >
      {(items) => (
        <Rows>
          {items.map((app) => {
            const installed = byApp.get(app.id);
            return (
              <Row
                key={app.id}
                title={app.name}
                path={`/developer-hub/${app.id}`}
                below={
                  <Quiet lineClamp={2} style={{ overflowWrap: 'anywhere' }}>
                    {app.description}
                  </Quiet>
                }
                middle={
                  <Quiet visibleFrom="sm">
                    created <Moment at={app.created_at} />
                  </Quiet>
                }
              >
                {installations.data && (
                  <State paint={installed ? 'good' : 'idle'}>
                    {installed ? `Installed ${shortened(installed.version)}` : 'Not installed'}
                  </State>
                )}
              </Row>
            );
          })}
        </Rows>
      )}
    </Paged>
  );
}

/** Versions may have 64 characters, which no badge has room for. */
function shortened(version: string): string {
  return version.length <= 16 ? version : `${version.slice(0, 15)}…`;
}
