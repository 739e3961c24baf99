import { getContract } from '@sluice/contracts';
import { Type } from 'typebox';
import { invalidInput, SluiceError } from '../../base/errors.ts';
import { publicId } from '../../base/ids.ts';
import { pauseForEndpoint, resumeForEndpoint } from '../../deliveries/changes.ts';
import { endpointStats, getDelivery, listAttempts } from '../../deliveries/ledger.ts';
import {
  changeEndpoint,
  createEndpoint,
  disableEndpoint,
  enableEndpoint,
  getEndpoint,
  listEndpoints,
  lockEndpoint,
} from '../../endpoints/endpoints.ts';
import { resetHealth } from '../../endpoints/health.ts';
import { rotateSecret } from '../../endpoints/secrets.ts';
import { sendTestEvent } from '../../events/test-event.ts';
import { withdrawEndpoint } from '../../events/withdraw.ts';
import { given, IdParams, inputTime, OrNull, pathId, Timestamp } from '../../http/fields.ts';
import { type Context, operation } from '../../http/operation.ts';
import { PageOf, PageQuery, pageOf, readCursor } from '../../http/page.ts';
import { recordAudit } from '../../tenants/audit.ts';
import { getOrganization } from '../../tenants/organizations.ts';
import { Attempt, showAttempt } from './delivery-view.ts';
import {
  ChangeEndpoint,
  CreateEndpoint,
  Endpoint,
  NewEndpoint,
  reservedHeader,
  showEndpoint,
} from './endpoint-view.ts';

const group = 'Endpoints';
const secondsInADay = 86_400;

function audit(
  { queries, services, orgId, actor }: Context,
  action: string,
  target: string,
  details: Record<string, unknown> = {},
) {
  return recordAudit(queries, services.clock, orgId, actor, { action, target, details });
}

/** @throws {SluiceError} conflict, for a webhook that the manifest of an installed app defines */
function refuseManifests(endpoint: { readonly owner_kind: string }): void {
  if (endpoint.owner_kind !== 'installation') return;
  throw new SluiceError(
    'conflict',
    "This endpoint belongs to an app: its URL, events and contract are the installed version's; upgrade or uninstall the app.",
  );
}

