import { Type } from 'typebox';
import { SluiceError } from '../base/errors.ts';
import { deliveryStates, getDelivery, listAttempts, listDeliveries } from '../deliveries/ledger.ts';
import { given, IdParams, pathId } from '../http/fields.ts';
import { listOperation } from '../http/list-operation.ts';
import { Attempt, Delivery, showAttempt, showDelivery, withEventNames } from './delivery-view.ts';
import type { EndpointFamily } from './endpoint-family.ts';

/** The deliveries to one endpoint: the log for callers who may see no other deliveries. */
export function deliveriesOf({ called, one, group, find, loggedTypes }: EndpointFamily) {
  return listOperation({
    id: `list${called}Deliveries`,
    summary: `List the deliveries to ${one}, newest first`,
    group,
    params: IdParams,
    query: { state: Type.Optional(Type.Enum([...deliveryStates])) },
    item: Delivery,
    async read(context, { params, query: { state } }, page) {
      const { queries, orgId } = context;
      const { id } = await find(context, params.id);
      const filter = { endpointId: id, ...given({ state, eventTypes: loggedTypes }) };
      return withEventNames(context, await listDeliveries(queries, orgId, filter, page));
    },
    position: ({ row }) => row.id,
    show: ({ row, eventName }) => showDelivery(row, eventName),
  });
}

/** The attempts of one delivery to an endpoint. */
export function attemptsOf({ called, one, group, find, loggedTypes }: EndpointFamily) {
  return listOperation({
    id: `list${called}Attempts`,
    summary: `List the attempts of a delivery to ${one}, oldest first`,
    description: 'Each with the request as it was sent, byte for byte, and the answer.',
    group,
    params: Type.Object({ ...IdParams.properties, delivery_id: IdParams.properties.id }),
    item: Attempt,
    async read(context, { params }, page) {
      const { queries, orgId } = context;
      const { id } = await find(context, params.id);
      const delivery = await getDelivery(queries, orgId, pathId('delivery', params.delivery_id));
      if (delivery.endpoint_id !== id || loggedTypes?.includes(delivery.event_type) === false)
        throw new SluiceError('not_found', 'No such delivery.');
      return listAttempts(queries, delivery, page);
    },
    position: ({ number }) => String(number),
    show: showAttempt,
  });
}
