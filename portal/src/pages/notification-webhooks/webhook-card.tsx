import { Button, Group, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Endpoint, EndpointStats } from '@sluice/client';
import { useId } from 'react';
import { EndpointHealth } from '../../blocks/endpoint-health.tsx';
import { nameOf } from '../../blocks/endpoint-list.tsx';
import { State } from '../../blocks/state.tsx';
import { WebhookActions } from './webhook-actions.tsx';
import { notificationTypes, type WebhookFamily } from './webhook-family.ts';
import { WebhookHealth } from './webhook-health.tsx';
import { WebhookLog } from './webhook-log.tsx';

interface Props {
  readonly family: WebhookFamily;
  readonly webhook: Endpoint;
  readonly stats: EndpointStats | undefined;
  readonly mayChange: boolean;
}

/** One webhook: where it goes, how it does, what can be done with it, and what went there. */
export function WebhookCard({ family, webhook, stats, mayChange }: Props) {
  const [logOpen, { toggle }] = useDisclosure(false);
  const log = useId();
  const name = nameOf(webhook);
  const failures = stats?.consecutive_failures ?? 0;
  const state = webhook.enabled ? (failures > 0 ? 'failing' : 'enabled') : 'disabled';
  return (
    <article className="card card-flush" aria-label={name}>
      <div className="webhook-head">
        <div style={{ minWidth: 0, flex: '1 1 16rem' }}>
          <Group gap="xs" wrap="nowrap">
            <Title order={3} fz="md" fw={600} className="webhook-name">
              {name}
            </Title>
            <State paint={paints[state]}>{words[state]}</State>
          </Group>
          {webhook.name !== null && webhook.name !== '' && (
            <Text className="mono" c="dimmed" mt={2}>
              {webhook.url}
            </Text>
          )}
          <Text fz="sm" c="dimmed" mt={2}>
            {typesInWords(webhook, family)}
          </Text>
        </div>
        <EndpointHealth stats={stats} />
      </div>
      <WebhookHealth family={family} webhook={webhook} failures={failures} mayChange={mayChange} />
      <Group gap="xs" className="webhook-actions">
        {mayChange && <WebhookActions family={family} webhook={webhook} />}
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
          <WebhookLog family={family} webhook={webhook} />
        </div>
      )}
    </article>
  );
}

const words = { enabled: 'Enabled', failing: 'Failing', disabled: 'Disabled' } as const;
const paints = { enabled: 'good', failing: 'held', disabled: 'idle' } as const;

function typesInWords({ events }: Endpoint, { choosesTypes }: WebhookFamily): string {
  if (!choosesTypes) return 'Everything that is addressed to you';
  const all = notificationTypes.every(({ name }) => events.includes(name));
  return all ? 'Every type, whomever it is addressed to' : events.join(', ');
}
