import type { Endpoint } from '@sluice/client';
import { api } from '../../api/client.ts';
import { useHolds } from '../../api/session.ts';
import { Ledger } from '../../deliveries/ledger.tsx';
import { EndpointFacts } from '../endpoint-facts.tsx';
import { EventNamesField } from '../events-fields.tsx';
import { wordsOfEvents } from '../webhook.ts';
import type { Field } from '../webhook-draft.ts';
import type { WebhookFamily } from '../webhook-family.ts';

/** What those who look after the organization's endpoints can do with any of them, under any name. */
export const endpointVerbs = {
  source: 'endpoints',
  arrangement: 'rows',
  list: (cursor) => api.listEndpoints({ limit: 50, ...cursor }).page(),
  get: (id) => api.getEndpoint(id),
  create: ({ url = '', events = [], ...others }) => api.createEndpoint({ url, events, ...others }),
  change: ({ id }, values) => api.changeEndpoint(id, values),
  remove: (id) => api.deleteEndpoint(id),
  enable: (id) => api.enableEndpoint(id),
  disable: (id) => api.disableEndpoint(id),
  rotate: (id) => api.rotateEndpointSecret(id, {}),
  test: async (id) => ({ attempt: await api.testEndpoint(id) }),
  stats: (id) => api.getEndpointStats(id),
  // An app's manifest brings its webhooks and takes them away; a member's secret is the member's.
  allows: ({ owner: { kind } }) => ({ rotate: kind !== 'member', remove: kind !== 'installation' }),
} as const satisfies Partial<WebhookFamily>;

export const endpointConsequences = {
  rotation: 'Its receiver needs the new one. The contract decides how long the old one stays good.',
  removal: 'What waits for it is cancelled and its secret is worth nothing any more. This cannot be undone.',
};

/** URL and events only where neither an app's manifest nor a member decides them. */
export function fieldsFor(webhook: Endpoint | undefined): readonly Field[] {
  const owner = webhook?.owner.kind ?? 'organization';
  if (owner === 'organization') return ['url', 'events', 'description', 'limits', 'headers'];
  return owner === 'member' ? ['description', 'limits'] : ['description', 'limits', 'headers'];
}

/** Every endpoint of the organization, of whatever contract and owner. */
export const organizationEndpoints: WebhookFamily = {
  ...endpointVerbs,
  path: '/endpoints',
  words: {
    ...endpointConsequences,
    one: 'endpoint',
    anyOne: 'an endpoint',
    title: 'Endpoints',
    description: 'Who receives what',
    purpose: 'An endpoint is a URL that is told about events, signed, as they happen.',
  },
  access: { read: 'endpoints:read', write: 'endpoints:write', what: 'endpoints' },
  form: {
    fields: (webhook) => {
      const fields = fieldsFor(webhook);
      return fields.includes('events') ? [...fields, 'contract'] : fields;
    },
    urlDescription: 'Where events are sent, as POST requests',
    urlPlaceholder: 'https://example.com/webhooks',
    namePlaceholder: 'Order service',
    events: ['*'],
    Events: EventNamesField,
  },
  eventsOf: ({ events }) => wordsOfEvents(events),
  Settings: ({ webhook }) => <EndpointFacts endpoint={webhook} events={wordsOfEvents(webhook.events)} />,
  Log: ({ webhook }) =>
    useHolds('deliveries:read') && (
      <Ledger
        filter={{ endpoint_id: webhook.id }}
        empty={{
          title: 'No deliveries yet',
          text: 'Deliveries appear here when an event is published that this endpoint wants.',
        }}
      />
    ),
};
