import { getContract } from '@sluice/contracts';
import { Type } from 'typebox';
import { SluiceError } from '../base/errors.ts';
import { pauseForEndpoint, resumeForEndpoint } from '../deliveries/changes.ts';
import { endpointStats, getDelivery, listAttempts } from '../deliveries/ledger.ts';
import {
  disableEndpoint,
  enableEndpoint,
  getEndpoint,
  lockEndpoint,
  type Endpoint as Row,
} from '../endpoints/endpoints.ts';
import { resetHealth } from '../endpoints/health.ts';
import { rotateSecret } from '../endpoints/secrets.ts';
import type { SendTest } from '../events/test-event.ts';
import { withdrawEndpoint } from '../events/withdraw.ts';
import { IdParams, inputTime, OrNull, Timestamp } from '../http/fields.ts';
import { type Context, operation } from '../http/operation.ts';
import { Attempt, showAttempt } from './delivery-view.ts';
import { Endpoint, showEndpoint } from './endpoint-view.ts';

/** Some of an organization's endpoints, as one part of the API shows them. */
export interface EndpointFamily {
  /** In the ids of operations: `Endpoint` → `getEndpoint`. */
  readonly called: string;
  /** In sentences: `an endpoint`. */
  readonly one: string;
  readonly group: string;
  /** @throws {SluiceError} not_found, for what is not of the family or not the caller's as for what does not exist */
  find(context: Context, id: string): Promise<Row>;
  /** @throws {SluiceError} conflict, for what cannot be deleted this way */
  checkRemoval?(row: Row): void;
  /** @throws {SluiceError} conflict, for what others keep the secret of */
  checkRotation?(row: Row): void;
}

export function auditEndpoint(
  { audit }: Context,
  action: string,
  target: string,
  details: Record<string, unknown> = {},
): Promise<void> {
  return audit({ action, target, details });
}

const secondsInADay = 86_400;

const Stats = Type.Object({
  since: Timestamp,
  delivered: Type.Integer(),
  failed: Type.Integer(),
  cancelled: Type.Integer(),
  pending: Type.Integer({ description: 'Not ended yet, whenever they were made' }),
  success_rate: OrNull(Type.Number({ description: 'Delivered among those that were delivered or failed' })),
  latency_ms: OrNull(
    Type.Object(
      { p50: Type.Number(), p90: Type.Number(), p99: Type.Number() },
      { description: 'Duration of successful attempts' },
    ),
  ),
  consecutive_failures: Type.Integer(),
  last_success_at: OrNull(Timestamp),
  last_failure_at: OrNull(Timestamp),
});

