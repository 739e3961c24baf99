import { Button, Group, Select, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { api, holds } from '../app/api.ts';
import { useAddress } from '../app/use-address.ts';
import { useMe } from '../app/use-me.ts';
import { NoAccess } from '../apps/no-access.tsx';
import { byEndpoint, type InstalledApp, useInstallations, useInstalledApps } from '../apps/use-apps.ts';
import { Empty } from '../blocks/empty.tsx';
import { Icon } from '../blocks/icon.tsx';
import { Loading } from '../blocks/loading.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { Paged } from '../blocks/paged.tsx';
import { Section } from '../blocks/section.tsx';
import { usePages } from '../blocks/use-pages.ts';
import { useStats } from '../blocks/use-stats.ts';
import { AddEndpoint } from './endpoints/add-endpoint.tsx';
import { WebhookForm } from './webhooks/webhook-form.tsx';
import { WebhookList } from './webhooks/webhook-list.tsx';

/** System settings: every webhook of the organization, its own and those that apps registered. */
export function WebhooksPage() {
  const me = useMe();
  const [adding, { open, close }] = useDisclosure(false);
  const sees = holds(me, 'endpoints:read');
  const add = holds(me, 'endpoints:write') && (
    <Button leftSection={<Icon name="plus" />} onClick={open}>
      Add webhook
    </Button>
  );
  return (
    <>
      <div className="crumbs">System settings</div>
      <PageHeader
        title="Webhooks"
        description="Who hears of changes to records, as they happen"
        actions={sees && add}
      />
      {sees ? <Webhooks add={add} /> : <NoAccess what="webhooks" scope="endpoints:read" />}
      <AddEndpoint
        opened={adding}
        onClose={close}
        title="Add a webhook"
        form={(state) => <WebhookForm {...state} />}
      />
    </>
  );
}

function Webhooks({ add }: { add: React.ReactNode }) {
  const installations = useInstallations();
  const installed = useInstalledApps();
  const [chosen, setChosen] = useAddress('app');
  const app = installed.find(({ installation }) => installation.app_id === chosen);
  return (
    <>
      {installed.length > 0 && (
        <Group mb="md">
          <Select
            aria-label="App"
            placeholder="Of everybody"
            clearable
            searchable
            nothingFoundMessage="No installed app is called that"
            limit={100}
            data={installed.map(({ app: one, installation }) => ({
              value: installation.app_id,
              label: one?.name ?? installation.app_id,
            }))}
            value={app === undefined ? null : chosen}
            onChange={setChosen}
            w={280}
            maw="100%"
          />
          {chosen !== null && (
            <Button variant="subtle" onClick={() => setChosen(null)}>
              Show all
            </Button>
          )}
        </Group>
      )}
      {chosen !== null && app === undefined && installations.isLoading ? (
        <Loading />
      ) : (
        <WebhookParts key={app?.installation.id} installed={installed} app={app} add={add} />
      )}
    </>
  );
}

interface PartsProps {
  readonly installed: readonly InstalledApp[];
  /** Only those that this one registered. */
  readonly app: InstalledApp | undefined;
  readonly add: React.ReactNode;
}

const parts = [
  { title: 'Of the organization', owner: 'organization' },
  { title: 'Registered by apps', owner: 'installation' },
  { title: 'Of members', owner: 'member' },
] as const;

function WebhookParts({ installed, app, add }: PartsProps) {
  const filter = app === undefined ? {} : { installation_id: app.installation.id };
  const endpoints = usePages(['endpoints', filter], (cursor) =>
    api.listEndpoints({ limit: 50, ...filter, ...cursor }).page(),
  );
  const statsOf = useStats(endpoints.items, (id) => api.getEndpointStats(id));
  const apps = byEndpoint(installed);
  return (
    <Paged
      pages={endpoints}
      empty={<div className="card">{app ? <NoneOf app={app} /> : <None add={add} />}</div>}
    >
      {(items) => (
        <Stack gap="lg">
          {parts
            .map((part) => ({ ...part, webhooks: items.filter(({ owner }) => owner.kind === part.owner) }))
            .filter(({ webhooks }) => webhooks.length > 0)
            .map(({ title, webhooks }) => (
              <Section key={title} title={title} flush>
                <WebhookList endpoints={webhooks} statsOf={statsOf} appOf={(id) => apps.get(id)} />
              </Section>
            ))}
        </Stack>
      )}
    </Paged>
  );
}

function None({ add }: { add: React.ReactNode }) {
  return (
    <Empty title="No webhooks yet" action={add}>
      Add a URL and choose the records whose changes it hears of. Apps that you install bring webhooks of
      their own.
    </Empty>
  );
}

function NoneOf({ app: { app, installation } }: { app: InstalledApp }) {
  return (
    <Empty title="No webhooks of this app">
      The manifest of {app?.name ?? 'the app'} {installation.version} has none.
    </Empty>
  );
}
