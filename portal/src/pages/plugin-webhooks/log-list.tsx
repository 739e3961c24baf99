import { Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { useId, useState } from 'react';
import { milliseconds } from '../../blocks/endpoint-health.tsx';
import { Icon } from '../../blocks/icon.tsx';
import { Moment } from '../../blocks/moment.tsx';
import { State } from '../../blocks/state.tsx';
import type { Log } from './plugin-api.ts';

/** Attempts, newest first; each opens to all that the plugin keeps of it. */
export function LogList({ logs }: { logs: readonly Log[] }) {
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
          <LogEntry key={log.id} log={log} />
        ))}
      </ul>
    </>
  );
}

function LogEntry({ log }: { log: Log }) {
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
          <LogDetails log={log} />
        </div>
      )}
    </li>
  );
}

function LogDetails({ log }: { log: Log }) {
  const took = log.delivered_at === null ? null : Date.parse(log.delivered_at) - Date.parse(log.created_at);
  return (
    <dl className="facts">
      <dt>Log</dt>
      <dd className="numbers">{log.id}</dd>
      <dt>Event</dt>
      <dd className="mono">{log.event}</dd>
      <dt>Status code</dt>
      <dd className="numbers">{log.status_code ?? 'none: no answer came'}</dd>
      <dt>Success</dt>
      <dd>{log.success ? 'Yes' : 'No'}</dd>
      <dt>Attempt</dt>
      <dd>
        {log.event === testEvent ? `${log.attempt}; tests are sent once` : `${log.attempt} of at most 4`}
      </dd>
      <dt>Sent</dt>
      <dd className="mono">{log.created_at}</dd>
      <dt>Delivered</dt>
      <dd className="mono">{log.delivered_at ?? 'not delivered'}</dd>
      {took !== null && (
        <>
          <dt>Took</dt>
          <dd className="numbers">{milliseconds(took)}</dd>
        </>
      )}
      {!log.success && log.event !== testEvent && (
        <>
          <dt>And then</dt>
          <dd>{nextAttempt[log.attempt] ?? 'This was the last attempt; the delivery has failed.'}</dd>
        </>
      )}
    </dl>
  );
}

const testEvent = 'webhook.test';
/** What follows a failed attempt, as the plugin's document promises it. */
const nextAttempt: Readonly<Record<number, string>> = {
  1: 'Tried again after 10 seconds.',
  2: 'Tried again after 1 minute.',
  3: 'Tried again after 5 minutes.',
};
