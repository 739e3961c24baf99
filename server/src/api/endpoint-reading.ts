import { Type } from 'typebox';
import { endpointStats } from '../deliveries/ledger.ts';
import { listEndpoints, type Endpoint as Row } from '../endpoints/endpoints.ts';
import { Closed, IdParams, inputTime, OrNull, Timestamp } from '../http/fields.ts';
import { listOperation } from '../http/list-operation.ts';
import { operation } from '../http/operation.ts';
import type { byInstallation, EndpointFamily, ListWords } from './endpoint-family.ts';
import { Endpoint, showEndpoint } from './endpoint-view.ts';

/** The endpoints of the family, newest first. */
export function listOf({ group }: EndpointFamily, { of, ...words }: ListWords) {
  return listOperation<Row, undefined, typeof byInstallation>({
    ...words,
    group,
    item: Endpoint,
    read: (context, { query }, page) =>
      listEndpoints(context.queries, context.orgId, of(context, query), page),
    position: ({ id }) => id,
    show: (row, { sealer }) => showEndpoint(sealer, row),
  });
}

/** One endpoint as it is. */
export function getOf({ called, one, group, find }: EndpointFamily) {
  return operation({
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

/** Figures of one endpoint. */
export function statsOf({ called, one, group, find }: EndpointFamily) {
  return operation({
    id: `get${called}Stats`,
    summary: `How ${one} does`,
    group,
    takes: {
      params: IdParams,
      query: Closed({
        since: Type.Optional(
          Type.String({ ...Timestamp, description: 'Deliveries made since then; a day ago if left out' }),
        ),
      }),
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
}
