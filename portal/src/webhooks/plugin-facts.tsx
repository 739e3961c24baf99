import { Text } from '@mantine/core';
import { usePluginEvents } from '../api/lists.ts';
import { Facts, Mono } from '../blocks/facts.tsx';
import { Moment } from '../blocks/moment.tsx';
import { Section } from '../blocks/page.tsx';
import { Quiet } from '../blocks/quiet.tsx';
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
  const broughtBy = (name: string) =>
    name === '*' ? (
      'Everything, also what is added later'
    ) : (
      <Mono>{events.find(({ event }) => event === name)?.payload_fields.join(', ')}</Mono>
    );
  return (
    <>
      <Section title="Settings" actions={<StatusSwitch family={family} webhook={webhook} />}>
        <Facts
          of={{
            URL: <Mono>{webhook.url}</Mono>,
            Secret: (
              <>
                <Mono>{webhook.secret}</Mono>{' '}
                <Quiet component="span">shown whole when the webhook was added, and never again</Quiet>
              </>
            ),
            Number: webhook.id,
            Added: <Moment at={webhook.created_at} />,
          }}
        />
        {!webhook.enabled && (
          <Text fz="sm" mt="sm">
            While it is off nothing is sent. What waits for it goes out when it is switched on again.
          </Text>
        )}
      </Section>
      <Section title="Events">
        <Facts mono of={Object.fromEntries(webhook.events.map((event) => [event, broughtBy(event)]))} />
      </Section>
    </>
  );
}
