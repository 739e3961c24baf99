import type { Endpoint } from '@sluice/client';
import type { ReactNode } from 'react';
import { useStats } from '../api/use-stats.ts';
import { Facts, Mono } from '../blocks/facts.tsx';
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
        <Facts
          of={{
            State: (
              <>
                <WebhookState webhook={endpoint} stats={stats} /> {endpoint.disabled_reason}{' '}
                {endpoint.disabled_at !== null && <Moment at={endpoint.disabled_at} />}
              </>
            ),
            URL: <Mono>{endpoint.url}</Mono>,
            Events: events,
            Contract: endpoint.contract,
            Headers: <Mono>{Object.keys(endpoint.headers).join(', ') || 'none of its own'}</Mono>,
            Limits: `${endpoint.rate_limit === null ? 'No rate limit' : `${endpoint.rate_limit} deliveries a second`}, timeout ${endpoint.timeout_seconds} s`,
            Id: <Mono>{endpoint.id}</Mono>,
            Added: <Moment at={endpoint.created_at} />,
          }}
        />
      </Section>
    </>
  );
}
