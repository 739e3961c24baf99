import { Group, Pagination } from '@mantine/core';
import type { FlowxtraListLogsAnswer } from '@sluice/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { keys } from '../api/cache.ts';
import { api } from '../api/client.ts';
import { useMe } from '../api/session.ts';
import { Filter, Filters } from '../blocks/filters.tsx';
import { Empty, PageHeader, PageLink } from '../blocks/page.tsx';
import { Quiet } from '../blocks/quiet.tsx';
import { useAddress } from '../blocks/use-address.ts';
import { Loaded } from '../blocks/waiting.tsx';
import { type PluginWebhook, usePluginWebhooks } from '../webhooks/families/plugin-webhooks.tsx';
import { testEvent } from '../webhooks/plugin-attempts.ts';
import { PluginLogTable } from '../webhooks/plugin-log.tsx';
import { nameOf } from '../webhooks/webhook.ts';
import { OneWebhook } from '../webhooks/webhook-page.tsx';

export function PluginWebhookLogsPage() {
  return (
    <OneWebhook family={usePluginWebhooks()}>
      {(webhook) => (
        <>
          <PageHeader
            title={`Logs of ${nameOf(webhook)}`}
            description={<PageLink path={`/plugins/webhooks/${webhook.id}`}>{webhook.url}</PageLink>}
          />
          <FilteredLogs webhook={webhook} />
        </>
      )}
    </OneWebhook>
  );
}

const outcomes = [
  { value: 'true', label: 'Delivered' },
  { value: 'false', label: 'Failed' },
];

function FilteredLogs({ webhook: { id, events } }: { webhook: PluginWebhook }) {
  const { organization } = useMe();
  const [page, setPage] = useAddress('page');
  const [event, setEvent] = useAddress('event');
  const [success, setSuccess] = useAddress('success');
  const outcome = outcomes.find(({ value }) => value === success);
  const filter = {
    ...(event !== null && { event }),
    ...(outcome && { success: outcome.value === 'true' }),
  };
  const query = { page: Math.max(1, Math.trunc(Number(page)) || 1), ...filter };
  const isFiltered = Object.keys(filter).length > 0;
  const logs = useQuery({
    queryKey: keys.webhooks.log('plugin', id, query),
    queryFn: async () => (await api.flowxtraListLogs(id, { subdomain: organization.slug, ...query })).data,
    placeholderData: keepPreviousData,
    refetchInterval: 5_000,
  });
  const choose = (set: (value: string | null) => void) => (value: string | null) => {
    set(value);
    setPage(null);
  };
  const clear = () => {
    setSuccess(null);
    choose(setEvent)(null);
  };
  return (
    <>
      <Filters onClear={isFiltered ? clear : undefined}>
        <Filter
          label="Success"
          placeholder="Delivered and failed"
          data={outcomes}
          value={outcome?.value ?? null}
          onChange={choose(setSuccess)}
        />
        <Filter
          label="Event"
          placeholder="Every event"
          data={[...new Set([...events, testEvent, ...(event === null ? [] : [event])])]}
          value={event}
          onChange={choose(setEvent)}
        />
      </Filters>
      <Loaded query={logs}>
        {(found) =>
          found.total === 0 ? (
            <NoLogs isFiltered={isFiltered} />
          ) : (
            <NumberedLogs
              webhookId={id}
              page={found}
              onTurn={(next) => setPage(next === 1 ? null : String(next))}
            />
          )
        }
      </Loaded>
    </>
  );
}

function NoLogs({ isFiltered }: { isFiltered: boolean }) {
  return (
    <Empty title={isFiltered ? 'No such logs' : 'No logs yet'}>
      {isFiltered
        ? 'None is as chosen above.'
        : 'Every attempt to deliver an event gets an entry here, tests too.'}
    </Empty>
  );
}

interface PageProps {
  readonly webhookId: string;
  readonly page: FlowxtraListLogsAnswer['data'];
  readonly onTurn: (number: number) => void;
}

function NumberedLogs({ webhookId, page, onTurn }: PageProps) {
  const first = (page.current_page - 1) * page.per_page + 1;
  return (
    <>
      <div className="card card-flush">
        <PluginLogTable webhookId={webhookId} logs={page.data} />
      </div>
      <Group justify="space-between" mt="md">
        <Quiet className="numbers" role="status">
          {page.data.length === 0 ? 'None' : `${first} to ${first + page.data.length - 1}`} of {page.total}{' '}
          {page.total === 1 ? 'entry' : 'entries'}
        </Quiet>
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
