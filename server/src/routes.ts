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
    ...recordRoutes({ publisher, schemas }, refuseWhileDeclared),
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
  { name: 'Organizations', description: 'Tenants. The operator makes them, and the first key of each.' },
  { name: 'Account', description: 'Who is asking, and what was done in the organization.' },
  { name: 'Keys', description: 'API secrets of an organization.' },
  { name: 'Members', description: 'People of an organization, their roles and rights.' },
  { name: 'Sign-in', description: 'Sessions of members in the portal.' },
  { name: 'Event types', description: 'The catalogue: names, schemas and examples of events.' },
  { name: 'Events', description: 'What happened: publish it, and see where it went.' },
  { name: 'Schedules', description: 'Events that are published by the calendar.' },
  { name: 'Endpoints', description: 'Who receives what, and under which contract.' },
  { name: 'Deliveries', description: 'The ledger: each event for each endpoint, with every attempt.' },
  { name: 'Contracts', description: 'Wire formats: what is sent, how it is signed, when it is tried again.' },
  { name: 'Presets', description: 'Products that an organization can adopt.' },
  {
    name: 'Workflows',
    description: 'Who decides about review tasks, and how; the queues in which they wait.',
  },
  { name: 'Reviews', description: 'Tasks for people: approve, reject or revise.' },
  { name: 'Review gates', description: 'Rules that hold deliveries until they are reviewed.' },
  { name: 'Embedding', description: 'Review pages within other sites.' },
  { name: 'Notifications', description: 'What members are told: inboxes, meetings, webhooks of their own.' },
  { name: 'Integrations', description: "Webhooks for all notifications of an organization's members." },
  { name: 'Apps', description: 'Custom applications: manifests, versions and installations.' },
  { name: 'Records', description: 'Data that apps and organizations keep, with its history.' },
];
