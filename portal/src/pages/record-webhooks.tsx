import { Stack } from '@mantine/core';
import type { Endpoint } from '@sluice/client';
import type { ReactNode } from 'react';
import { api } from '../api/client.ts';
import { type InstalledApp, useInstallations, useInstalledApps } from '../api/lists.ts';
import { Filter, Filters } from '../blocks/filters.tsx';
import { Empty, Section } from '../blocks/page.tsx';
import { useAddress } from '../blocks/use-address.ts';
import { Loading } from '../blocks/waiting.tsx';
import { recordWebhooks } from '../webhooks/families/record-webhooks.tsx';
import { WebhookList, WebhookListPage } from '../webhooks/webhook-list-page.tsx';
import { WebhookPage } from '../webhooks/webhook-page.tsx';
import { WebhookRows } from '../webhooks/webhook-rows.tsx';

/** System settings: every webhook of the organization, its own and those that apps registered. */
export function RecordWebhooksPage() {
  return <WebhookListPage family={recordWebhooks} list={(add) => <WebhooksByOwner add={add} />} />;
}

export function RecordWebhookPage() {
  return <WebhookPage family={recordWebhooks} />;
}

function WebhooksByOwner({ add }: { add: ReactNode }) {
  const installations = useInstallations();
  const installed = useInstalledApps();
  const [chosen, setChosen] = useAddress('app');
  const app = installed.find(({ installation }) => installation.app_id === chosen);
  return (
    <>
      {installed.length > 0 && (
        <Filters onClear={chosen === null ? undefined : () => setChosen(null)}>
          <Filter
            label="App"
            placeholder="All owners"
            searchable
            nothingFoundMessage="No installed app is called that"
            limit={100}
            data={installed.map(({ app: one, installation }) => ({
              value: installation.app_id,
              label: one?.name ?? installation.app_id,
            }))}
            value={app === undefined ? null : chosen}
            onChange={setChosen}
          />
        </Filters>
      )}
      {chosen !== null && app === undefined && installations.isLoading ? (
        <Loading />
      ) : (
        <WebhookList family={recordWebhooks} add={add} {...(app && { part: partOf(app) })}>
          {(webhooks) => <Parts webhooks={webhooks} />}
        </WebhookList>
      )}
    </>
  );
}

/** Only those that an app registered. */
function partOf({ app, installation }: InstalledApp) {
  const filter = { installation_id: installation.id };
  return {
    filter,
    list: (cursor: { readonly cursor?: string }) =>
      api.listEndpoints({ limit: 50, ...filter, ...cursor }).page(),
    empty: (
      <Empty title="No webhooks of this app">
        The manifest of {app?.name ?? 'the app'} {installation.version} has none.
      </Empty>
    ),
  };
}

const parts = [
  { title: 'Of the organization', owner: 'organization' },
  { title: 'Registered by apps', owner: 'installation' },
  { title: 'Of members', owner: 'member' },
] as const;

function Parts({ webhooks }: { webhooks: readonly Endpoint[] }) {
  const shown = parts
    .map((part) => ({ ...part, own: webhooks.filter(({ owner }) => owner.kind === part.owner) }))
    .filter(({ own }) => own.length > 0);
  return (
    <Stack gap="lg">
      {shown.map(({ title, own }) => (
        <Section key={title} title={title} flush>
          <WebhookRows family={recordWebhooks} webhooks={own} inSection />
        </Section>
      ))}
    </Stack>
  );
}