/** What can be done with one endpoint, whoever it belongs to. */
export function endpointOperations({
  called,
  one,
  group,
  find,
  checkRemoval,
  checkRotation,
}: EndpointFamily) {
  const get = operation({
    id: `get${called}`,
    summary: `Read ${one}`,
    group,
    takes: { params: IdParams },
    answers: { 200: { description: 'The endpoint', schema: Endpoint } },
    runs: 'read',
    async handle(context, { params }) {
      return { status: 200, body: showEndpoint(context.sealer, await find(context, params.id)) };
    },
  });

  const remove = operation({
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
      const cancelled = await withdrawEndpoint(queries, { orgId, id: row.id });
      await auditEndpoint(context, 'endpoint.deleted', params.id, { cancelled });
      return { status: 204 };
    },
  });

  const enable = operation({
    id: `enable${called}`,
    summary: `Enable ${one}`,
    description: 'What was waiting for it goes on.',
    group,
    takes: { params: IdParams },
    answers: { 200: { description: 'The endpoint', schema: Endpoint } },
    runs: 'write',
    async handle(context, { params }) {
      const { queries, sealer, orgId } = context;
      const { id } = await find(context, params.id);
      const endpoint = await enableEndpoint(queries, { orgId, id });
      await resumeForEndpoint(queries, orgId, id);
      await auditEndpoint(context, 'endpoint.enabled', params.id);
      return { status: 200, body: showEndpoint(sealer, endpoint) };
    },
  });

  const disable = operation({
    id: `disable${called}`,
    summary: `Disable ${one}`,
    description: 'New events do not go to it; what is queued for it waits until it is enabled again.',
    group,
    takes: { params: IdParams },
    answers: { 200: { description: 'The endpoint', schema: Endpoint } },
    runs: 'write',
    async handle(context, { params }) {
      const { queries, sealer, orgId } = context;
      const name = { orgId, id: (await find(context, params.id)).id };
      const disabled = await disableEndpoint(queries, name, 'disabled by hand');
      if (disabled) {
        await pauseForEndpoint(queries, orgId, name.id);
        await auditEndpoint(context, 'endpoint.disabled', params.id, { reason: 'disabled by hand' });
      }
      return { status: 200, body: showEndpoint(sealer, disabled ?? (await getEndpoint(queries, name))) };
    },
  });

  const rotate = operation({
    id: `rotate${called}Secret`,
    summary: `Rotate the signing secret of ${one}`,
    description:
      'The old secret goes on signing beside the new one for the overlap, within what the contract allows. The new one is in this answer and in no other.',
    group,
    takes: {
      params: IdParams,
      body: Type.Object(
        { overlap_seconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 31_536_000 })) },
        { additionalProperties: false },
      ),
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
      const { queries, clock, sealer, orgId } = context;
      const row = await find(context, params.id);
      checkRotation?.(row);
      const name = { orgId, id: row.id };
      // The record first, as settling an attempt does; then nothing can wait in a ring.
      await resetHealth(queries, orgId, name.id);
      const endpoint = await lockEndpoint(queries, name);
      const contract = getContract(endpoint.contract);
      if (!contract) throw new Error(`No contract ${endpoint.contract}.`);
      const { secret, overlapSeconds } = await rotateSecret(
        queries,
        { clock, sealer },
        name,
        contract,
        body.overlap_seconds,
      );
      await auditEndpoint(context, 'endpoint.secret_rotated', params.id, { overlap_seconds: overlapSeconds });
      return { status: 200, body: { secret, overlap_seconds: overlapSeconds } };
    },
  });

  const test = (sendTest: SendTest) =>
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
        const { queries, orgId, idempotency } = context;
        const endpoint = { orgId, id: (await find(context, params.id)).id };
        const sent = await sendTest(endpoint, idempotency);
        const delivery = await getDelivery(queries, orgId, sent.deliveryId);
        const [attempt] = await listAttempts(queries, delivery, { after: 0, limit: 1 });
        if (!attempt && sent.replayed)
          throw new SluiceError('conflict', 'The test with this Idempotency-Key is still under way.');
        if (!attempt) throw new Error('The test attempt was not settled.');
        return {
          status: 200,
          body: showAttempt(attempt),
          ...(sent.replayed ? { headers: { 'idempotent-replay': 'true' } } : {}),
        };
      },
    });

  const stats = operation({
    id: `get${called}Stats`,
    summary: `How ${one} does`,
    group,
    takes: {
      params: IdParams,
      query: Type.Object(
        {
          since: Type.Optional(
            Type.String({ ...Timestamp, description: 'Deliveries made since then; a day ago if left out' }),
          ),
        },
        { additionalProperties: false },
      ),
    },
    answers: { 200: { description: 'The figures', schema: Stats } },
    runs: 'read',
    async handle(context, { params, query }) {
      const { queries, orgId, clock } = context;
      const { id } = await find(context, params.id);
      const since =
        query.since === undefined
          ? new Date(clock.now() - secondsInADay * 1000)
          : inputTime(query.since, '?since');
      const figures = await endpointStats(queries, orgId, id, since);
      return {
        status: 200,
        body: {
          since: since.toISOString(),
          delivered: figures.delivered,
          failed: figures.failed,
          cancelled: figures.cancelled,
          pending: figures.pending,
          success_rate: figures.successRate,
          latency_ms: figures.latencyMs,
          consecutive_failures: figures.consecutiveFailures,
          last_success_at: figures.lastSuccessAt?.toISOString() ?? null,
          last_failure_at: figures.lastFailureAt?.toISOString() ?? null,
        },
      };
    },
  });

  return { get, remove, enable, disable, rotate, test, stats };
}
