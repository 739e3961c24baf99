import { Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { useId, useState } from 'react';
import { Icon } from '../../blocks/icon.tsx';
import { Moment } from '../../blocks/moment.tsx';
import { State } from '../../blocks/state.tsx';
import { LogDetails } from './log-details.tsx';
import type { Log } from './plugin-api.ts';

/** Attempts, newest first; each opens to all that the plugin keeps of it. */
export function LogList({ webhookId, logs }: { webhookId: number; logs: readonly Log[] }) {
  return (
    <>
      <div className="log-summary log-head" aria-hidden="true">
        <span>Success</span>
        <span>Event</span>
        <span className="log-number">Status</span>
        <span className="log-number">Attempt</span>
        <span>Delivered</span>
        <span />
      </div>
      <ul className="log">
        {logs.map((log) => (
          <LogEntry key={log.id} webhookId={webhookId} log={log} />
        ))}
      </ul>
    </>
  );
}

function LogEntry({ webhookId, log }: { webhookId: number; log: Log }) {
  const [open, setOpen] = useState(false);
  const details = useId();
  return (
    <li className="log-entry">
      <UnstyledButton
        className="log-summary"
        aria-expanded={open}
        aria-controls={open ? details : undefined}
        onClick={() => setOpen(!open)}
      >
        <span>
          <State paint={log.success ? 'good' : 'bad'}>{log.success ? 'Delivered' : 'Failed'}</State>
        </span>
        <Text component="span" display="block" fw={500} truncate className="log-what">
          {log.event}
        </Text>
        <span className="log-number numbers">
          <VisuallyHidden component="span">, status </VisuallyHidden>
          {log.status_code ?? 'none'}
        </span>
        <span className="log-number numbers">
          <VisuallyHidden component="span">, attempt </VisuallyHidden>
          {log.attempt}
        </span>
        <Text component="span" fz="sm" c="dimmed">
          {log.delivered_at === null ? 'not delivered' : <Moment at={log.delivered_at} />}
        </Text>
        <span className="log-turn">
          <Icon name="turn" className={open ? 'turn turned' : 'turn'} />
        </span>
      </UnstyledButton>
      {open && (
        <div id={details} className="log-details">
          <LogDetails webhookId={webhookId} id={log.id} />
        </div>
      )}
    </li>
  );
}
