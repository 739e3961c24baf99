import { Button, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { api, holds } from '../app/api.ts';
import { useMe } from '../app/use-me.ts';
import { NoAccess } from '../apps/no-access.tsx';
import { useInstalledApps } from '../apps/use-apps.ts';
import { Empty } from '../blocks/empty.tsx';
import { Icon } from '../blocks/icon.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { Paged } from '../blocks/paged.tsx';
import { Section } from '../blocks/section.tsx';
import { usePages } from '../blocks/use-pages.ts';
import { useStats } from '../blocks/use-stats.ts';
import { AddWebhook } from './webhooks/add-webhook.tsx';
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
      <AddWebhook opened={adding} onClose={close} />
    </>
  );
}

function Webhooks({ add }: { add: React.ReactNode }) {
  const endpoints = usePages(['endpoints'], (cursor) => api.listEndpoints({ limit: 50, ...cursor }).page());
  const statsOf = useStats(endpoints.items, (id) => api.getEndpointStats(id));
  const installedApps = useInstalledApps();
  const appOf = (id: string) => installedApps.get(id);
  return (
    <Paged
      pages={endpoints}
      empty={
        <div className="card">
          <Empty title="No webhooks yet" action={add}>
            Add a URL and choose the records whose changes it hears of. Apps that you install bring webhooks
            of their own.
          </Empty>
        </div>
      }
    >
      {(items) => {
        const parts = [
          { title: 'Of the organization', owner: 'organization' },
          { title: 'Registered by apps', owner: 'installation' },
          { title: 'Of members', owner: 'member' },
        ].map((part) => ({ ...part, webhooks: items.filter(({ owner }) => owner.kind === part.owner) }));
        return (
          <Stack gap="lg">
            {parts
              .filter(({ webhooks }) => webhooks.length > 0)
              .map(({ title, webhooks }) => (
                <Section key={title} title={title} flush>
                  <WebhookList endpoints={webhooks} statsOf={statsOf} appOf={appOf} />
                </Section>
              ))}
          </Stack>
        );
      }}
    </Paged>
  );
}
