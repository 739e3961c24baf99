import { Text } from '@mantine/core';
import type { Installation } from '@sluice/client';
import { useQueries } from '@tanstack/react-query';
import { api } from '../api/client.ts';
import { keys } from '../api/keys.ts';
import { Failure } from '../blocks/failure.tsx';
import { Loading } from '../blocks/loading.tsx';
import { Guarded } from '../blocks/not-allowed.tsx';
import { Section } from '../blocks/section.tsx';
import { recordWebhooks } from '../webhooks/families/record-webhooks.tsx';
import { WebhookRows } from '../webhooks/webhook-rows.tsx';

/** The webhooks of an installation with their state; each leads to its log. */
export function InstalledWebhooks({ installation }: { installation: Installation }) {
  return (
    <Guarded scope="endpoints:read" what="webhooks" title="You may not see its webhooks">
      <Webhooks installation={installation} />
    </Guarded>
  );
}

function Webhooks({ installation: { webhooks } }: { installation: Installation }) {
  const results = useQueries({
    queries: webhooks.map(({ endpoint_id: id }) => ({
      queryKey: keys.webhooks.one('endpoints', id),
      queryFn: () => api.getEndpoint(id),
    })),
  });
  const failed = results.find(({ error }) => error)?.error;
  const endpoints = results.flatMap(({ data }) => data ?? []);
  return (
    <Section title="Webhooks" flush>
      {failed && <Failure error={failed} />}
      {webhooks.length === 0 && (
        <Text c="dimmed" fz="sm" px="md" pb="md">
          This version has none.
        </Text>
      )}
      {endpoints.length < webhooks.length && !failed && <Loading />}
      <WebhookRows family={recordWebhooks} webhooks={endpoints} inSection withNotes={false} />
    </Section>
  );
}
