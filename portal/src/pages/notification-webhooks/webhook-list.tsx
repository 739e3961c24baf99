import { Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { Empty } from '../../blocks/empty.tsx';
import { Paged } from '../../blocks/paged.tsx';
import { usePages } from '../../blocks/use-pages.ts';
import { useStats } from '../../blocks/use-stats.ts';
import { WebhookCard } from './webhook-card.tsx';
import type { WebhookFamily } from './webhook-family.ts';
import './notification-webhooks.css';

const refreshMs = 5_000;

interface Props {
  readonly family: WebhookFamily;
  readonly mayChange: boolean;
  /** What stands there while there are none, and the button that adds one. */
  readonly purpose: string;
  readonly add: ReactNode;
}

export function WebhookList({ family, mayChange, purpose, add }: Props) {
  const webhooks = usePages([family.key], family.list, refreshMs);
  const statsOf = useStats(webhooks.items, family.stats);
  return (
    <Paged
      pages={webhooks}
      empty={
        <div className="card">
          <Empty title="No webhooks yet" action={add}>
            {purpose}
          </Empty>
        </div>
      }
    >
      {(items) => (
        <Stack gap="md">
          {items.map((webhook) => (
            <WebhookCard
              key={webhook.id}
              family={family}
              webhook={webhook}
              stats={statsOf(webhook.id)}
              mayChange={mayChange}
            />
          ))}
        </Stack>
      )}
    </Paged>
  );
}
