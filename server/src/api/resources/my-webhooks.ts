import { getContract } from '@sluice/contracts';
import { Type } from 'typebox';
import { SluiceError } from '../../base/errors.ts';
import { publicId } from '../../base/ids.ts';
import { pauseForEndpoint, resumeForEndpoint } from '../../deliveries/changes.ts';
import {
  changeEndpoint,
  createEndpoint,
  disableEndpoint,
  enableEndpoint,
  getEndpoint,
  listEndpoints,
  type Endpoint as Row,
} from '../../endpoints/endpoints.ts';
import { resetHealth } from '../../endpoints/health.ts';
import { type EndpointName, rotateSecret } from '../../endpoints/secrets.ts';
import { withdrawEndpoint } from '../../events/withdraw.ts';
import { given, IdParams, OrNull, pathId, Text } from '../../http/fields.ts';
import { type Context, memberOf, operation } from '../../http/operation.ts';
import { PageOf, PageQuery, pageOf, readCursor } from '../../http/page.ts';
import { recordAudit } from '../../tenants/audit.ts';
import { getOrganization } from '../../tenants/organizations.ts';
import { Endpoint, NewEndpoint, showEndpoint } from './endpoint-view.ts';

const mostForAMember = 20;

const Url = Type.String({ minLength: 1, maxLength: 2_048, examples: ['https://example.com/notifications'] });
const Create = Type.Object(
  {
    url: Url,
    name: Type.Optional(OrNull(Text(200))),
    secret: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
  },
  { additionalProperties: false },
);
const Change = Type.Object(
  { url: Type.Optional(Url), name: Type.Optional(OrNull(Text(200))), enabled: Type.Optional(Type.Boolean()) },
  { additionalProperties: false, minProperties: 1 },
);

/** @throws {SluiceError} not_found, for another member's as for none */
async function ownRow(context: Context, id: string): Promise<{ name: EndpointName; row: Row }> {
  const name = { orgId: context.orgId, id: pathId('endpoint', id) };
  const row = await getEndpoint(context.queries, name);
  if (row.owner_kind !== 'member' || row.owner_id !== memberOf(context))
    throw new SluiceError('not_found', 'No such endpoint.');
  return { name, row };
}

function audit({ queries, services, orgId, actor }: Context, action: string, target: string) {
  return recordAudit(queries, services.clock, orgId, actor, { action, target });
}

const group = 'Notifications';

export const create = operation({
  id: 'createMyWebhook',
  summary: 'Add a webhook of your own',
  description:
    'It gets every notification that is addressed to you, of every type. Its signing secret is in this answer and in no other.',
  group,
  mode: 'write',
  body: Create,
  answers: { 201: { description: 'The webhook with its secret', schema: NewEndpoint } },
  async handle(context, { body }) {
    const { queries, services, orgId } = context;
    const owner = { kind: 'member', id: memberOf(context) } as const;
    const present = await listEndpoints(queries, orgId, { before: null, limit: mostForAMember }, owner);
    if (present.length >= mostForAMember)
      throw new SluiceError('conflict', `A member has at most ${mostForAMember} webhooks; delete one first.`);
    const { default_contract: contract } = await getOrganization(queries, orgId);
    const { endpoint, secret } = await createEndpoint(queries, services, orgId, owner, {
      url: body.url,
      events: ['*'],
      contract,
      ...given({ name: body.name, secret: body.secret }),
    });
    await audit(context, 'endpoint.created', publicId('endpoint', endpoint.id));
    return { status: 201, body: { ...showEndpoint(services, endpoint), secret } };
  },
});

export const list = operation({
  id: 'listMyWebhooks',
  summary: 'List your own webhooks, newest first',
  group,
  mode: 'read',
  query: PageQuery,
  answers: { 200: { description: 'A page', schema: PageOf(Endpoint) } },
  async handle(context, { query }) {
    const { queries, services, orgId } = context;
    const memberId = memberOf(context);
    const name = { sealer: services.sealer, list: `webhooks ${memberId}`, orgId };
    const rows = await listEndpoints(
      queries,
      orgId,
      { before: readCursor(name, query.cursor), limit: query.limit + 1 },
      { kind: 'member', id: memberId },
    );
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

export const change = operation({
  id: 'changeMyWebhook',
  summary: 'Change, stop or resume one of your webhooks',
  group,
  mode: 'write',
  params: IdParams,
  body: Change,
  answers: { 200: { description: 'The webhook', schema: Endpoint } },
  async handle(context, { params, body }) {
    const { queries, services, orgId } = context;
    const { name } = await ownRow(context, params.id);
    if (body.url !== undefined || body.name !== undefined)
      await changeEndpoint(queries, services, name, given({ url: body.url, name: body.name }));
    if (body.enabled === true) {
      await enableEndpoint(queries, name);
      await resumeForEndpoint(queries, orgId, name.id);
    }
    if (body.enabled === false && (await disableEndpoint(queries, name, 'disabled by hand')))
      await pauseForEndpoint(queries, orgId, name.id);
    await audit(context, 'endpoint.changed', params.id);
    return { status: 200, body: showEndpoint(services, await getEndpoint(queries, name)) };
  },
});

export const remove = operation({
  id: 'deleteMyWebhook',
  summary: 'Delete one of your webhooks',
  group,
  mode: 'write',
  params: IdParams,
  answers: { 204: { description: 'Deleted' } },
  async handle(context, { params }) {
    const { name } = await ownRow(context, params.id);
    await withdrawEndpoint(context.queries, name);
    await audit(context, 'endpoint.deleted', params.id);
    return { status: 204 };
  },
});

export const rotate = operation({
  id: 'rotateMyWebhookSecret',
  summary: "Rotate a webhook's signing secret",
  group,
  mode: 'write',
  params: IdParams,
  answers: {
    200: {
      description: 'The new secret',
      schema: Type.Object({ secret: Type.String(), overlap_seconds: Type.Integer() }),
    },
  },
  async handle(context, { params }) {
    const { queries, services, orgId } = context;
    const { name, row } = await ownRow(context, params.id);
    const contract = getContract(row.contract);
    if (!contract) throw new Error(`No contract ${row.contract}.`);
    const { secret, overlapSeconds } = await rotateSecret(queries, services, name, contract);
    await resetHealth(queries, orgId, name.id);
    await audit(context, 'endpoint.secret_rotated', params.id);
    return { status: 200, body: { secret, overlap_seconds: overlapSeconds } };
  },
});
