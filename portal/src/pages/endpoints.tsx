import { Button, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Endpoint } from '@sluice/client';
import type { ReactNode } from 'react';
import { api, holds } from '../app/api.ts';
import { useAddress } from '../app/use-address.ts';
import { useMe } from '../app/use-me.ts';
import { Empty } from '../blocks/empty.tsx';
import { isCalled } from '../blocks/endpoint-choice.tsx';
import { EndpointList } from '../blocks/endpoint-list.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Icon } from '../blocks/icon.tsx';
import { Loading } from '../blocks/loading.tsx';
import { NotAllowed } from '../blocks/not-allowed.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { Paged } from '../blocks/paged.tsx';
import { useEveryEndpoint } from '../blocks/use-every-endpoint.ts';
import { usePages } from '../blocks/use-pages.ts';
import { useStats } from '../blocks/use-stats.ts';
import { AddEndpoint } from './endpoints/add-endpoint.tsx';
import { AnyEndpointForm } from './endpoints/endpoint-form.tsx';

export function EndpointsPage() {
  if (holds(useMe(), 'endpoints:read')) return <Endpoints />;
  return (
    <>
      <PageHeader title="Endpoints" />
      <NotAllowed what="endpoints" scope="endpoints:read" holders="owners and administrators" />
    </>
  );
}

function Endpoints() {
  const me = useMe();
  const [adding, { open, close }] = useDisclosure(false);
  const [wanted, setWanted] = useAddress('find');
  const add = holds(me, 'endpoints:write') && (
    <Button leftSection={<Icon name="plus" />} onClick={open}>
      Add endpoint
    </Button>
  );
  return (
    <>
      <PageHeader title="Endpoints" description="Who receives what" actions={add} />
      <TextInput
        aria-label="Find an endpoint"
        placeholder="Find by name, URL or id"
        type="search"
        maw={320}
        mb="md"
        value={wanted ?? ''}
        onChange={(event) => setWanted(event.currentTarget.value)}
      />
      {wanted === null ? <AllEndpoints add={add} /> : <FoundEndpoints wanted={wanted} />}
      <AddEndpoint
        opened={adding}
        onClose={close}
        title="Add an endpoint"
        form={(state) => <AnyEndpointForm {...state} />}
      />
    </>
  );
}

function AllEndpoints({ add }: { add: ReactNode }) {
  const endpoints = usePages(['endpoints'], (cursor) => api.listEndpoints({ limit: 50, ...cursor }).page());
  return (
    <Paged
      pages={endpoints}
      empty={
        <div className="card">
          <Empty title="No endpoints yet" action={add}>
            An endpoint is a URL that is told about events, signed, as they happen.
          </Empty>
        </div>
      }
    >
      {(items) => <HealthyList endpoints={items} />}
    </Paged>
  );
}

const foundAtMost = 50;

function FoundEndpoints({ wanted }: { wanted: string }) {
  const endpoints = useEveryEndpoint();
  if (endpoints.isPending) return <Loading />;
  if (endpoints.isError) return <Failure error={endpoints.error} onRetry={() => void endpoints.refetch()} />;
  const found = endpoints.data.filter((endpoint) => isCalled(endpoint, wanted));
  return (
    <>
      <Text fz="sm" c="dimmed" mb="xs" role="status">
        {found.length} of {endpoints.data.length}
        {found.length > foundAtMost && `, the newest ${foundAtMost} shown`}
      </Text>
      {found.length > 0 && <HealthyList endpoints={found.slice(0, foundAtMost)} />}
    </>
  );
}

function HealthyList({ endpoints }: { endpoints: readonly Endpoint[] }) {
  const statsOf = useStats(endpoints, (id) => api.getEndpointStats(id));
  return (
    <EndpointList
      endpoints={endpoints}
      pathOf={({ id }) => `/endpoints/${id}`}
      healthOf={({ id }) => statsOf(id)}
    />
  );
}
