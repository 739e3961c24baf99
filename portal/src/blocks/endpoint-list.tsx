import { Group, Text } from '@mantine/core';
import type { Endpoint, EndpointStats } from '@sluice/client';
import type { ReactNode } from 'react';
import { EndpointHealth } from './endpoint-health.tsx';
import { PageLink } from './page-link.tsx';
import { State } from './state.tsx';

/** As much of an endpoint as a list shows. */
export type ListedEndpoint = Pick<Endpoint, 'id' | 'name' | 'url' | 'events' | 'enabled' | 'disabled_reason'>;

interface Props<Item extends ListedEndpoint> {
  readonly endpoints: readonly Item[];
  /** Where an endpoint's own page is, where it has one. */
  readonly pathOf?: (endpoint: Item) => `/${string}`;
  /** How its deliveries go; left out while that is not known. */
  readonly healthOf?: (endpoint: Item) => EndpointStats | undefined;
  /** Buttons at the end of its line. */
  readonly actions?: (endpoint: Item) => ReactNode;
}

/** Endpoints with what they are called, where they are, what they want and how they do. URLs are text, never links. */
export function EndpointList<Item extends ListedEndpoint>({
  endpoints,
  pathOf,
  healthOf,
  actions,
}: Props<Item>) {
  return (
    <ul className="endpoint-rows card card-flush">
      {endpoints.map((endpoint) => (
        <li key={endpoint.id} className="endpoint-row">
          <div style={{ minWidth: 0 }}>
            <Group gap="xs" wrap="nowrap">
              <Text fw={600} truncate>
                {pathOf ? (
                  <PageLink path={pathOf(endpoint)} className="row-link" inherit>
                    {nameOf(endpoint)}
                  </PageLink>
                ) : (
                  nameOf(endpoint)
                )}
              </Text>
              {!endpoint.enabled && <State paint="idle">Disabled</State>}
            </Group>
            {endpoint.name !== null && endpoint.name !== '' && (
              <Text className="mono" c="dimmed" truncate title={endpoint.url}>
                {endpoint.url}
              </Text>
            )}
            <Text fz="sm" c="dimmed" lineClamp={1}>
              {wordsOfEvents(endpoint.events)}
              {endpoint.disabled_reason === null ? '' : ` · ${endpoint.disabled_reason}`}
            </Text>
          </div>
          <EndpointHealth stats={healthOf?.(endpoint)} />
          <Group gap="xs" justify="flex-end">
            {actions?.(endpoint)}
          </Group>
        </li>
      ))}
    </ul>
  );
}

/** What an endpoint is called; its URL where nobody gave it a name. */
export function nameOf({ name, url }: Pick<Endpoint, 'name' | 'url'>): string {
  return name === null || name === '' ? url : name;
}

export function wordsOfEvents(events: readonly string[]): string {
  return events.includes('*') ? 'All events' : events.join(', ');
}
