import { Type } from 'typebox';
import { getEndpoint, noSuchEndpoint } from '../endpoints/endpoints.ts';
import type { SendTest } from '../events/test-event.ts';
import { Closed, IdParams } from '../http/fields.ts';
import { operation } from '../http/operation.ts';
import { disabledByHand, disableEndpoint, enableEndpoint } from '../life-cycle/enable.ts';
import { rotateSecret } from '../life-cycle/rotate.ts';
import { withdrawEndpoint } from '../life-cycle/withdraw.ts';
import { Attempt, showAttempt } from './delivery-view.ts';
import type { EndpointFamily } from './endpoint-family.ts';
import { sendTestOnce } from './endpoint-test.ts';
import { Endpoint, showEndpoint } from './endpoint-view.ts';

const answersEndpoint = { 200: { description: 'The endpoint', schema: Endpoint } } as const;

/** Deletes an endpoint with what is queued for it. */
export function removeOf({ called, one, group, find, checkRemoval }: EndpointFamily) {
  return operation({
    id: `delete${called}`,
    summary: `Delete ${one}`,
    description: 'What is queued for it is cancelled; its ledger stays.',
    group,
    takes: { params: IdParams },
    answers: { 204: { description: 'Deleted' } },
    runs: 'write',
    async handle(context, { params }) {
      const { queries, orgId } = context;
      const row = await find(context, params.id);
      checkRemoval?.(row);
      if (!(await withdrawEndpoint(queries, context, { orgId, id: row.id }))) noSuchEndpoint();
      return { status: 204 };
    },
  });
}

/** Lets deliveries to an endpoint flow again. */
export function enableOf({ called, one, group, find }: EndpointFamily) {
  return operation({
    id: `enable${called}`,
    summary: `Enable ${one}`,
    description: 'What was waiting for it goes on.',
    group,
    takes: { params: IdParams },
    answers: answersEndpoint,
    runs: 'write',
    async handle(context, { params }) {
      const { queries, sealer, orgId } = context;
      const { id } = await find(context, params.id);
      const endpoint = await enableEndpoint(queries, context, { orgId, id });
      return { status: 200, body: showEndpoint(sealer, endpoint) };
    },
  });
}

/** Stops deliveries to an endpoint. */
export function disableOf({ called, one, group, find }: EndpointFamily) {
  return operation({
    id: `disable${called}`,
    summary: `Disable ${one}`,
    description: 'New events do not go to it; what is queued for it waits until it is enabled again.',
    group,
    takes: { params: IdParams },
    answers: answersEndpoint,
    runs: 'write',
    async handle(context, { params }) {
      const { queries, sealer, orgId } = context;
      const name = { orgId, id: (await find(context, params.id)).id };
      const disabled = await disableEndpoint(queries, context, name, disabledByHand);
      return { status: 200, body: showEndpoint(sealer, disabled ?? (await getEndpoint(queries, name))) };
    },
  });
}

/** Gives an endpoint a new signing secret. */
export function rotateOf({ called, one, group, find, checkRotation }: EndpointFamily) {
  return operation({
    id: `rotate${called}Secret`,
    summary: `Rotate the signing secret of ${one}`,
    description:
      'The old secret goes on signing beside the new one for the overlap, within what the contract allows. The new one is in this answer and in no other.',
    group,
    takes: {
      params: IdParams,
      body: Closed({ overlap_seconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 31_536_000 })) }),
      bodyOptional: true,
    },
    answers: {
      200: {
        description: 'The new secret',
        schema: Type.Object({ secret: Type.String(), overlap_seconds: Type.Integer() }),
      },
    },
    runs: 'write',
    async handle(context, { params, body }) {
      const { queries, orgId } = context;
      const row = await find(context, params.id);
      checkRotation?.(row);
      const name = { orgId, id: row.id };
      const { secret, overlapSeconds } = await rotateSecret(queries, context, name, body.overlap_seconds);
      return { status: 200, body: { secret, overlap_seconds: overlapSeconds } };
    },
  });
}

/** Sends a test event now; made with the function that sends it. */
export function testOf({ called, group, find }: EndpointFamily) {
  return (sendTest: SendTest) =>
    operation({
      id: `test${called}`,
      summary: 'Send a test event now',
      description:
        'Sends a `webhook.test` event once, whatever it subscribes to, and answers the attempt. The answer counts like any other: 410 disables, where the contract has that.',
      group,
      takes: { params: IdParams },
      answers: { 200: { description: 'The attempt', schema: Attempt } },
      runs: 'direct',
      async handle(context, { params }) {
        const { id } = await find(context, params.id);
        const { attempt, headers } = await sendTestOnce(context, sendTest, id);
        return { status: 200, body: showAttempt(attempt), headers };
      },
    });
}
