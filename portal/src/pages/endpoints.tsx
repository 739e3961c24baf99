import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { api, holds } from '../app/api.ts';
import { useMe } from '../app/use-me.ts';
import { Empty } from '../blocks/empty.tsx';
import { EndpointList } from '../blocks/endpoint-list.tsx';
import { Icon } from '../blocks/icon.tsx';
import { NotAllowed } from '../blocks/not-allowed.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { Paged } from '../blocks/paged.tsx';
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
  const endpoints = usePages(['endpoints'], (cursor) => api.listEndpoints({ limit: 50, ...cursor }).page());
  const statsOf = useStats(endpoints.items, (id) => api.getEndpointStats(id));
  const add = holds(me, 'endpoints:write') && (
    <Button leftSection={<Icon name="plus" />} onClick={open}>
      Add endpoint
    </Button>
  );
  return (
    <>
      <PageHeader title="Endpoints" description="Who receives what" actions={add} />
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
        {(items) => (
          <EndpointList
            endpoints={items}
            pathOf={({ id }) => `/endpoints/${id}`}
            healthOf={({ id }) => statsOf(id)}
          />
        )}
      </Paged>
      <AddEndpoint
        opened={adding}
        onClose={close}
        title="Add an endpoint"
        form={(state) => <AnyEndpointForm {...state} />}
      />
    </>
  );
}
