import { Text, UnstyledButton } from '@mantine/core';
import type { Attempt, DeliverySummary } from '@sluice/client';
import { type ReactNode, useId, useState } from 'react';
import { AttemptsOf } from './attempts-of.tsx';
import { milliseconds } from './endpoint-health.tsx';
import { Icon } from './icon.tsx';
import { Moment } from './moment.tsx';
import { DeliveryState } from './state.tsx';

/** As much of a delivery as a log shows. */
export type LoggedDelivery = Pick<
  DeliverySummary,
  'id' | 'event_type' | 'state' | 'paused' | 'attempts' | 'last_attempt' | 'created_at' | 'finished_at'
>;

interface Props<Item extends LoggedDelivery> {
  readonly deliveries: readonly Item[];
  /** Reads the attempts of one: `({ id }) => api.listDeliveryAttempts(id).page()…` */
  readonly attemptsOf: (delivery: Item) => Promise<readonly Attempt[]>;
  /** Where it goes, where the log is about several endpoints. */
  readonly whereTo?: ((delivery: Item) => string) | undefined;
  /** Buttons above the attempts of an opened one. */
  readonly actions?: (delivery: Item) => ReactNode;
}

/** Deliveries, newest first: each opens to its attempts with what was sent and answered. */
export function DeliveryLog<Item extends LoggedDelivery>(props: Props<Item>) {
  return (
    <div className="card card-flush">
      <div className="log-summary log-head" aria-hidden="true">
        <span>State</span>
        <span>Event</span>
        <span className="log-number">Status</span>
        <span className="log-number">Attempts</span>
        <span>When</span>
        <span />
      </div>
      <ul className="log">
        {props.deliveries.map((delivery) => (
          <LogEntry key={delivery.id} delivery={delivery} {...props} />
        ))}
      </ul>
    </div>
  );
}

function LogEntry<Item extends LoggedDelivery>({
  delivery,
  attemptsOf,
  whereTo,
  actions,
}: Props<Item> & { readonly delivery: Item }) {
  const [open, setOpen] = useState(false);
  const details = useId();
  // Opening shows the whole of what a line has no room for.
  const shown = open ? 'whole' : 'cut';
  const { state, last_attempt: last, finished_at: finished } = delivery;
  const took = finished === null ? null : Date.parse(finished) - Date.parse(delivery.created_at);
  return (
    <li className="log-entry">
      <UnstyledButton
        className="log-summary"
        aria-expanded={open}
        aria-controls={details}
        onClick={() => setOpen(!open)}
      >
        <span>
          <DeliveryState delivery={delivery} />
        </span>
        <span className="log-what">
          <Text component="span" display="block" fw={500} className={shown}>
            {delivery.event_type}
          </Text>
          {whereTo && (
            <Text component="span" display="block" fz="sm" c="dimmed" className={shown}>
              {whereTo(delivery)}
            </Text>
          )}
        </span>
        <span className="log-number numbers">{last === null ? '' : (last.status ?? '–')}</span>
        <span className="log-number numbers">
          {delivery.attempts}
          {took !== null && state === 'delivered' && (
            <Text component="span" fz="xs" c="dimmed" display="block">
              {milliseconds(took)}
            </Text>
          )}
        </span>
        <Text component="span" fz="sm" c="dimmed">
          <Moment at={delivery.created_at} />
        </Text>
        <span className="log-turn">
          <Icon name="turn" className={open ? 'turn turned' : 'turn'} />
        </span>
      </UnstyledButton>
      {open && (
        <div id={details} className="log-details">
          {actions?.(delivery)}
          <AttemptsOf delivery={delivery} read={attemptsOf} />
        </div>
      )}
    </li>
  );
}
