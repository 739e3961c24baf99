import { Stack, Text, VisuallyHidden } from '@mantine/core';
import type { FlowxtraGetLogAnswer, FlowxtraListLogsAnswer } from '@sluice/client';
import { useQuery } from '@tanstack/react-query';
import { keys } from '../api/cache.ts';
import { api } from '../api/client.ts';
import { useMe } from '../api/session.ts';
import { ExchangeView } from '../blocks/exchange-view.tsx';
import { Facts, Mono } from '../blocks/facts.tsx';
import { LogTable } from '../blocks/log-table.tsx';
import { Moment } from '../blocks/moment.tsx';
import { State } from '../blocks/state.tsx';
import { Loaded } from '../blocks/waiting.tsx';
import { milliseconds } from '../text/words.ts';
import { attemptInWords, nextAttemptInWords, testEvent } from './plugin-attempts.ts';

interface PluginLogTableProps {
  readonly webhookId: string;
  readonly logs: FlowxtraListLogsAnswer['data']['data'];
}

/** Attempts of Flowxtra's plugin, newest first; each opens to all that the plugin keeps of it. */
export function PluginLogTable({ webhookId, logs }: PluginLogTableProps) {
  return (
    <LogTable
      heads={['Success', 'Event', 'Status', 'Attempt', 'Delivered']}
      items={logs}
      line={(log) => [
        <State key="state" paint={log.success ? 'good' : 'bad'}>
          {log.success ? 'Delivered' : 'Failed'}
        </State>,
        <Text key="event" component="span" display="block" fw={500} truncate>
          {log.event}
        </Text>,
        <LabelledNumber key="status" label="status" value={log.status_code ?? 'none'} />,
        <LabelledNumber key="attempt" label="attempt" value={log.attempt} />,
        log.delivered_at === null ? 'not delivered' : <Moment key="when" at={log.delivered_at} />,
      ]}
      details={(log) => <PluginLogDetails webhookId={webhookId} id={String(log.id)} />}
    />
  );
}

/** A number, and what it is for those who do not see the head above it. */
function LabelledNumber({ label, value }: { label: string; value: string | number }) {
  return (
    <>
      <VisuallyHidden component="span">, {label} </VisuallyHidden>
      {value}
    </>
  );
}

type Log = FlowxtraGetLogAnswer['data'];

/** All that the plugin keeps of one attempt: what it was, what was sent, and what came back. */
function PluginLogDetails({ webhookId, id }: { webhookId: string; id: string }) {
  const { organization } = useMe();
  const log = useQuery({
    queryKey: keys.webhooks.log('plugin', webhookId, id),
    queryFn: async () => (await api.flowxtraGetLog(webhookId, id, { subdomain: organization.slug })).data,
    // What happened does not change any more.
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Loaded query={log}>
      {(found) => (
        <Stack gap="md">
          <LogFacts log={found} />
          <ExchangeView
            request={found.request}
            response={
              found.response === null || found.status_code === null
                ? null
                : { status: found.status_code, ...found.response }
            }
            isUnknown={found.request.url === ''}
          />
        </Stack>
      )}
    </Loaded>
  );
}

function LogFacts({ log }: { log: Log }) {
  const isTest = log.event === testEvent;
  return (
    <Facts
      of={{
        Log: log.id,
        Delivery: <Mono>{log.delivery}</Mono>,
        'Status code': log.status_code ?? 'none: no answer came',
        'What failed': log.error ?? undefined,
        Attempt: attemptInWords(log),
        Sent: <Mono>{log.created_at}</Mono>,
        Delivered: <Mono>{log.delivered_at ?? 'not delivered'}</Mono>,
        Took: log.duration_ms === null ? undefined : milliseconds(log.duration_ms),
        'And then': log.success || isTest ? undefined : nextAttemptInWords(log),
      }}
    />
  );
}
