import type { Attempt, DeliverySummary, Page } from '@sluice/client';
import { keys } from '../../api/cache.ts';
import { api, everyEntry } from '../../api/client.ts';
import { PageLink } from '../../blocks/page.tsx';
import { Quiet } from '../../blocks/quiet.tsx';
import { DeliveryLog } from '../../deliveries/delivery-log.tsx';
import { EveryNotification, NotificationTypesField } from '../events-fields.tsx';
import { notificationTypes, typesAmong } from '../notification-types.ts';
import type { SampleDescription } from '../verify-sample.tsx';
import type { WebhookFamily } from '../webhook-family.ts';

const pageSize = 20;

/** What FluxDesk's receivers have to check. */
const sample: SampleDescription = {
  path: '/fluxdesk',
  signatureHeader: 'X-FluxDesk-Signature',
  scheme: 'v1=',
  secretName: 'FLUXDESK_SECRET',
  members: ['type', 'title'],
  headers: {
    'X-FluxDesk-Signature': 'v1= and the HMAC in hexadecimal',
    'X-FluxDesk-Event-Type': 'The type, such as task_assigned',
    'X-FluxDesk-Delivery-Id': 'A UUID, the same in every attempt',
  },
};

const words = {
  one: 'webhook',
  anyOne: 'a webhook',
  secretNote: "It signs X-FluxDesk-Signature. If it leaks, rotate it from the webhook's own row.",
  rotation:
    'The old one signs nothing from then on: your receiver refuses what arrives until it has the new one.',
  removal: 'What waits for it is cancelled and its secret is worth nothing any more. This cannot be undone.',
};

const form = {
  urlDescription: 'Where notifications are sent, as signed POST requests',
  urlPlaceholder: 'https://example.com/fluxdesk',
  namePlaceholder: 'My notebook',
  events: notificationTypes.map(({ name }) => name),
};

/** FluxDesk's, of the member who is signed in: everything that is addressed to them. */
export const ownWebhooks: WebhookFamily = {
  source: 'mine',
  path: '/me/agent',
  arrangement: 'cards',
  sample,
  words: {
    ...words,
    title: 'Agent',
    description: 'Programs of your own that are told what you are told, as it happens',
    section: {
      title: 'Webhook',
      description: 'Each has a signing secret of its own and gets only what is addressed to you',
    },
    purpose:
      'Every notification that reaches your inbox also goes to your webhooks: to a script, a bot, or a lamp on your desk.',
  },
  list: (cursor) => api.listMyWebhooks({ limit: pageSize, ...cursor }).page(),
  get: (id) => api.getMyWebhook(id),
  create: ({ name, url = '' }) => api.createMyWebhook({ name, url }),
  change: ({ id }, { name, url = '' }) => api.changeMyWebhook(id, { name, url }),
  remove: (id) => api.deleteMyWebhook(id),
  enable: (id) => api.enableMyWebhook(id),
  disable: (id) => api.disableMyWebhook(id),
  rotate: (id) => api.rotateMyWebhookSecret(id),
  test: async (id) => ({ attempt: await api.testMyWebhook(id) }),
  stats: (id) => api.getMyWebhookStats(id),
  form: { ...form, fields: () => ['url', 'events'], Events: EveryNotification },
  eventsOf: () => 'Everything that is addressed to you',
  Log: ({ webhook: { id } }) => (
    <NotificationLog
      family="mine"
      id={id}
      read={(cursor) => api.listMyWebhookDeliveries(id, { limit: pageSize, ...cursor }).page()}
      attemptsOf={(delivery) => everyEntry(api.listMyWebhookAttempts(id, delivery.id))}
    />
  ),
};

/** FluxDesk's, of the organization: notifications to anybody in it, of the types that are chosen. */
export const integrations: WebhookFamily = {
  source: 'integrations',
  path: '/admin/integrations',
  arrangement: 'cards',
  sample,
  words: {
    ...words,
    title: 'Integrations',
    description: 'Webhooks of the whole organization: notifications to anybody in it go there',
    purpose:
      'A webhook here is told whatever members are told, of the types that you choose. For your own notifications alone, add one on your Agent page.',
  },
  access: {
    read: 'integrations:read',
    write: 'integrations:write',
    what: 'webhooks of the whole organization',
    holders: 'owners, administrators and HR administrators',
    instead: (
      <>
        {' '}
        Webhooks for what is addressed to you are on your <PageLink path="/me/agent">Agent</PageLink> page.
      </>
    ),
  },
  list: (cursor) => api.listIntegrations({ limit: pageSize, ...cursor }).page(),
  get: (id) => api.getIntegration(id),
  create: ({ name, url = '', events = [] }) =>
    api.createIntegration({ name, url, events: typesAmong(events) }),
  change: ({ id }, { name, url = '', events = [] }) =>
    api.changeIntegration(id, { name, url, events: typesAmong(events) }),
  remove: (id) => api.deleteIntegration(id),
  enable: (id) => api.enableIntegration(id),
  disable: (id) => api.disableIntegration(id),
  rotate: (id) => api.rotateIntegrationSecret(id),
  test: async (id) => ({ attempt: await api.testIntegration(id) }),
  stats: (id) => api.getIntegrationStats(id),
  form: {
    ...form,
    fields: () => ['url', 'events'],
    noEvents: 'Choose at least one type.',
    Events: NotificationTypesField,
  },
  eventsOf: ({ events }) =>
    typesAmong(events).length === notificationTypes.length
      ? 'Every type, for every member'
      : events.join(', '),
  Log: ({ webhook: { id } }) => (
    <NotificationLog
      family="integrations"
      id={id}
      read={(cursor) => api.listIntegrationDeliveries(id, { limit: pageSize, ...cursor }).page()}
      attemptsOf={(delivery) => everyEntry(api.listIntegrationAttempts(id, delivery.id))}
    />
  ),
};

interface LogProps {
  readonly family: 'mine' | 'integrations';
  readonly id: string;
  readonly read: (cursor: { readonly cursor?: string }) => Promise<Page<DeliverySummary>>;
  readonly attemptsOf: (delivery: DeliverySummary) => Promise<readonly Attempt[]>;
}

/** What went to a webhook, newest first. */
function NotificationLog({ family, id, read, attemptsOf }: LogProps) {
  return (
    <DeliveryLog
      queryKey={keys.webhooks.log(family, id)}
      read={read}
      attemptsOf={attemptsOf}
      empty={<Quiet p="md">Nothing was sent yet. A test shows at once whether the receiver is there.</Quiet>}
    />
  );
}
