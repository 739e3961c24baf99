import { Type } from 'typebox';
import { endpointLog } from '../../../api/endpoint-deliveries.ts';
import { auditEndpoint, endpointOperations } from '../../../api/endpoint-operations.ts';
import { Endpoint, NewEndpoint, showEndpoint } from '../../../api/endpoint-view.ts';
import { SluiceError } from '../../../base/errors.ts';
import { publicId } from '../../../base/ids.ts';
import type { AddressRules } from '../../../endpoints/endpoints.ts';
import {
  changeEndpoint,
  createEndpoint,
  getEndpoint,
  listEndpoints,
  type Endpoint as Row,
} from '../../../endpoints/endpoints.ts';
import { memberOf } from '../../../http/credential.ts';
import { given, IdParams, OrNull, pathId, Text } from '../../../http/fields.ts';
import { type Context, operation } from '../../../http/operation.ts';
import { PageOf, PageQuery, pageOf, readCursor } from '../../../http/page.ts';
import { lockMember } from '../../../tenants/members.ts';
import { getOrganization } from '../../../tenants/organizations.ts';

const mostForAMember = 50;
const group = 'Notifications';

const Url = Type.String({ minLength: 1, maxLength: 2_048, examples: ['https://example.com/notifications'] });
const Create = Type.Object(
  {
    url: Url,
    name: Type.Optional(OrNull(Text(200))),
    secret: Type.Optional(
      Type.String({ minLength: 1, maxLength: 256, description: 'Your own signing secret; made if left out' }),
    ),
  },
  { additionalProperties: false },
);
const Change = Type.Object(
  { url: Type.Optional(Url), name: Type.Optional(OrNull(Text(200))) },
  { additionalProperties: false, minProperties: 1 },
);

/** The caller's own; another member's is none. */
async function findOwn(context: Context, id: string): Promise<Row> {
  const { queries, orgId } = context;
  const row = await getEndpoint(queries, { orgId, id: pathId('endpoint', id) });
  if (row.owner_kind !== 'member' || row.owner_id !== memberOf(context))
    throw new SluiceError('not_found', 'No such endpoint.');
  return row;
}

export const list = operation({
  id: 'listMyWebhooks',
  summary: 'List your own webhooks, newest first',
  group,
  takes: { query: PageQuery },
  answers: { 200: { description: 'A page', schema: PageOf(Endpoint) } },
  runs: 'read',
  async handle(context, { query }) {
    const { queries, orgId, sealer } = context;
    const id = memberOf(context);
    const name = { sealer, list: `webhooks ${id}`, orgId };
    const page = { before: readCursor(name, query.cursor), limit: query.limit + 1 };
    const rows = await listEndpoints(queries, orgId, page, { owner: { kind: 'member', id } });
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

export const create = (addresses: AddressRules) =>
  operation({
    id: 'createMyWebhook',
    summary: 'Add a webhook of your own',
    description:
      "It gets whatever is addressed to you, of every type, in the organization's default contract. Its signing secret is in this answer and in no other.",
    group,
    takes: { body: Create },
    answers: { 201: { description: 'The webhook with its secret', schema: NewEndpoint }, refusals: [404] },
    runs: 'write',
    async handle(context, { body }) {
      const { queries, clock, sealer, orgId } = context;
      const owner = { kind: 'member', id: memberOf(context) } as const;
      // Whoever leaves takes their webhooks with them: none may come in between.
      await lockMember(queries, orgId, owner.id);
      const present = await listEndpoints(queries, orgId, { before: null, limit: mostForAMember }, { owner });
      if (present.length >= mostForAMember)
        throw new SluiceError(
          'conflict',
          `A member has at most ${mostForAMember} webhooks; delete one first.`,
        );
      const { default_contract: contract } = await getOrganization(queries, orgId);
      const { endpoint, secret } = await createEndpoint(queries, { clock, sealer, addresses }, orgId, owner, {
        url: body.url,
        events: ['*'],
        contract,
        ...given({ name: body.name, secret: body.secret }),
      });
      await auditEndpoint(context, 'endpoint.created', publicId('endpoint', endpoint.id), {
        url: endpoint.url,
        contract,
      });
      return { status: 201, body: { ...showEndpoint(sealer, endpoint), secret } };
    },
  });

export const change = (addresses: AddressRules) =>
  operation({
    id: 'changeMyWebhook',
    summary: 'Change one of your webhooks',
    group,
    takes: { params: IdParams, body: Change },
    answers: { 200: { description: 'The webhook', schema: Endpoint } },
    runs: 'write',
    async handle(context, { params, body }) {
      const { queries, clock, sealer, orgId } = context;
      const { id } = await findOwn(context, params.id);
      const changed = await changeEndpoint(
        queries,
        { clock, sealer, addresses },
        { orgId, id },
        given({ url: body.url, name: body.name }),
      );
      await auditEndpoint(context, 'endpoint.changed', params.id, { changed: Object.keys(body) });
      return { status: 200, body: showEndpoint(sealer, changed) };
    },
  });

const family = { called: 'MyWebhook', one: 'one of your webhooks', group, find: findOwn };

export const { get, remove, enable, disable, rotate, test, stats } = endpointOperations(family);
export const { deliveries, attempts } = endpointLog(family);
