import type { DeliverySummary, Endpoint } from '@sluice/client';
import { useInstalledApps } from '../../api/lists.ts';
import { Guarded } from '../../blocks/not-allowed.tsx';
import { readAttempts, useAttempts } from '../../deliveries/attempts.tsx';
import { Ledger } from '../../deliveries/ledger.tsx';
import { ChangeView } from '../../records/change-view.tsx';
import { EventChips } from '../../records/event-chips.tsx';
import { recordChangeOf } from '../../records/record-change.ts';
import { EndpointFacts } from '../endpoint-facts.tsx';
import { RecordChangesField } from '../events-fields.tsx';
import { RegisteredBy } from '../owner-note.tsx';
import type { WebhookFamily } from '../webhook-family.ts';
import { endpointConsequences, endpointVerbs, fieldsFor } from './endpoints.tsx';

/** Flowlu's: every endpoint of the organization, as what hears of changes to records. */
export const recordWebhooks: WebhookFamily = {
  ...endpointVerbs,
  path: '/settings/webhooks',
  words: {
    ...endpointConsequences,
    one: 'webhook',
    anyOne: 'a webhook',
    title: 'Webhooks',
    description: 'Who hears of changes to records, as they happen',
    place: 'System settings',
    purpose:
      'Add a URL and choose the records whose changes it hears of. Apps that you install bring webhooks of their own.',
  },
  access: { read: 'endpoints:read', write: 'endpoints:write', what: 'webhooks' },
  form: {
    fields: fieldsFor,
    urlDescription: 'Where changes are sent, as POST requests. It begins with https://',
    urlPlaceholder: 'https://example.com/webhooks',
    namePlaceholder: 'Accounting',
    events: [],
    Events: RecordChangesField,
  },
  eventsOf: ({ events }) => <EventChips events={events} />,
  RowNote: ({ webhook: { id } }) => {
    const from = useInstalledApps().find(({ installation }) =>
      installation.webhooks.some(({ endpoint_id: endpoint }) => endpoint === id),
    );
    return from && <RegisteredBy from={from} />;
  },
  Settings: ({ webhook }) => (
    <EndpointFacts endpoint={webhook} events={<EventChips events={webhook.events} />} />
  ),
  Log: ({ webhook }) => (
    <Guarded scope="deliveries:read" what="what was sent" title="You may not see what was sent">
      <ChangeLog webhook={webhook} />
    </Guarded>
  ),
};

/** Each delivery opens to the record before and after, and to its attempts. */
function ChangeLog({ webhook: { id } }: { webhook: Endpoint }) {
  return (
    <Ledger
      filter={{ endpoint_id: id }}
      empty={{
        title: 'Nothing was sent yet',
        text: 'As soon as a record changes that this webhook wants to hear of, the change stands here.',
      }}
      more={(delivery) => <SentChange delivery={delivery} />}
    />
  );
}

/** The change as the latest attempt told it. */
function SentChange({ delivery }: { delivery: DeliverySummary }) {
  const { data: attempts } = useAttempts(delivery, readAttempts);
  const body = attempts?.[0]?.request.body ?? null;
  const change = body === null ? null : recordChangeOf(body);
  return change && <ChangeView change={change} />;
}
