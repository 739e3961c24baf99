import { Group, Text } from '@mantine/core';
import { useStats } from '../api/use-stats.ts';
import { PageLink } from '../blocks/page.tsx';
import { Quiet } from '../blocks/quiet.tsx';
import { StatusSwitch } from './status-switch.tsx';
import { TestButton } from './test-button.tsx';
import { nameOf, type Webhook } from './webhook.ts';
import { useMayChange, type WebhookFamily } from './webhook-family.ts';
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
    <ul className={inSection ? 'endpoint-rows' : 'endpoint-rows card card-flush'}>
      {webhooks.map((webhook) => (
        <li key={webhook.id} className="endpoint-row">
          <div style={{ minWidth: 0 }}>
            <Text fw={600} truncate title={nameOf(webhook)}>
              <PageLink path={`${family.path}/${webhook.id}`} className="row-link" inherit>
                {nameOf(webhook)}
              </PageLink>
            </Text>
            <Url webhook={webhook} />
            <Group gap="xs" mt={2}>
              <Quiet component="div" lineClamp={2}>
                {family.eventsOf(webhook)}
              </Quiet>
              {withNotes && family.RowNote && <family.RowNote webhook={webhook} />}
            </Group>
            {webhook.disabled_reason !== null && <Quiet mt={2}>{webhook.disabled_reason}</Quiet>}
          </div>
          {family.switched ? (
            <RowSwitch family={family} webhook={webhook} />
          ) : (
            <>
              <EndpointHealth stats={statsOf(webhook.id)} />
              <WebhookState webhook={webhook} stats={statsOf(webhook.id)} />
            </>
          )}
        </li>
      ))}
    </ul>
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

/** What a row has where no statistics are: the switch, a test, and the way to the log. */
function RowSwitch<Item extends Webhook>({
  family,
  webhook,
}: {
  family: WebhookFamily<Item>;
  webhook: Item;
}) {
  return (
    <>
      <StatusSwitch family={family} webhook={webhook} />
      <Group gap="xs" className="endpoint-health">
        {useMayChange(family) && <TestButton family={family} webhook={webhook} size="xs" />}
        <PageLink path={`${family.path}/${webhook.id}/logs`} fz="sm">
          Logs
        </PageLink>
      </Group>
    </>
  );
}
