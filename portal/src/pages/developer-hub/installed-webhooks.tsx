import { Text } from '@mantine/core';
import type { Installation } from '@sluice/client';
import { useQueries } from '@tanstack/react-query';
import { api, holds } from '../../app/api.ts';
import { useMe } from '../../app/use-me.ts';
import { NoAccess } from '../../apps/no-access.tsx';
import { Failure } from '../../blocks/failure.tsx';
import { Loading } from '../../blocks/loading.tsx';
import { Section } from '../../blocks/section.tsx';
import { useStats } from '../../blocks/use-stats.ts';
import { WebhookList } from '../webhooks/webhook-list.tsx';

/** The webhooks of an installation with their state; each leads to its log. */
export function InstalledWebhooks({ installation: { webhooks } }: { installation: Installation }) {
  const me = useMe();
  const sees = holds(me, 'endpoints:read');
  const results = useQueries({
    queries: webhooks.map(({ endpoint_id: id }) => ({
      queryKey: ['endpoints', id],
      queryFn: () => api.getEndpoint(id),
      enabled: sees,
    })),
  });
  const statsOf = useStats(sees ? webhooks.map(({ endpoint_id: id }) => ({ id })) : [], (id) =>
    api.getEndpointStats(id),
  );
  if (!sees) return <NoAccess what="its webhooks" scope="endpoints:read" />;
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
      <WebhookList endpoints={endpoints} statsOf={statsOf} appOf={() => undefined} />
    </Section>
  );
}
