import { flowbeacon as contract } from '@sluice/contracts';
import { type Static, Type } from 'typebox';
import { SluiceError } from '../../base/errors.ts';
import { publicId } from '../../base/ids.ts';
import { type EndpointWithRecord, findByContract, listByContract } from '../../endpoints/by-contract.ts';
import { Closed, IdOf, IdParams, OrNull, pathId, Text, Timestamp } from '../../http/fields.ts';
import { type Context, operation } from '../../http/operation.ts';
import { createEndpoint, type EndpointRules } from '../../life-cycle/create.ts';
import { rotateSecret } from '../../life-cycle/rotate.ts';
import { withdrawEndpoint } from '../../life-cycle/withdraw.ts';
import { refuseUnknownEvents } from '../known-events.ts';
import { flowbeacon } from './preset.ts';

const group = 'FlowBeacon: webhooks';
const subscriptionKind = { words: 'subscription', prefix: 'sub' } as const;
const warning = 'Store this signing_secret securely — it will not be shown again.';

const own = {
  id: IdOf(subscriptionKind),
  url: Type.String(),
  events: Type.Array(Type.String()),
  description: OrNull(Type.String()),
  is_active: Type.Boolean(),
};

const Subscription = Type.Object({
  ...own,
  last_delivery_at: OrNull(Timestamp),
  last_delivery_status: OrNull(Type.Enum(['delivered', 'failed'], { description: 'Of the last attempt' })),
  delivery_failure_count: Type.Integer({
    description: 'Failed attempts since the last one that was delivered, or since the secret was rotated',
  }),
  created_at: Timestamp,
  revoked_at: OrNull(Timestamp),
});

const WithSecret = Type.Object({
  ...own,
  signing_secret: Type.String({ description: '`whsec_…`, shown once' }),
  warning: Type.String(),
});

function show(row: EndpointWithRecord): Static<typeof Subscription> {
  const { last_success_at: success, last_failure_at: failure } = row;
  const failedLast =
    failure !== null &&
    (success === null || failure > success || (+failure === +success && row.consecutive_failures > 0));
  const last = failedLast ? failure : success;
  return {
    ...showOwn(row),
    last_delivery_at: last?.toISOString() ?? null,
    last_delivery_status: last === null ? null : failedLast ? 'failed' : 'delivered',
    delivery_failure_count: row.consecutive_failures,
    created_at: row.created_at.toISOString(),
    revoked_at: row.deleted_at?.toISOString() ?? null,
  };
}

function showOwn(
  row: Pick<EndpointWithRecord, 'id' | 'url' | 'events' | 'description' | 'enabled' | 'deleted_at'>,
) {
  return {
    id: publicId(subscriptionKind, row.id),
    url: row.url,
    events: row.events,
    description: row.description,
    is_active: row.enabled && row.deleted_at === null,
  };
}

async function find({ queries, orgId }: Context, id: string): Promise<EndpointWithRecord> {
  const found = await findByContract(queries, orgId, contract.name, pathId(subscriptionKind, id));
  if (!found) throw new SluiceError('not_found', 'No such subscription.');
  return found;
}

export const create = (rules: EndpointRules) =>
  operation({
    id: 'flowbeaconCreateWebhook',
    summary: 'Register a subscription',
    description: 'The signing secret is in this answer and in no other.',
    group,
    takes: {
      body: Closed({
        url: Type.String({
          minLength: 1,
          maxLength: 2_048,
          examples: ['https://hooks.example.com/flowbeacon'],
        }),
        events: Type.Array(Type.String({ maxLength: 128 }), {
          minItems: 1,
          maxItems: 100,
          examples: [['evaluation.complete']],
        }),
        description: Type.Optional(OrNull(Text(2_000))),
      }),
    },
    answers: { 200: { description: 'The subscription with its secret', schema: WithSecret } },
    runs: 'write',
    async handle(context, { body }) {
      const { queries, orgId } = context;
      await refuseUnknownEvents(queries, orgId, flowbeacon, body.events);
      const { endpoint, secret } = await createEndpoint(
        queries,
        { ...context, ...rules },
        { orgId, owner: { kind: 'organization', id: orgId } },
        { ...body, contract: contract.name },
      );
      return { status: 200, body: { ...showOwn(endpoint), signing_secret: secret, warning } };
    },
  });

export const list = operation({
  id: 'flowbeaconListWebhooks',
  summary: 'List every subscription, revoked ones too',
  group,
  answers: { 200: { description: 'All of them, oldest first', schema: Type.Array(Subscription) } },
  runs: 'read',
  async handle({ queries, orgId }) {
    const rows = await listByContract(queries, orgId, contract.name, { deleted: true });
    return { status: 200, body: rows.map(show) };
  },
});

export const revoke = operation({
  id: 'flowbeaconRevokeWebhook',
  summary: 'Revoke a subscription at once',
  description: 'What is queued for it is cancelled. Revoking again changes nothing.',
  group,
  takes: { params: IdParams },
  answers: { 200: { description: 'The subscription', schema: Subscription } },
  runs: 'write',
  async handle(context, { params }) {
    const { queries, orgId } = context;
    const { id } = await find(context, params.id);
    await withdrawEndpoint(queries, context, { orgId, id });
    return { status: 200, body: show(await find(context, params.id)) };
  },
});

export const rotate = operation({
  id: 'flowbeaconRotateWebhookSecret',
  summary: 'Replace the signing secret',
  description: 'The old one stops at once, and the failure count is zero again.',
  group,
  takes: { params: IdParams },
  answers: { 200: { description: 'The subscription with its new secret', schema: WithSecret } },
  runs: 'write',
  async handle(context, { params }) {
    const { queries, orgId } = context;
    const row = await find(context, params.id);
    if (row.deleted_at !== null) throw new SluiceError('conflict', 'The subscription is revoked.');
    const { secret } = await rotateSecret(queries, context, { orgId, id: row.id });
    return { status: 200, body: { ...showOwn(row), signing_secret: secret, warning } };
  },
});
