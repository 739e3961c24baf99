import type { Endpoint, EndpointStats } from '@sluice/client';
import type { ReactNode } from 'react';
import { EndpointHealth } from './endpoint-health.tsx';
import { Moment } from './moment.tsx';
import { Section } from './section.tsx';
import { State } from './state.tsx';

interface Props {
  readonly endpoint: Endpoint;
  readonly stats: EndpointStats | undefined;
  /** What it wants to hear of. */
  readonly events: ReactNode;
}

/** How an endpoint is set, and how it does. */
export function EndpointFacts({ endpoint, stats, events }: Props) {
  return (
    <Section title="Settings" actions={<EndpointHealth stats={stats} />}>
      <dl className="facts">
        <dt>State</dt>
        <dd>
          <State paint={endpoint.enabled ? 'good' : 'idle'}>
            {endpoint.enabled ? 'Enabled' : 'Disabled'}
          </State>{' '}
          {endpoint.disabled_reason}
          {endpoint.disabled_at !== null && (
            <>
              {' '}
              <Moment at={endpoint.disabled_at} />
            </>
          )}
        </dd>
        <dt>URL</dt>
        <dd className="mono">{endpoint.url}</dd>
        <dt>Events</dt>
        <dd>{events}</dd>
        <dt>Contract</dt>
        <dd>{endpoint.contract}</dd>
        <dt>Headers</dt>
        <dd className="mono">{Object.keys(endpoint.headers).join(', ') || 'none of its own'}</dd>
        <dt>Limits</dt>
        <dd>
          {endpoint.rate_limit === null ? 'No rate limit' : `${endpoint.rate_limit} deliveries a second`},
          timeout {endpoint.timeout_seconds} s
        </dd>
        <dt>Id</dt>
        <dd className="mono">{endpoint.id}</dd>
        <dt>Added</dt>
        <dd>
          <Moment at={endpoint.created_at} />
        </dd>
      </dl>
    </Section>
  );
}
