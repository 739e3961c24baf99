import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { holds } from '../app/api.ts';
import { useMe } from '../app/use-me.ts';
import { Empty } from '../blocks/empty.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Icon } from '../blocks/icon.tsx';
import { Loading } from '../blocks/loading.tsx';
import { NotAllowed } from '../blocks/not-allowed.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageLink } from '../blocks/page-link.tsx';
import { AddWebhook } from './plugin-webhooks/add-webhook.tsx';
import { usePluginApi } from './plugin-webhooks/plugin-api.ts';
import { StatusSwitch } from './plugin-webhooks/status-switch.tsx';
import { TestWebhook } from './plugin-webhooks/test-webhook.tsx';

export function PluginWebhooksPage() {
  const me = useMe();
  const allowed = holds(me, 'endpoints:read');
  const mayChange = holds(me, 'endpoints:write');
  const [adding, { open, close }] = useDisclosure(false);
  const add = mayChange && (
    <Button leftSection={<Icon name="plus" />} onClick={open}>
      Add webhook
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Webhooks"
        description="Your own systems are told about applications, jobs and meetings, signed, as they happen"
        actions={add}
      />
      {allowed ? (
        <Webhooks mayChange={mayChange} add={add} />
      ) : (
        <NotAllowed what="webhooks" scope="endpoints:read" holders="owners and administrators" />
      )}
      {mayChange && <AddWebhook opened={adding} onClose={close} />}
    </>
  );
}

function Webhooks({ mayChange, add }: { mayChange: boolean; add: ReactNode }) {
  const plugin = usePluginApi();
  const webhooks = useQuery({ queryKey: ['plugin-webhooks'], queryFn: plugin.list, refetchInterval: 15_000 });
  if (webhooks.isPending) return <Loading />;
  if (webhooks.isError) return <Failure error={webhooks.error} onRetry={() => void webhooks.refetch()} />;
  if (webhooks.data.length === 0)
    return (
      <div className="card">
        <Empty title="No webhooks yet" action={add}>
          A webhook is a URL of yours with the events that it wants. It gets a secret that proves to your
          receiver who is calling.
        </Empty>
      </div>
    );
  return (
    <ul className="endpoint-rows card card-flush">
      {webhooks.data.map((webhook) => (
        <li key={webhook.id} className="endpoint-row">
          <div style={{ minWidth: 0 }}>
            <Text fw={600} truncate title={webhook.name === '' ? webhook.url : webhook.name}>
              <PageLink path={`/plugins/webhooks/${webhook.id}`} className="row-link" inherit>
                {webhook.name === '' ? webhook.url : webhook.name}
              </PageLink>
            </Text>
            {webhook.name !== '' && (
              <Text className="mono" c="dimmed" truncate title={webhook.url}>
                {webhook.url}
              </Text>
            )}
            <Text fz="sm" c="dimmed" lineClamp={1}>
              {webhook.events.join(', ')}
            </Text>
          </div>
          <StatusSwitch webhook={webhook} disabled={!mayChange} />
          <Group gap="xs" className="endpoint-health">
            {mayChange && <TestWebhook webhook={webhook} size="xs" />}
            <PageLink path={`/plugins/webhooks/${webhook.id}/logs`} fz="sm">
              Logs
            </PageLink>
          </Group>
        </li>
      ))}
    </ul>
  );
}
