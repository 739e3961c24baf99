import { type TSchema, Type } from 'typebox';
import type { Queries } from '../db/connect.ts';
import { cancelDelivery, retryDelivery } from '../deliveries/changes.ts';
import {
  deliveryStates,
  getDelivery,
  listAttempts,
  listDeliveries,
  type Delivery as Row,
} from '../deliveries/ledger.ts';
import { findEventId } from '../events/events.ts';
import { given, IdOf, IdParams, inputId, inputTime, pathId, Timestamp } from '../http/fields.ts';
import { listOperation } from '../http/list-operation.ts';
import { type Context, operation } from '../http/operation.ts';
import { Attempt, Delivery, showAttempt, showDelivery, withEventNames } from './delivery-view.ts';

const group = 'Deliveries';

async function showOne(context: Context, row: Row) {
  const [{ eventName } = { eventName: row.event_id }] = await withEventNames(context, [row]);
  return showDelivery(row, eventName);
}

export const list = listOperation({
  id: 'listDeliveries',
  summary: 'List deliveries, newest first',
  group,
  query: {
    state: Type.Optional(Type.Enum([...deliveryStates])),
    endpoint_id: Type.Optional(IdOf('endpoint')),
    installation_id: Type.Optional(
      Type.String({
        ...IdOf('installation'),
        description: 'To webhooks of this app, deleted webhooks included',
      }),
    ),
    event_id: Type.Optional(Type.String({ maxLength: 128 })),
    type: Type.Optional(Type.String({ maxLength: 128 })),
    since: Type.Optional(Timestamp),
    until: Type.Optional(Timestamp),
  },
  item: Delivery,
  async read(context, { query }, page) {
    const { queries, orgId } = context;
    const {
      state,
      endpoint_id: endpoint,
      installation_id: installation,
      event_id: event,
      since,
      until,
    } = query;
    const eventId = event === undefined ? undefined : await findEventId(queries, orgId, event);
    if (eventId === null) return [];
    const filter = given({
      state,
      endpointId: inputId('endpoint', endpoint, '?endpoint_id'),
      installationId: inputId('installation', installation, '?installation_id'),
      eventId,
      eventType: query.type,
      since: inputTime(since, '?since'),
      until: inputTime(until, '?until'),
    });
    return withEventNames(context, await listDeliveries(queries, orgId, filter, page));
  },
  position: ({ row }) => row.id,
  show: ({ row, eventName }) => showDelivery(row, eventName),
});

/** The review task that held a delivery, for the answer of `getDelivery`. */
export interface HoldingReview {
  readonly schema: TSchema;
  /** `null` where no review task held the delivery. */
  show(queries: Queries, orgId: string, deliveryId: string): Promise<unknown>;
}

export const get = (review: HoldingReview) =>
  operation({
    id: 'getDelivery',
    summary: 'Read a delivery, with the review task that held it',
    group,
    takes: { params: IdParams },
    answers: {
      200: {
        description: 'The delivery',
        schema: Type.Object({ ...Delivery.properties, review: review.schema }),
      },
    },
    runs: 'read',
    async handle(context, { params }) {
      const { queries, orgId } = context;
      const row = await getDelivery(queries, orgId, pathId('delivery', params.id));
      return {
        status: 200,
        body: { ...(await showOne(context, row)), review: await review.show(queries, orgId, row.id) },
      };
    },
  });

export const attempts = listOperation({
  id: 'listAttempts',
  summary: 'List the attempts of a delivery, oldest first',
  description: 'Each with the request as it was sent, byte for byte, and the answer.',
  group,
  params: IdParams,
  item: Attempt,
  async read({ queries, orgId }, { params }, page) {
    const delivery = await getDelivery(queries, orgId, pathId('delivery', params.id));
    return listAttempts(queries, delivery, page);
  },
  position: ({ number }) => String(number),
  show: showAttempt,
});

export const retry = operation({
  id: 'retryDelivery',
  summary: 'Attempt a delivery now',
  description: 'A pending delivery becomes due now; a failed one starts again with all its retry delays.',
  group,
  takes: { params: IdParams },
  answers: { 202: { description: 'The delivery, due now', schema: Delivery } },
  runs: 'write',
  async handle(context, { params }) {
    const { queries, orgId, audit } = context;
    const id = pathId('delivery', params.id);
    await retryDelivery(queries, { orgId, id });
    await audit({ action: 'delivery.retried', target: params.id });
    return { status: 202, body: await showOne(context, await getDelivery(queries, orgId, id)) };
  },
});

export const cancel = operation({
  id: 'cancelDelivery',
  summary: 'Cancel a delivery',
  description: 'A delivery whose request is under way is cancelled after the request, unless it succeeds.',
  group,
  takes: { params: IdParams },
  answers: { 200: { description: 'The delivery', schema: Delivery } },
  runs: 'write',
  async handle(context, { params }) {
    const { queries, orgId, audit } = context;
    const id = pathId('delivery', params.id);
    await cancelDelivery(queries, { orgId, id });
    await audit({ action: 'delivery.cancelled', target: params.id });
    return { status: 200, body: await showOne(context, await getDelivery(queries, orgId, id)) };
  },
});