function checkHeaders(headers: Record<string, string> | undefined, contract: string): void {
  const name = reservedHeader(headers, contract);
  if (name !== null)
    throw invalidInput(
      `/headers/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      `The header ${name} is given twice or is not yours to set.`,
    );
}

export const create = operation({
  id: 'createEndpoint',
  summary: 'Create an endpoint',
  description: 'The signing secret is in this answer and in no other.',
  group,
  mode: 'write',
  body: CreateEndpoint,
  answers: { 201: { description: 'The endpoint with its secret', schema: NewEndpoint } },
  async handle(context, { body }) {
    const { queries, services, orgId } = context;
    const contract = body.contract ?? (await getOrganization(queries, orgId)).default_contract;
    checkHeaders(body.headers, contract);
    const { endpoint, secret } = await createEndpoint(
      queries,
      services,
      orgId,
      { kind: 'organization', id: orgId },
      {
        url: body.url,
        events: body.events,
        contract,
        ...given({
          name: body.name,
          description: body.description,
          headers: body.headers,
          rateLimit: body.rate_limit,
          metadata: body.metadata,
          retryDelays: body.retry_delays,
          timeoutSeconds: body.timeout_seconds,
          secret: body.secret,
        }),
      },
    );
    await audit(context, 'endpoint.created', publicId('endpoint', endpoint.id), {
      url: endpoint.url,
      contract,
    });
    return { status: 201, body: { ...showEndpoint(services, endpoint), secret } };
  },
});

export const list = operation({
  id: 'listEndpoints',
  summary: 'List endpoints, newest first',
  group,
  mode: 'read',
  query: PageQuery,
  answers: { 200: { description: 'A page', schema: PageOf(Endpoint) } },
  async handle({ queries, services, orgId }, { query }) {
    const name = { sealer: services.sealer, list: 'endpoints', orgId };
    const rows = await listEndpoints(queries, orgId, {
      before: readCursor(name, query.cursor),
      limit: query.limit + 1,
    });
    return {
      status: 200,
      body: pageOf(
        name,
        rows,
        query.limit,
        (row) => row.id,
        (row) => showEndpoint(services, row),
      ),
    };
  },
});

export const get = operation({
  id: 'getEndpoint',
  summary: 'Read an endpoint',
  group,
  mode: 'read',
  params: IdParams,
  answers: { 200: { description: 'The endpoint', schema: Endpoint } },
  async handle({ queries, services, orgId }, { params }) {
    return {
      status: 200,
      body: showEndpoint(services, await getEndpoint(queries, { orgId, id: pathId('endpoint', params.id) })),
    };
  },
});

export const change = operation({
  id: 'changeEndpoint',
  summary: 'Change an endpoint',
  description:
    'Deliveries that were accepted before keep the contract that they were promised; everything else holds at once.',
  group,
  mode: 'write',
  params: IdParams,
  body: ChangeEndpoint,
  answers: { 200: { description: 'The endpoint', schema: Endpoint } },
  async handle(context, { params, body }) {
    const { queries, services, orgId } = context;
    const name = { orgId, id: pathId('endpoint', params.id) };
    const before = await getEndpoint(queries, name);
    if (body.url !== undefined || body.events !== undefined || body.contract !== undefined)
      refuseManifests(before);
    checkHeaders(body.headers, body.contract ?? before.contract);
    const endpoint = await changeEndpoint(
      queries,
      services,
      name,
      given({
        url: body.url,
        name: body.name,
        description: body.description,
        events: body.events,
        contract: body.contract,
        headers: body.headers,
        rateLimit: body.rate_limit,
        metadata: body.metadata,
        retryDelays: body.retry_delays,
        timeoutSeconds: body.timeout_seconds,
      }),
    );
    await audit(context, 'endpoint.changed', params.id, { changed: Object.keys(body) });
    return { status: 200, body: showEndpoint(services, endpoint) };
  },
});

export const remove = operation({
  id: 'deleteEndpoint',
  summary: 'Delete an endpoint',
  description: 'What is queued for it is cancelled; its ledger stays.',
  group,
  mode: 'write',
  params: IdParams,
  answers: { 204: { description: 'Deleted' } },
  async handle(context, { params }) {
    const { queries, orgId } = context;
    const id = pathId('endpoint', params.id);
    refuseManifests(await getEndpoint(queries, { orgId, id }));
    const cancelled = await withdrawEndpoint(queries, { orgId, id });
    await audit(context, 'endpoint.deleted', params.id, { cancelled });
    return { status: 204 };
  },
});

export const enable = operation({
  id: 'enableEndpoint',
  summary: 'Enable an endpoint',
  description: 'What was waiting for it goes on.',
  group,
  mode: 'write',
  params: IdParams,
  answers: { 200: { description: 'The endpoint', schema: Endpoint } },
  async handle(context, { params }) {
    const { queries, services, orgId } = context;
    const id = pathId('endpoint', params.id);
    const endpoint = await enableEndpoint(queries, { orgId, id });
    await resumeForEndpoint(queries, orgId, id);
    await audit(context, 'endpoint.enabled', params.id);
    return { status: 200, body: showEndpoint(services, endpoint) };
  },
});

export const disable = operation({
  id: 'disableEndpoint',
  summary: 'Disable an endpoint',
  description: 'New events do not go to it; what is queued for it waits until it is enabled again.',
  group,
  mode: 'write',
  params: IdParams,
  answers: { 200: { description: 'The endpoint', schema: Endpoint } },
  async handle(context, { params }) {
    const { queries, services, orgId } = context;
    const name = { orgId, id: pathId('endpoint', params.id) };
    const disabled = await disableEndpoint(queries, name, 'disabled by hand');
    if (disabled) {
      await pauseForEndpoint(queries, orgId, name.id);
      await audit(context, 'endpoint.disabled', params.id, { reason: 'disabled by hand' });
    }
    return { status: 200, body: showEndpoint(services, disabled ?? (await getEndpoint(queries, name))) };
  },
});

export const rotate = operation({
  id: 'rotateEndpointSecret',
  summary: 'Rotate the signing secret',
  description:
    'The old secret goes on signing beside the new one for the overlap, within what the contract allows. The new one is in this answer and in no other.',
  group,
  mode: 'write',
  params: IdParams,
  body: Type.Object(
    { overlap_seconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 31_536_000 })) },
    { additionalProperties: false },
  ),
  bodyOptional: true,
  answers: {
    200: {
      description: 'The new secret',
      schema: Type.Object({ secret: Type.String(), overlap_seconds: Type.Integer() }),
    },
  },
  async handle(context, { params, body }) {
    const { queries, services, orgId } = context;
    const name = { orgId, id: pathId('endpoint', params.id) };
    // The record first, as settling an attempt does; then nothing can wait in a ring.
    await resetHealth(queries, orgId, name.id);
    const endpoint = await lockEndpoint(queries, name);
    const contract = getContract(endpoint.contract);
    if (!contract) throw new Error(`No contract ${endpoint.contract}.`);
    const { secret, overlapSeconds } = await rotateSecret(
      queries,
      services,
      name,
      contract,
      body.overlap_seconds,
    );
    await audit(context, 'endpoint.secret_rotated', params.id, { overlap_seconds: overlapSeconds });
    return { status: 200, body: { secret, overlap_seconds: overlapSeconds } };
  },
});

export const test = operation({
  id: 'testEndpoint',
  summary: 'Send a test event now',
  description:
    'Sends a `webhook.test` event once, whatever the endpoint subscribes to, and answers the attempt.',
  group,
  mode: 'direct',
  params: IdParams,
  answers: { 200: { description: 'The attempt', schema: Attempt } },
  async handle({ queries, services, orgId, idempotency }, { params }) {
    const endpoint = { orgId, id: pathId('endpoint', params.id) };
    const sent = await sendTestEvent(services.database, services, endpoint, idempotency);
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

export const stats = operation({
  id: 'getEndpointStats',
  summary: 'How an endpoint does',
  group,
  mode: 'read',
  params: IdParams,
  query: Type.Object(
    {
      since: Type.Optional(
        Type.String({ ...Timestamp, description: 'Deliveries made since then; a day ago if left out' }),
      ),
    },
    { additionalProperties: false },
  ),
  answers: { 200: { description: 'The figures', schema: Stats } },
  async handle({ queries, services, orgId }, { params, query }) {
    const name = { orgId, id: pathId('endpoint', params.id) };
    await getEndpoint(queries, name);
    const since =
      query.since === undefined
        ? new Date(services.clock.now() - secondsInADay * 1000)
        : inputTime(query.since, '?since');
    const figures = await endpointStats(queries, orgId, name.id, since);
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
