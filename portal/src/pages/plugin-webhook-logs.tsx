import { Button, Group, Pagination, Select, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { holds } from '../app/api.ts';
import { useAddress } from '../app/use-address.ts';
import { useMe } from '../app/use-me.ts';
import { useParam } from '../app/use-param.ts';
import { Empty } from '../blocks/empty.tsx';
import { Failure } from '../blocks/failure.tsx';
import { Loading } from '../blocks/loading.tsx';
import { NotAllowed } from '../blocks/not-allowed.tsx';
import { PageHeader } from '../blocks/page-header.tsx';
import { PageLink } from '../blocks/page-link.tsx';
import { testEvent } from './plugin-webhooks/log-details.tsx';
import { LogList } from './plugin-webhooks/log-list.tsx';
import {
  type LogFilter,
  type LogPage,
  usePluginApi,
  useWebhook,
  type Webhook,
} from './plugin-webhooks/plugin-api.ts';

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
  const webhook = useWebhook(id);
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
      {webhook.isPending && <Loading />}
      {webhook.isError && <Failure error={webhook.error} onRetry={() => void webhook.refetch()} />}
      {webhook.data && <FilteredLogs webhook={webhook.data} />}
    </>
  );
}

const outcomes = [
  { value: 'true', label: 'Delivered' },
  { value: 'false', label: 'Failed' },
];

function FilteredLogs({ webhook }: { webhook: Webhook }) {
  const plugin = usePluginApi();
  const [page, setPage] = useAddress('page');
  const [event, setEvent] = useAddress('event');
  const [success, setSuccess] = useAddress('success');
  const number = Math.max(1, Math.trunc(Number(page)) || 1);
  const outcome = outcomes.find(({ value }) => value === success);
  const filter: LogFilter = {
    ...(event !== null && { event }),
    ...(outcome && { success: outcome.value === 'true' }),
  };
  const filtered = Object.keys(filter).length > 0;
  const logs = useQuery({
    queryKey: ['plugin-webhooks', webhook.id, 'logs', number, filter],
    queryFn: () => plugin.logs(String(webhook.id), number, filter),
    placeholderData: keepPreviousData,
    refetchInterval: 5_000,
  });
  const choose = (set: (value: string | null) => void) => (value: string | null) => {
    set(value);
    setPage(null);
  };
  return (
    <>
      <Group mb="md" gap="sm">
        <Select
          aria-label="Success"
          placeholder="Delivered and failed"
          clearable
          data={outcomes}
          value={outcome?.value ?? null}
          onChange={choose(setSuccess)}
          w={200}
        />
        <Select
          aria-label="Event"
          placeholder="Every event"
          clearable
          data={[...new Set([...webhook.events, testEvent, ...(event === null ? [] : [event])])]}
          value={event}
          onChange={choose(setEvent)}
          w={240}
        />
        {filtered && (
          <Button
            variant="subtle"
            onClick={() => {
              setSuccess(null);
              choose(setEvent)(null);
            }}
          >
            Show all
          </Button>
        )}
      </Group>
      {logs.isPending && <Loading />}
      {logs.isError && <Failure error={logs.error} onRetry={() => void logs.refetch()} />}
      {logs.data && (
        <LogPageView
          webhookId={webhook.id}
          page={logs.data}
          filtered={filtered}
          onTurn={(next) => setPage(next === 1 ? null : String(next))}
        />
      )}
    </>
  );
}

interface PageProps {
  readonly webhookId: number;
  readonly page: LogPage;
  readonly filtered: boolean;
  readonly onTurn: (number: number) => void;
}

function LogPageView({ webhookId, page, filtered, onTurn }: PageProps) {
  if (page.total === 0)
    return (
      <div className="card">
        <Empty title={filtered ? 'No such logs' : 'No logs yet'}>
          {filtered
            ? 'None is as chosen above.'
            : 'Every attempt to deliver an event gets an entry here, tests too.'}
        </Empty>
      </div>
    );
  const first = (page.current_page - 1) * page.per_page + 1;
  return (
    <>
      <div className="card card-flush">
        <LogList webhookId={webhookId} logs={page.data} />
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
