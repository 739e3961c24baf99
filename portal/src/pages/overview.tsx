import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { keys } from '../api/cache.ts';
import { api } from '../api/client.ts';
import { useEveryEndpoint } from '../api/lists.ts';
import { holds, useMe } from '../api/session.ts';
import { Empty, PageHeader, PageLink, Section } from '../blocks/page.tsx';
import { Failure, Loading } from '../blocks/waiting.tsx';
import { EndpointStrips, shownAtMost } from './overview/endpoint-strips.tsx';
import { Pulse } from './overview/pulse.tsx';
import { Tiles } from './overview/tiles.tsx';

const latest = 200;
const refreshMs = 5_000;

/** How the organization's endpoints do, as a picture. */
export function OverviewPage() {
  const me = useMe();
  const sees = holds(me, 'deliveries:read') && holds(me, 'endpoints:read');
  const deliveries = useQuery({
    queryKey: keys.deliveries.list('latest'),
    queryFn: async () => (await api.listDeliveries({ limit: latest }).page()).data,
    refetchInterval: refreshMs,
    enabled: sees,
  });
  const endpoints = useEveryEndpoint();
  if (!sees)
    return (
      <>
        <PageHeader title={`Welcome, ${me.name}`} />
        <Empty title="You are signed in" action={<PageLink path="/me">Your account</PageLink>}>
          What you may see and do is on the side. Deliveries of the organization are for its administrators.
        </Empty>
      </>
    );
  const failed = deliveries.error ?? endpoints.error;
  if (failed && (!deliveries.data || !endpoints.data)) return <Failure error={failed} />;
  if (!deliveries.data || !endpoints.data) return <Loading />;
  return (
    <>
      <PageHeader title="Overview" description={`How deliveries of ${me.organization.name} go`} />
      {failed && <Failure error={failed} title="What stands here is not fresh" />}
      <Stack gap="lg">
        <Tiles deliveries={deliveries.data} endpoints={endpoints.data} />
        <Section
          title={deliveries.data.length < latest ? 'Every delivery' : `The latest ${latest} deliveries`}
        >
          {deliveries.data.length === 0 ? (
            <Empty inSection title="Nothing was delivered yet">
              Publish an event that an endpoint wants, and watch it arrive here.
            </Empty>
          ) : (
            <Pulse deliveries={deliveries.data} now={Date.now()} />
          )}
        </Section>
        <Section
          title={
            endpoints.data.length > shownAtMost
              ? `${shownAtMost} of ${endpoints.data.length} endpoints, those in trouble first`
              : 'Endpoints'
          }
          flush
          actions={<PageLink path="/endpoints">All endpoints</PageLink>}
        >
          {endpoints.data.length === 0 ? (
            <Text c="dimmed" px="md" pb="md">
              There are none yet.
            </Text>
          ) : (
            <EndpointStrips endpoints={endpoints.data} deliveries={deliveries.data} />
          )}
        </Section>
      </Stack>
    </>
  );
}
