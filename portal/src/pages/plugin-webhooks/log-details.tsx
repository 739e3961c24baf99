import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { milliseconds } from '../../blocks/endpoint-health.tsx';
import { ExchangeView } from '../../blocks/exchange-view.tsx';
import { Failure } from '../../blocks/failure.tsx';
import { Loading } from '../../blocks/loading.tsx';
import { type LogWithExchange, usePluginApi } from './plugin-api.ts';

/** All that the plugin keeps of one attempt: what it was, what was sent, and what came back. */
export function LogDetails({ webhookId, id }: { webhookId: number; id: number }) {
  const plugin = usePluginApi();
  const found = useQuery({
    queryKey: ['plugin-log', webhookId, id],
    queryFn: () => plugin.log(webhookId, id),
    // What happened does not change any more.
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (found.isPending) return <Loading />;
  if (found.isError) return <Failure error={found.error} onRetry={() => void found.refetch()} />;
  const { request, response, status_code: status } = found.data;
  return (
    <Stack gap="md">
      <LogFacts log={found.data} />
      <ExchangeView
        request={request}
        response={response === null || status === null ? null : { status, ...response }}
        isUnknown={request.url === ''}
      />
    </Stack>
  );
}

function LogFacts({ log }: { log: LogWithExchange }) {
  const isTest = log.event === testEvent;
  return (
    <dl className="facts">
      <dt>Log</dt>
      <dd className="numbers">{log.id}</dd>
      <dt>Delivery</dt>
      <dd className="mono">{log.delivery}</dd>
      <dt>Status code</dt>
      <dd className="numbers">{log.status_code ?? 'none: no answer came'}</dd>
      {log.error !== null && (
        <>
          <dt>What failed</dt>
          <dd>{log.error}</dd>
        </>
      )}
      <dt>Attempt</dt>
      <dd>{isTest ? `${log.attempt}; tests are sent once` : wordsOfAttempt(log.attempt)}</dd>
      <dt>Sent</dt>
      <dd className="mono">{log.created_at}</dd>
      <dt>Delivered</dt>
      <dd className="mono">{log.delivered_at ?? 'not delivered'}</dd>
      {log.duration_ms !== null && (
        <>
          <dt>Took</dt>
          <dd className="numbers">{milliseconds(log.duration_ms)}</dd>
        </>
      )}
      {!log.success && !isTest && (
        <>
          <dt>And then</dt>
          <dd>{nextAttempt[log.attempt] ?? 'No further attempt is due.'}</dd>
        </>
      )}
    </dl>
  );
}

/** What a test is called in the logs. */
export const testEvent = 'webhook.test';
const mostAttempts = 4;
/** What follows a failed attempt, as the plugin's document promises it. */
const nextAttempt: Readonly<Record<number, string>> = {
  1: 'The next attempt is due after 10 seconds.',
  2: 'The next attempt is due after 1 minute.',
  3: 'The next attempt is due after 5 minutes.',
};

/** Whoever may see deliveries can send one again when its attempts are used up. */
function wordsOfAttempt(attempt: number): string {
  return attempt > mostAttempts ? `${attempt}, by hand` : `${attempt} of at most ${mostAttempts}`;
}
