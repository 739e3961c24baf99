import type { Endpoint } from '@sluice/client';
import type { ReactNode } from 'react';
import { useStats } from '../api/use-stats.ts';
import { Moment } from '../blocks/moment.tsx';
import { Section } from '../blocks/page.tsx';
import { OwnerNote } from './owner-note.tsx';
import { EndpointHealth, WebhookState } from './webhook-health.tsx';

interface Props {
  readonly endpoint: Endpoint;
  /** What it wants to hear of. */
  readonly events: ReactNode;
}

/** Whose an endpoint is, how it is set, and how it does. */
export function EndpointFacts({ endpoint, events }: Props) {
  const stats = useStats([endpoint])(endpoint.id);
  return (
    <>
      <OwnerNote endpoint={endpoint} />
      <Section title="Settings" actions={<EndpointHealth stats={stats} />}>
        <dl className="facts">
          <dt>State</dt>
          <dd>
            <WebhookState webhook={endpoint} stats={stats} /> {endpoint.disabled_reason}
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
    </>
  );
}
