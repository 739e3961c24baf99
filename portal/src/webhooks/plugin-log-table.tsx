import { Text, VisuallyHidden } from '@mantine/core';
import type { FlowxtraListLogsAnswer } from '@sluice/client';
import { LogTable } from '../blocks/log-table.tsx';
import { Moment } from '../blocks/moment.tsx';
import { State } from '../blocks/state.tsx';
import { PluginLogDetails } from './plugin-log-details.tsx';

interface Props {
  readonly webhookId: string;
  readonly logs: FlowxtraListLogsAnswer['data']['data'];
}

/** Attempts of Flowxtra's plugin, newest first; each opens to all that the plugin keeps of it. */
export function PluginLogTable({ webhookId, logs }: Props) {
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
        <Said key="status" before="status" value={log.status_code ?? 'none'} />,
        <Said key="attempt" before="attempt" value={log.attempt} />,
        log.delivered_at === null ? 'not delivered' : <Moment key="when" at={log.delivered_at} />,
      ]}
      details={(log) => <PluginLogDetails webhookId={webhookId} id={String(log.id)} />}
    />
  );
}

/** A number, and what it is for those who do not see the head above it. */
function Said({ before, value }: { before: string; value: string | number }) {
  return (
    <>
      <VisuallyHidden component="span">, {before} </VisuallyHidden>
      {value}
    </>
  );
}
