import type {
  Attempt,
  CreateIntegrationBody,
  DeliverySummary,
  Endpoint,
  EndpointStats,
  Page,
} from '@sluice/client';
import { api } from '../../app/api.ts';
import { everyEntry } from '../../app/every-entry.ts';
import type { EndpointFamily } from '../../blocks/endpoint-family.ts';

export type NotificationType = NonNullable<CreateIntegrationBody['events']>[number];

/** What members are told about. */
export const notificationTypes: readonly { readonly name: NotificationType; readonly description: string }[] =
  [
    { name: 'task_assigned', description: 'Somebody was given a request' },
    { name: 'task_status', description: 'A request that somebody takes part in has another status' },
    { name: 'blocker', description: 'Something blocks a request, was noticed, or is out of the way' },
    { name: 'review', description: 'Something waits for review, or came back from it' },
    { name: 'meeting', description: 'A meeting begins in ten minutes, moved, or was cancelled' },
    { name: 'weekly_digest', description: 'The week in figures, each Monday' },
    { name: 'team_support.approved', description: 'A request for team support was granted' },
    { name: 'system', description: 'What happened by itself, such as a webhook that was disabled' },
  ];

export interface WebhookValues {
  readonly name: string | null;
  readonly url: string;
  /** Left out where a webhook gets all that is addressed to its member. */
  readonly events?: NotificationType[];
}

/** Webhooks for notifications: a member's own, or the organization's. The same can be done with both. */
export interface WebhookFamily extends EndpointFamily<WebhookValues> {
  /** Begins the keys of their queries. */
  readonly key: string;
  /** Whether they ask for some types; otherwise they get all. */
  readonly choosesTypes: boolean;
  list(cursor: { readonly cursor?: string }): Promise<Page<Endpoint>>;
  create(values: WebhookValues): Promise<Endpoint & { readonly secret: string }>;
  stats(id: string): Promise<EndpointStats>;
  deliveries(id: string, cursor: { readonly cursor?: string }): Promise<Page<DeliverySummary>>;
  attempts(id: string, deliveryId: string): Promise<readonly Attempt[]>;
}

const pageSize = 20;

/** Whoever is signed in sees none but their own. */
export const ownWebhooks: WebhookFamily = {
  key: 'my-webhooks',
  choosesTypes: false,
  list: (cursor) => api.listMyWebhooks({ limit: pageSize, ...cursor }).page(),
  create: ({ name, url }) => api.createMyWebhook({ name, url }),
  change: (id, { name, url }) => api.changeMyWebhook(id, { name, url }),
  remove: (id) => api.deleteMyWebhook(id),
  enable: (id) => api.enableMyWebhook(id),
  disable: (id) => api.disableMyWebhook(id),
  rotate: (id) => api.rotateMyWebhookSecret(id),
  test: (id) => api.testMyWebhook(id),
  stats: (id) => api.getMyWebhookStats(id),
  deliveries: (id, cursor) => api.listMyWebhookDeliveries(id, { limit: pageSize, ...cursor }).page(),
  attempts: (id, deliveryId) => everyEntry(api.listMyWebhookAttempts(id, deliveryId)),
};

/** Those of the organization: they get notifications to anybody in it. */
export const integrations: WebhookFamily = {
  key: 'integrations',
  choosesTypes: true,
  list: (cursor) => api.listIntegrations({ limit: pageSize, ...cursor }).page(),
  create: (values) => api.createIntegration(values),
  change: (id, values) => api.changeIntegration(id, values),
  remove: (id) => api.deleteIntegration(id),
  enable: (id) => api.enableIntegration(id),
  disable: (id) => api.disableIntegration(id),
  rotate: (id) => api.rotateIntegrationSecret(id),
  test: (id) => api.testIntegration(id),
  stats: (id) => api.getIntegrationStats(id),
  deliveries: (id, cursor) => api.listIntegrationDeliveries(id, { limit: pageSize, ...cursor }).page(),
  attempts: (id, deliveryId) => everyEntry(api.listIntegrationAttempts(id, deliveryId)),
};
