import { Alert, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, holds } from '../app/api.ts';
import { useMe } from '../app/use-me.ts';
import { useParam } from '../app/use-param.ts';
import { EventChips } from '../apps/event-chips.tsx';
import { NoAccess } from '../apps/no-access.tsx';
import { byEndpoint, type InstalledApp, useInstalledApps } from '../apps/use-apps.ts';
import { EndpointHealth } from '../blocks/endpoint-health.tsx';
import { nameOf } from '../blocks/endpoint-list.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Loading } from '../blocks/loading.tsx';
import { Moment } from '../blocks/moment.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageLink } from '../blocks/page-link.tsx';
import { Section } from '../blocks/section.tsx';
import { State } from '../blocks/state.tsx';
import { useStats } from '../blocks/use-stats.ts';
import { WebhookActions } from './webhooks/webhook-actions.tsx';
import { WebhookLog } from './webhooks/webhook-log.tsx';

export function WebhookPage() {
  const me = useMe();
  return (
    <>
      <div className="crumbs">
        System settings /{' '}
        <PageLink path="/settings/webhooks" fz="sm" underline="always">
          Webhooks
        </PageLink>
      </div>
      {holds(me, 'endpoints:read') ? (
        <Webhook />
      ) : (
        <>
          <PageHeader title="Webhook" />
          <NoAccess what="webhooks" scope="endpoints:read" />
        </>
      )}
    </>
  );
}

function Webhook() {
  const me = useMe();
  const id = useParam('id');
  const found = useQuery({ queryKey: ['endpoints', id], queryFn: () => api.getEndpoint(id) });
  const statsOf = useStats([{ id }], (one) => api.getEndpointStats(one));
  const from = byEndpoint(useInstalledApps()).get(id);
  if (found.isPending) return <Loading />;
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const endpoint = found.data;
  return (
    <>
      <PageHeader
        title={nameOf(endpoint)}
        description={endpoint.description}
        actions={holds(me, 'endpoints:write') && <WebhookActions endpoint={endpoint} />}
      />
      <Stack gap="lg">
        {endpoint.owner.kind === 'installation' && <OfApp from={from} />}
        <Section title="Settings" actions={<EndpointHealth stats={statsOf(id)} />}>
          <dl className="facts">
            <dt>State</dt>
            <dd>
              <State paint={endpoint.enabled ? 'good' : 'idle'}>
                {endpoint.enabled ? 'Enabled' : 'Disabled'}
              </State>{' '}
              {endpoint.disabled_reason}
            </dd>
            <dt>URL</dt>
            <dd className="mono">{endpoint.url}</dd>
            <dt>Events</dt>
            <dd>
              <EventChips events={endpoint.events} />
            </dd>
            <dt>Contract</dt>
            <dd>{endpoint.contract}</dd>
            <dt>Headers</dt>
            <dd className="mono">{Object.keys(endpoint.headers).join(', ') || 'none of its own'}</dd>
            <dt>Limits</dt>
            <dd>
              {endpoint.rate_limit === null ? 'No rate limit' : `${endpoint.rate_limit} deliveries a second`},
              timeout {endpoint.timeout_seconds} s
            </dd>
            <dt>Added</dt>
            <dd>
              <Moment at={endpoint.created_at} />
            </dd>
          </dl>
        </Section>
        {holds(me, 'deliveries:read') ? (
          <WebhookLog endpointId={id} />
        ) : (
          <NoAccess what="what was sent" scope="deliveries:read" />
        )}
      </Stack>
    </>
  );
}

function OfApp({ from }: { from: InstalledApp | undefined }) {
  return (
    <Alert variant="outline" color="water" className="from-app">
      <Text fz="sm">
        Registered by{' '}
        {from ? (
          <>
            <PageLink path={`/developer-hub/${from.installation.app_id}`} fz="sm" underline="always">
              {from.app?.name ?? 'an app'}
            </PageLink>{' '}
            {from.installation.version}
          </>
        ) : (
          'an app'
        )}
        . Its manifest decides the URL, the events and the contract; another version changes them, and
        uninstalling the app removes the webhook. Name, description, headers, limits and whether it is enabled
        are yours to set.
      </Text>
    </Alert>
  );
}
