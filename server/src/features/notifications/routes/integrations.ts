import { Type } from 'typebox';
import { endpointLog } from '../../../api/endpoint-deliveries.ts';
import { auditEndpoint, endpointOperations } from '../../../api/endpoint-operations.ts';
import { Endpoint, NewEndpoint, showEndpoint } from '../../../api/endpoint-view.ts';
import { SluiceError } from '../../../base/errors.ts';
import { publicId } from '../../../base/ids.ts';
import { owesOthers } from '../../../deliveries/ledger.ts';
import type { AddressRules } from '../../../endpoints/endpoints.ts';
import {
  changeEndpoint,
  createEndpoint,
  getEndpoint,
  listEndpoints,
  type Endpoint as Row,
} from '../../../endpoints/endpoints.ts';
import { testEventType } from '../../../events/test-event.ts';
import { heldScopes } from '../../../http/credential.ts';
import { given, IdParams, OrNull, pathId, Text } from '../../../http/fields.ts';
import { type Context, operation } from '../../../http/operation.ts';
import { PageOf, PageQuery, pageOf, readCursor } from '../../../http/page.ts';
import { getOrganization } from '../../../tenants/organizations.ts';
import { covers } from '../../../tenants/scopes.ts';
import { notificationTypes } from '../message.ts';
import { NotificationType } from './notifications.ts';

const group = 'Integrations';

const settings = {
  url: Type.String({ minLength: 1, maxLength: 2_048, examples: ['https://example.com/notifications'] }),
  name: Type.Optional(OrNull(Text(200))),
  description: Type.Optional(OrNull(Text(2_000))),
  events: Type.Optional(
    Type.Array(NotificationType, {
      minItems: 1,
      maxItems: notificationTypes.length,
      description: 'Types of notifications; all of them if left out',
    }),
  ),
};
const Create = Type.Object(
  {
    ...settings,
    secret: Type.Optional(
      Type.String({ minLength: 1, maxLength: 256, description: 'Your own signing secret; made if left out' }),
    ),
  },
  { additionalProperties: false },
);
const Change = Type.Object(
  { ...settings, url: Type.Optional(settings.url) },
  { additionalProperties: false, minProperties: 1 },
);

/**
 * What an administrator gave the endpoint besides its URL must not be carried elsewhere: header values, which are often
 * credentials, and queued events that are no notifications.
 * @throws {SluiceError} missing_scope
 */
async function checkMove({ queries, orgId, credential }: Context, row: Row): Promise<void> {
  if (covers(heldScopes(credential), 'endpoints:write')) return;
  if (
    row.headers === null &&
    !(await owesOthers(queries, orgId, row.id, [...notificationTypes, testEventType]))
  )
    return;
  throw new SluiceError(
    'missing_scope',
    'This webhook has headers of its own, or other events are still queued for it: its URL is for those who hold endpoints:write.',
    { errors: [{ pointer: 'header:Authorization', detail: 'endpoints:write' }] },
  );
}

const family = {
  called: 'Integration',
  one: 'an integration',
  group,
  /** An endpoint of the organization that gets notifications and nothing else. Every other is none. */
  async find({ queries, orgId }: Context, id: string): Promise<Row> {
    const row = await getEndpoint(queries, { orgId, id: pathId('endpoint', id) });
    const known: readonly string[] = notificationTypes;
    if (row.owner_kind !== 'organization' || !row.events.every((pattern) => known.includes(pattern)))
      throw new SluiceError('not_found', 'No such endpoint.');
    return row;
  },
};

export const list = operation({
  id: 'listIntegrations',
  summary: 'List the organization’s webhooks for notifications, newest first',
  description:
    'An integration is an endpoint of the organization that gets notifications, whomever they are addressed to, and nothing else.',
  group,
  takes: { query: PageQuery },
  answers: { 200: { description: 'A page', schema: PageOf(Endpoint) } },
  runs: 'read',
  async handle({ queries, orgId, sealer }, { query }) {
    const name = { sealer, list: 'integrations', orgId };
    const page = { before: readCursor(name, query.cursor), limit: query.limit + 1 };
    const of = { owner: { kind: 'organization', id: orgId }, withinTypes: notificationTypes } as const;
    const rows = await listEndpoints(queries, orgId, page, of);
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
    id: 'createIntegration',
    summary: 'Add a webhook for notifications to anybody in the organization',
    description: 'Its signing secret is in this answer and in no other.',
    group,
    takes: { body: Create },
    answers: { 201: { description: 'The integration with its secret', schema: NewEndpoint } },
    runs: 'write',
    async handle(context, { body }) {
      const { queries, clock, sealer, orgId } = context;
      const { default_contract: contract } = await getOrganization(queries, orgId);
      const { endpoint, secret } = await createEndpoint(
        queries,
        { clock, sealer, addresses },
        orgId,
        { kind: 'organization', id: orgId },
        {
          url: body.url,
          events: body.events ?? notificationTypes,
          contract,
          ...given({ name: body.name, description: body.description, secret: body.secret }),
        },
      );
      await auditEndpoint(context, 'endpoint.created', publicId('endpoint', endpoint.id), {
        url: endpoint.url,
        contract,
      });
      return { status: 201, body: { ...showEndpoint(sealer, endpoint), secret } };
    },
  });

export const change = (addresses: AddressRules) =>
  operation({
    id: 'changeIntegration',
    summary: 'Change an integration',
    group,
    takes: { params: IdParams, body: Change },
    answers: { 200: { description: 'The integration', schema: Endpoint } },
    runs: 'write',
    async handle(context, { params, body }) {
      const { queries, clock, sealer, orgId } = context;
      const row = await family.find(context, params.id);
      const { id } = row;
      if (body.url !== undefined && body.url !== row.url) await checkMove(context, row);
      const changed = await changeEndpoint(
        queries,
        { clock, sealer, addresses },
        { orgId, id },
        given({ url: body.url, name: body.name, description: body.description, events: body.events }),
      );
      await auditEndpoint(context, 'endpoint.changed', params.id, { changed: Object.keys(body) });
      return { status: 200, body: showEndpoint(sealer, changed) };
    },
  });

export const { get, remove, enable, disable, rotate, test, stats } = endpointOperations(family);
export const { deliveries, attempts } = endpointLog(family, [...notificationTypes, testEventType]);
