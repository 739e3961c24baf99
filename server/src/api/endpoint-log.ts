import { Type } from 'typebox';
import { SluiceError } from '../base/errors.ts';
import { deliveryStates, getDelivery, listAttempts, listDeliveries } from '../deliveries/ledger.ts';
import { eventNames } from '../events/events.ts';
import { given, IdParams, pathId } from '../http/fields.ts';
import { operation } from '../http/operation.ts';
import { PageOf, PageQuery, pageOf, readCursor } from '../http/page.ts';
import { Attempt, Delivery, showAttempt, showDelivery } from './delivery-view.ts';
import type { EndpointFamily } from './endpoint-family.ts';

/** What went to one endpoint: the log of those who may see no other deliveries. */
export function deliveriesOf({ called, one, group, find, loggedTypes }: EndpointFamily) {
  return operation({
    id: `list${called}Deliveries`,
    summary: `List what went to ${one}, newest first`,
    group,
    takes: {
      params: IdParams,
      query: Type.Object(
        { ...PageQuery.properties, state: Type.Optional(Type.Enum([...deliveryStates])) },
        { additionalProperties: false },
      ),
    },
    answers: { 200: { description: 'A page', schema: PageOf(Delivery) } },
    runs: 'read',
    async handle(context, { params, query }) {
      const { queries, orgId, sealer } = context;
      const { id } = await find(context, params.id);
      const name = { sealer, list: `deliveries ${id}`, orgId };
      const filter = { endpointId: id, ...given({ state: query.state, eventTypes: loggedTypes }) };
      const page = { before: readCursor(name, query.cursor), limit: query.limit + 1 };
      const rows = await listDeliveries(queries, orgId, filter, page);
      const eventIds = rows.map((row) => row.event_id);
      const names = await eventNames(queries, orgId, eventIds);
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
}

/** The attempts of one delivery to an endpoint. */
export function attemptsOf({ called, one, group, find, loggedTypes }: EndpointFamily) {
  return operation({
    id: `list${called}Attempts`,
    summary: `List the attempts of a delivery to ${one}, oldest first`,
    description: 'Each with the request as it was sent, byte for byte, and what was answered.',
    group,
    takes: {
      params: Type.Object({ ...IdParams.properties, delivery_id: IdParams.properties.id }),
      query: PageQuery,
    },
    answers: { 200: { description: 'A page', schema: PageOf(Attempt) } },
    runs: 'read',
    async handle(context, { params, query }) {
      const { queries, orgId, sealer } = context;
      const { id } = await find(context, params.id);
      const delivery = await getDelivery(queries, orgId, pathId('delivery', params.delivery_id));
      if (delivery.endpoint_id !== id || loggedTypes?.includes(delivery.event_type) === false)
        throw new SluiceError('not_found', 'No such delivery.');
      const name = { sealer, list: `attempts ${delivery.id} of ${id}`, orgId };
      const after = Number(readCursor(name, query.cursor) ?? 0);
      const rows = await listAttempts(queries, delivery, { after, limit: query.limit + 1 });
      return { status: 200, body: pageOf(name, rows, query.limit, (row) => String(row.number), showAttempt) };
    },
  });
}
