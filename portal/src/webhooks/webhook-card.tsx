import { Button, Group, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { EndpointStats } from '@sluice/client';
import { useId } from 'react';
import { useStats } from '../api/use-stats.ts';
import { Quiet } from '../blocks/quiet.tsx';
import { DisabledNote } from './disabled-note.tsx';
import { nameOf, type Webhook } from './webhook.ts';
import { WebhookActions } from './webhook-actions.tsx';
import { useMayChange, type WebhookFamily } from './webhook-family.ts';
import { EndpointHealth, WebhookState } from './webhook-health.tsx';
import './webhook-card.css';

interface Props<Item extends Webhook> {
  readonly family: WebhookFamily<Item>;
  readonly webhooks: readonly Item[];
}

/** Webhooks that have no pages of their own: each card holds everything. */
export function WebhookCards<Item extends Webhook>({ family, webhooks }: Props<Item>) {
  const statsOf = useStats(webhooks, family);
  return webhooks.map((webhook) => (
    <WebhookCard key={webhook.id} family={family} webhook={webhook} stats={statsOf(webhook.id)} />
  ));
}

interface CardProps<Item extends Webhook> {
  readonly family: WebhookFamily<Item>;
  readonly webhook: Item;
  readonly stats: EndpointStats | undefined;
}

/** Where a webhook goes, how it does, what can be done with it, and what went there. */
function WebhookCard<Item extends Webhook>({ family, webhook, stats }: CardProps<Item>) {
  const [logOpen, { toggle }] = useDisclosure(false);
  const log = useId();
  const name = nameOf(webhook);
  return (
    <article className="card card-flush" aria-label={name}>
      <div className="webhook-head">
        <div style={{ minWidth: 0, flex: '1 1 16rem' }}>
          <Group gap="xs" wrap="nowrap">
            <Title order={3} fz="md" fw={600} className="webhook-name">
              {name}
            </Title>
            <WebhookState webhook={webhook} stats={stats} />
          </Group>
          {name !== webhook.url && (
            <Text className="mono" c="dimmed" mt={2}>
              {webhook.url}
            </Text>
          )}
          <Quiet mt={2}>{family.eventsOf(webhook)}</Quiet>
        </div>
        <EndpointHealth stats={stats} />
      </div>
      <DisabledNote family={family} webhook={webhook} failures={stats?.consecutive_failures ?? 0} />
      <Group gap="xs" className="webhook-actions">
        {useMayChange(family) && (
          <WebhookActions size="xs" family={family} webhook={webhook} enabledElsewhere />
        )}
        <Button
          size="xs"
          variant="subtle"
          aria-expanded={logOpen}
          aria-controls={logOpen ? log : undefined}
          onClick={toggle}
        >
          {logOpen ? 'Hide the log' : 'Log'}
        </Button>
      </Group>
      {logOpen && (
        <div id={log} className="webhook-log">
          <family.Log webhook={webhook} />
        </div>
      )}
    </article>
  );
}
