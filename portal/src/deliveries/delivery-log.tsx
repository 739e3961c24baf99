import { Text } from '@mantine/core';
import type { Attempt, DeliverySummary, Page } from '@sluice/client';
import type { QueryKey } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { usePages } from '../api/use-pages.ts';
import { LogTable } from '../blocks/log-table.tsx';
import { Moment } from '../blocks/moment.tsx';
import { DeliveryState } from '../blocks/state.tsx';
import { Paged } from '../blocks/waiting.tsx';
import { milliseconds } from '../text/words.ts';
import { AttemptsOf } from './attempts.tsx';

const refreshMs = 5_000;

interface Props {
  readonly queryKey: QueryKey;
  readonly read: (cursor: { readonly cursor?: string }) => Promise<Page<DeliverySummary>>;
  readonly attemptsOf: (delivery: DeliverySummary) => Promise<readonly Attempt[]>;
  /** Where a delivery goes, where the log is about several endpoints. */
  readonly whereTo?: ((delivery: DeliverySummary) => string) | undefined;
  /** What stands above the attempts of an opened delivery. */
  readonly details?: (delivery: DeliverySummary) => ReactNode;
  readonly empty: ReactNode;
}

/** Deliveries, newest first and kept fresh: each opens to its attempts with what was sent and answered. */
export function DeliveryLog({ queryKey, read, attemptsOf, whereTo, details, empty }: Props) {
  const pages = usePages(queryKey, read, refreshMs);
  return (
    <Paged pages={pages} empty={empty}>
      {(items) => (
        <div className="card card-flush">
          <LogTable
            heads={['State', 'Event', 'Status', 'Attempts', 'When']}
            items={items}
            line={(delivery, isOpen) => [
              <DeliveryState key="state" delivery={delivery} />,
              <What key="what" delivery={delivery} whereTo={whereTo} isOpen={isOpen} />,
              delivery.last_attempt === null ? '' : (delivery.last_attempt.status ?? '–'),
              <Attempts key="attempts" delivery={delivery} />,
              <Moment key="when" at={delivery.created_at} />,
            ]}
            details={(delivery) => (
              <>
                {details?.(delivery)}
                <AttemptsOf delivery={delivery} read={attemptsOf} />
              </>
            )}
          />
        </div>
      )}
    </Paged>
  );
}

type WhatProps = Pick<Props, 'whereTo'> & { readonly delivery: DeliverySummary; readonly isOpen: boolean };

function What({ delivery, whereTo, isOpen }: WhatProps) {
  const shown = isOpen ? 'whole' : 'cut';
  return (
    <>
      <Text component="span" display="block" fw={500} className={shown}>
        {delivery.event_type}
      </Text>
      {whereTo && (
        <Text component="span" display="block" fz="sm" c="dimmed" className={shown}>
          {whereTo(delivery)}
        </Text>
      )}
    </>
  );
}

function Attempts({ delivery }: { delivery: DeliverySummary }) {
  const { attempts, state, created_at: created, finished_at: finished } = delivery;
  return (
    <>
      {attempts}
      {finished !== null && state === 'delivered' && (
        <Text component="span" fz="xs" c="dimmed" display="block">
          {milliseconds(Date.parse(finished) - Date.parse(created))}
        </Text>
      )}
    </>
  );
}
