import { engineRoutes } from './api/routes.ts';
import { refuseWhileDeclared } from './features/apps/declared-models.ts';
import { appRoutes } from './features/apps/routes.ts';
import { notificationRoutes } from './features/notifications/routes.ts';
import { recordRoutes } from './features/records/routes.ts';
import { holdingReview } from './features/reviews/routes/view.ts';
import { reviewRoutes } from './features/reviews/routes.ts';
import { scheduleRoutes } from './features/schedules/routes.ts';
import type { Group } from './http/openapi.ts';
import type { Route } from './http/route.ts';
import type { Parts } from './parts.ts';
import { catalogueOf } from './products/adopt.ts';
import type { Product } from './products/product.ts';
import { productRoutes } from './products/routes.ts';

/** Every route of the API: the engine's, the features' and the products'. */
export function allRoutes(parts: Parts): readonly Route[] {
  const { publisher, snapshots, schemas, clock, log, taskFollower, endpointRules, sendTest, publicUrl } =
    parts;
  return [
    ...engineRoutes({ ...parts, products: catalogueOf(parts.products), holdingReview, replaying: parts }),
    ...scheduleRoutes({ publisher, snapshots, schemas, clock, log }),
    ...reviewRoutes({ reviewing: { clock, publisher, snapshots, schemas, taskFollower }, publicUrl }),
    ...recordRoutes({ clock, publisher, schemas }, refuseWhileDeclared),
    ...appRoutes(endpointRules),
    ...notificationRoutes({ publisher, snapshots, schemas, endpointRules, sendTest }),
    ...productRoutes(parts.products, { ...parts, retentionDays: parts.config.retentionDays }),
  ];
}

/** The headings of the API reference, in its order: the engine's and the features', then those of products. */
export function allGroups(products: readonly Product[]): readonly Group[] {
  return [...groups, ...products.flatMap((product) => product.groups ?? [])];
}

const groups: readonly Group[] = [
  { name: 'Organizations', description: 'Tenants. The operator creates them and the first key of each.' },
  { name: 'Account', description: 'Your credential and its rights; the audit log.' },
  { name: 'Keys', description: 'API keys of an organization.' },
  { name: 'Members', description: 'People of an organization, their roles and rights.' },
  { name: 'Sign-in', description: 'Sessions of members in the portal.' },
  { name: 'Event types', description: 'The catalogue: names, schemas and examples of events.' },
  { name: 'Events', description: 'Publish events, and see who received them.' },
  { name: 'Schedules', description: 'Events that are published by the calendar.' },
  { name: 'Endpoints', description: 'The receivers of an organization: URL, event types and contract.' },
  { name: 'Deliveries', description: 'The ledger: each event for each endpoint, with every attempt.' },
  { name: 'Contracts', description: 'Wire formats: what is sent, how it is signed, when it is retried.' },
  { name: 'Presets', description: 'Products that an organization can adopt.' },
  {
    name: 'Workflows',
    description: 'Rules for reviewers and decisions; the queues in which review tasks wait.',
  },
  { name: 'Reviews', description: 'Tasks for people: approve, reject or revise.' },
  { name: 'Review gates', description: 'Rules that hold deliveries until they are reviewed.' },
  { name: 'Embedding', description: 'Review pages within other sites.' },
  { name: 'Notifications', description: 'Inboxes, meetings and webhooks of members.' },
  { name: 'Integrations', description: "Webhooks for all notifications of an organization's members." },
  { name: 'Apps', description: 'Custom applications: manifests, versions and installations.' },
  { name: 'Records', description: 'Data of apps and organizations, with its history.' },
];
