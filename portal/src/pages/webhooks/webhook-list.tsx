import { Group, Text } from '@mantine/core';
import type { Endpoint, EndpointStats } from '@sluice/client';
import { EventChips } from '../../apps/event-chips.tsx';
import type { InstalledApp } from '../../apps/use-apps.ts';
import { EndpointHealth } from '../../blocks/endpoint-health.tsx';
import { nameOf } from '../../blocks/endpoint-list.tsx';
import { PageLink } from '../../blocks/page-link.tsx';
import { State } from '../../blocks/state.tsx';

interface Props {
  readonly endpoints: readonly Endpoint[];
  readonly statsOf: (id: string) => EndpointStats | undefined;
  /** The app that registered it, where one did and the reader may know. */
  readonly appOf: (id: string) => InstalledApp | undefined;
}

/** Webhooks with what they are called, where they go, which changes they hear of, and how they do. */
export function WebhookList({ endpoints, statsOf, appOf }: Props) {
  return (
    <ul className="endpoint-rows">
      {endpoints.map((endpoint) => {
        const from = appOf(endpoint.id);
        return (
          <li key={endpoint.id} className="endpoint-row endpoint-row-first">
            <div style={{ minWidth: 0 }}>
              <Text fw={600} truncate title={nameOf(endpoint)}>
                <PageLink path={`/settings/webhooks/${endpoint.id}`} className="row-link" inherit>
                  {nameOf(endpoint)}
                </PageLink>
              </Text>
              {nameOf(endpoint) !== endpoint.url && (
                <Text className="mono" c="dimmed" truncate title={endpoint.url}>
                  {endpoint.url}
                </Text>
              )}
              <Group gap="xs" mt={6}>
                <EventChips events={endpoint.events} />
                {from && (
                  <Text fz="xs" c="dimmed" component="span" style={{ overflowWrap: 'anywhere' }}>
                    registered by{' '}
                    <PageLink path={`/developer-hub/${from.installation.app_id}`} fz="xs" underline="always">
                      {from.app?.name ?? 'an app'}
                    </PageLink>{' '}
                    {from.installation.version}
                  </Text>
                )}
              </Group>
              {endpoint.disabled_reason !== null && (
                <Text fz="sm" c="dimmed" mt={4}>
                  {endpoint.disabled_reason}
                </Text>
              )}
            </div>
            <EndpointHealth stats={statsOf(endpoint.id)} />
            <State paint={endpoint.enabled ? 'good' : 'idle'}>
              {endpoint.enabled ? 'Enabled' : 'Disabled'}
            </State>
          </li>
        );
      })}
    </ul>
  );
}
