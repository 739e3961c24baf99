import { Text } from '@mantine/core';
import { usePluginEvents } from '../api/lists.ts';
import { Moment } from '../blocks/moment.tsx';
import { Section } from '../blocks/page.tsx';
import { StatusSwitch } from './status-switch.tsx';
import type { Webhook } from './webhook.ts';
import type { WebhookFamily } from './webhook-family.ts';

interface Props<Item extends Webhook> {
  readonly family: WebhookFamily<Item>;
  readonly webhook: Item & { readonly secret: string };
}

/** How a webhook of Flowxtra's plugin is set, and what each of its events brings. */
export function PluginFacts<Item extends Webhook>({ family, webhook }: Props<Item>) {
  const { data: events = [] } = usePluginEvents();
  const fieldsOf = (name: string) => events.find(({ event }) => event === name)?.payload_fields ?? [];
  return (
    <>
      <Section title="Settings" actions={<StatusSwitch family={family} webhook={webhook} />}>
        <dl className="facts">
          <dt>URL</dt>
          <dd className="mono">{webhook.url}</dd>
          <dt>Secret</dt>
          <dd>
            <span className="mono">{webhook.secret}</span>{' '}
            <Text component="span" fz="sm" c="dimmed">
              shown whole when the webhook was added, and never again
            </Text>
          </dd>
          <dt>Number</dt>
          <dd className="numbers">{webhook.id}</dd>
          <dt>Added</dt>
          <dd>
            <Moment at={webhook.created_at} />
          </dd>
        </dl>
        {!webhook.enabled && (
          <Text fz="sm" mt="sm">
            While it is off nothing is sent. What waits for it goes out when it is switched on again.
          </Text>
        )}
      </Section>
      <Section title="Events">
        <dl className="facts">
          {webhook.events.map((event) => (
            <div key={event} style={{ display: 'contents' }}>
              <dt className="mono">{event}</dt>
              {event === '*' ? (
                <dd>Everything, also what is added later</dd>
              ) : (
                <dd className="mono">{fieldsOf(event).join(', ')}</dd>
              )}
            </div>
          ))}
        </dl>
      </Section>
    </>
  );
}
