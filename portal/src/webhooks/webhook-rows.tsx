import { Group, Text } from '@mantine/core';
import { useStats } from '../api/use-stats.ts';
import { PageLink } from '../blocks/page.tsx';
import { Quiet } from '../blocks/quiet.tsx';
import { Row, Rows } from '../blocks/rows.tsx';
import { StatusSwitch } from './status-switch.tsx';
import { TestButton } from './test-button.tsx';
import { nameOf, type Webhook } from './webhook.ts';
import { type OfFamily, useMayChange, type WebhookFamily } from './webhook-family.ts';
import { EndpointHealth, WebhookState } from './webhook-health.tsx';

interface Props<Item extends Webhook> {
  readonly family: WebhookFamily<Item>;
  readonly webhooks: readonly Item[];
  /** Whether they stand in a section, which has a frame of its own. */
  readonly inSection?: boolean;
  /** Whether each says whose it is. */
  readonly withNotes?: boolean;
}

/** Webhooks with what they are called, where they go, what they ask for and how they do. URLs are text, never links. */
export function WebhookRows<Item extends Webhook>({ family, webhooks, ...props }: Props<Item>) {
  const { inSection = false, withNotes = true } = props;
  const statsOf = useStats(webhooks, family);
  return (
    <Rows inSection={inSection}>
      {webhooks.map((webhook) => (
        <Row
          key={webhook.id}
          title={nameOf(webhook)}
          path={`${family.path}/${webhook.id}`}
          below={
            <>
              <Url webhook={webhook} />
              <Group gap="xs" mt={2}>
                <Quiet lineClamp={2}>{family.eventsOf(webhook)}</Quiet>
                {withNotes && family.RowNote && <family.RowNote webhook={webhook} />}
              </Group>
              {webhook.disabled_reason !== null && <Quiet mt={2}>{webhook.disabled_reason}</Quiet>}
            </>
          }
          middle={
            family.switched ? (
              <StatusSwitch family={family} webhook={webhook} />
            ) : (
              <EndpointHealth stats={statsOf(webhook.id)} />
            )
          }
        >
          {family.switched ? (
            <TestAndLogs family={family} webhook={webhook} />
          ) : (
            <WebhookState webhook={webhook} stats={statsOf(webhook.id)} />
          )}
        </Row>
      ))}
    </Rows>
  );
}

/** Where a webhook goes, where its name does not say it. */
function Url({ webhook }: { webhook: Webhook }) {
  if (nameOf(webhook) === webhook.url) return null;
  return (
    <Text className="mono" c="dimmed" truncate title={webhook.url}>
      {webhook.url}
    </Text>
  );
}

/** The end of a row whose middle is a switch. */
function TestAndLogs<Item extends Webhook>({ family, webhook }: OfFamily<Item>) {
  return (
    <Group gap="xs" className="endpoint-health">
      {useMayChange(family) && <TestButton family={family} webhook={webhook} size="xs" />}
      <PageLink path={`${family.path}/${webhook.id}/logs`} fz="sm">
        Logs
      </PageLink>
    </Group>
  );
}
