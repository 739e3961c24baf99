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
import { eventNames, findEventId } from '../events/events.ts';
import { given, IdOf, IdParams, inputId, inputTime, pathId, Timestamp } from '../http/fields.ts';
import { type Context, operation } from '../http/operation.ts';
import { PageOf, PageQuery, pageOf, readCursor } from '../http/page.ts';
import { Attempt, Delivery, showAttempt, showDelivery } from './delivery-view.ts';

const group = 'Deliveries';

async function showOne({ queries, orgId }: Context, row: Row) {
  const names = await eventNames(queries, orgId, [row.event_id]);
  return showDelivery(row, names.get(row.event_id) ?? row.event_id);
}

export const list = operation({
  id: 'listDeliveries',
  summary: 'List deliveries, newest first',
  group,
  takes: {
    query: Type.Object(
      {
        ...PageQuery.properties,
        state: Type.Optional(Type.Enum([...deliveryStates])),
        endpoint_id: Type.Optional(IdOf('endpoint')),
        installation_id: Type.Optional(
          Type.String({
            ...IdOf('installation'),
            description: 'To webhooks of this app, also to those that it has no longer',
          }),
        ),
        event_id: Type.Optional(Type.String({ maxLength: 128 })),
        type: Type.Optional(Type.String({ maxLength: 128 })),
        since: Type.Optional(Timestamp),
        until: Type.Optional(Timestamp),
      },
      { additionalProperties: false },
    ),
  },
  answers: { 200: { description: 'A page', schema: PageOf(Delivery) } },
  runs: 'read',
  async handle({ queries, orgId, sealer }, { query }) {
    const name = { sealer, list: 'deliveries', orgId };
    const eventId =
      query.event_id === undefined ? undefined : await findEventId(queries, orgId, query.event_id);
    if (eventId === null) return { status: 200, body: { data: [], next_cursor: null } };
    const filter = given({
      state: query.state,
      endpointId:
        query.endpoint_id === undefined ? undefined : inputId('endpoint', query.endpoint_id, '?endpoint_id'),
      installationId:
        query.installation_id === undefined
          ? undefined
          : inputId('installation', query.installation_id, '?installation_id'),
      eventId,
      eventType: query.type,
      since: query.since === undefined ? undefined : inputTime(query.since, '?since'),
      until: query.until === undefined ? undefined : inputTime(query.until, '?until'),
    });
    const rows = await listDeliveries(queries, orgId, filter, {
      before: readCursor(name, query.cursor),
      limit: query.limit + 1,
    });
    const names = await eventNames(
      queries,
      orgId,
      rows.map((row) => row.event_id),
    );
    return {
      status: 200,
      body: pageOf(
        name,
        rows,
        query.limit,
        (row) => row.id,
        (row) => showDelivery(row, names.get(row.event_id) ?? row.event_id),
      ),
    };
  },
});

/** The review that held a delivery, for the page of the delivery. */
export interface HoldingReview {
  readonly schema: TSchema;
  /** Answers `null` where nothing held it. */
  show(queries: Queries, orgId: string, deliveryId: string): Promise<unknown>;
}

export const get = (review: HoldingReview) =>
  operation({
    id: 'getDelivery',
    summary: 'Read a delivery, with the review that held it',
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

export const attempts = operation({
  id: 'listAttempts',
  summary: 'List the attempts of a delivery, oldest first',
  description: 'Each with the request as it was sent, byte for byte, and what was answered.',
  group,
  takes: { params: IdParams, query: PageQuery },
  answers: { 200: { description: 'A page', schema: PageOf(Attempt) } },
  runs: 'read',
  async handle({ queries, orgId, sealer }, { params, query }) {
    const delivery = await getDelivery(queries, orgId, pathId('delivery', params.id));
    const name = { sealer, list: `attempts ${delivery.id}`, orgId };
    const rows = await listAttempts(queries, delivery, {
      after: Number(readCursor(name, query.cursor) ?? 0),
      limit: query.limit + 1,
    });
    return { status: 200, body: pageOf(name, rows, query.limit, (row) => String(row.number), showAttempt) };
  },
});

export const retry = operation({
  id: 'retryDelivery',
  summary: 'Attempt a delivery now',
  description: 'A pending one is hurried; a failed one is taken up again with a new round of its schedule.',
  group,
  takes: { params: IdParams },
  answers: { 202: { description: 'The delivery, due now', schema: Delivery } },
  runs: 'write',
  async handle(context, { params }) {
    const { queries, orgId, audit } = context;
    const id = pathId('delivery', params.id);
    await retryDelivery(queries, { orgId, id });
    await audit({
      action: 'delivery.retried',
      target: params.id,
    });
    return { status: 202, body: await showOne(context, await getDelivery(queries, orgId, id)) };
  },
});

export const cancel = operation({
  id: 'cancelDelivery',
  summary: 'Cancel a delivery',
  description: 'One whose request is under way ends as cancelled after it, unless it is delivered.',
  group,
  takes: { params: IdParams },
  answers: { 200: { description: 'The delivery', schema: Delivery } },
  runs: 'write',
  async handle(context, { params }) {
    const { queries, orgId, audit } = context;
    const id = pathId('delivery', params.id);
    await cancelDelivery(queries, { orgId, id });
    await audit({
      action: 'delivery.cancelled',
      target: params.id,
    });
    return { status: 200, body: await showOne(context, await getDelivery(queries, orgId, id)) };
  },
});
