import { Type } from 'typebox';
import { endpointStats } from '../deliveries/ledger.ts';
import { listEndpoints } from '../endpoints/endpoints.ts';
import { IdParams, inputTime, OrNull, Timestamp } from '../http/fields.ts';
import { operation } from '../http/operation.ts';
import { PageOf, pageOf, readCursor } from '../http/page.ts';
import type { EndpointFamily, ListWords } from './endpoint-family.ts';
import { Endpoint, showEndpoint } from './endpoint-view.ts';

/** The family's endpoints, newest first. */
export function listOf({ group }: EndpointFamily, { query: ListQuery, cursorOf, of, ...words }: ListWords) {
  return operation({
    ...words,
    group,
    takes: { query: ListQuery },
    answers: { 200: { description: 'A page', schema: PageOf(Endpoint) } },
    runs: 'read',
    async handle(context, { query }) {
      const { queries, orgId, sealer } = context;
      const name = { sealer, list: cursorOf(context), orgId };
      const page = { before: readCursor(name, query.cursor), limit: query.limit + 1 };
      const rows = await listEndpoints(queries, orgId, page, of(context, query));
      return {
        status: 200,
        body: pageOf(
          name,
          rows,
          query.limit,
          (row) => row.id,
          (row) => showEndpoint(sealer, row),
        ),
      };
    },
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
}
