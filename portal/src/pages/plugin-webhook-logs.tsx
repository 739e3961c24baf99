import { Group, Pagination, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { holds } from '../app/api.ts';
import { useMe } from '../app/use-me.ts';
import { useParam } from '../app/use-param.ts';
import { Empty } from '../blocks/empty.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Loading } from '../blocks/loading.tsx';
import { NotAllowed } from '../blocks/not-allowed.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageLink } from '../blocks/page-link.tsx';
import { LogList } from './plugin-webhooks/log-list.tsx';
import { type LogPage, usePluginApi, useWebhook } from './plugin-webhooks/plugin-api.ts';

export function PluginWebhookLogsPage() {
  const id = useParam('number');
  if (holds(useMe(), 'endpoints:read')) return <Logs id={id} />;
  return (
    <>
      <PageHeader title="Logs" />
      <NotAllowed what="webhooks" scope="endpoints:read" holders="owners and administrators" />
    </>
  );
}

function Logs({ id }: { id: string }) {
  const plugin = usePluginApi();
  const mayReadLedger = holds(useMe(), 'deliveries:read');
  const [number, setNumber] = useState(1);
  const webhook = useWebhook(id);
  const logs = useQuery({
    queryKey: ['plugin-webhooks', id, 'logs', number],
    queryFn: () => plugin.logs(id, number),
    placeholderData: keepPreviousData,
    refetchInterval: 5_000,
  });
  return (
    <>
      <PageHeader
        title={webhook.data === undefined ? 'Logs' : `Logs of ${webhook.data.name || webhook.data.url}`}
        description={
          <PageLink path={`/plugins/webhooks/${id}`}>
            {webhook.data === undefined ? 'The webhook' : webhook.data.url}
          </PageLink>
        }
      />
      {logs.isPending && <Loading />}
      {logs.isError && <Failure error={logs.error} onRetry={() => void logs.refetch()} />}
      {logs.data && <LogPageView page={logs.data} onTurn={setNumber} />}
      {mayReadLedger && logs.data && logs.data.total > 0 && (
        <Text fz="sm" c="dimmed" mt="md">
          What was sent and answered, byte for byte, is in <PageLink path="/deliveries">Deliveries</PageLink>.
        </Text>
      )}
    </>
  );
}

function LogPageView({ page, onTurn }: { page: LogPage; onTurn: (number: number) => void }) {
  if (page.total === 0)
    return (
      <div className="card">
        <Empty title="No logs yet">Every attempt to deliver an event gets an entry here, tests too.</Empty>
      </div>
    );
  const first = (page.current_page - 1) * page.per_page + 1;
  return (
    <>
      <div className="card card-flush">
        <LogList logs={page.data} />
      </div>
      <Group justify="space-between" mt="md">
        <Text fz="sm" c="dimmed" className="numbers" role="status">
          {page.data.length === 0 ? 'None' : `${first} to ${first + page.data.length - 1}`} of {page.total}{' '}
          {page.total === 1 ? 'entry' : 'entries'}
        </Text>
        {page.last_page > 1 && (
          <Pagination
            total={page.last_page}
            value={page.current_page}
            onChange={onTurn}
            aria-label="Pages of the logs"
            getControlProps={(control) => ({
              'aria-label': control === 'next' ? 'Next page' : 'Previous page',
            })}
            getItemProps={(item) => ({ 'aria-label': `Page ${item}` })}
          />
        )}
      </Group>
    </>
  );
}
