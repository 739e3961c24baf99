import { TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useEveryEndpoint } from '../api/lists.ts';
import { Quiet } from '../blocks/quiet.tsx';
import { useAddress } from '../blocks/use-address.ts';
import { Loaded } from '../blocks/waiting.tsx';
import { organizationEndpoints } from '../webhooks/families/endpoints.tsx';
import { isCalled } from '../webhooks/webhook.ts';
import { WebhookList, WebhookListPage } from '../webhooks/webhook-list-page.tsx';
import { WebhookPage } from '../webhooks/webhook-page.tsx';
import { WebhookRows } from '../webhooks/webhook-rows.tsx';

export function EndpointsPage() {
  return <WebhookListPage family={organizationEndpoints} list={(add) => <SearchedEndpoints add={add} />} />;
}

export function EndpointPage() {
  return <WebhookPage family={organizationEndpoints} />;
}

function SearchedEndpoints({ add }: { add: ReactNode }) {
  const [wanted, setWanted] = useAddress('find');
  return (
    <>
      <TextInput
        aria-label="Find an endpoint"
        placeholder="Find by name, URL or id"
        type="search"
        maw={320}
        mb="md"
        value={wanted ?? ''}
        onChange={(event) => setWanted(event.currentTarget.value)}
      />
      {wanted === null ? (
        <WebhookList family={organizationEndpoints} add={add} />
      ) : (
        <FoundEndpoints wanted={wanted} />
      )}
    </>
  );
}

const foundAtMost = 50;

function FoundEndpoints({ wanted }: { wanted: string }) {
  return (
    <Loaded query={useEveryEndpoint()}>
      {(endpoints) => {
        const found = endpoints.filter((endpoint) => isCalled(endpoint, wanted));
        return (
          <>
            <Quiet mb="xs" role="status">
              {found.length} of {endpoints.length}
              {found.length > foundAtMost && `, the newest ${foundAtMost} shown`}
            </Quiet>
            {found.length > 0 && (
              <WebhookRows family={organizationEndpoints} webhooks={found.slice(0, foundAtMost)} />
            )}
          </>
        );
      }}
    </Loaded>
  );
}
