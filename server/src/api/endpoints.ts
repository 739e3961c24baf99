import { Type } from 'typebox';
import { invalidInput, SluiceError } from '../base/errors.ts';
import { publicId } from '../base/ids.ts';
import type { AddressRules } from '../endpoints/endpoints.ts';
import {
  changeEndpoint,
  createEndpoint,
  getEndpoint,
  listEndpoints,
  type Endpoint as Row,
} from '../endpoints/endpoints.ts';
import { given, IdOf, IdParams, inputId, pathId } from '../http/fields.ts';
import { operation } from '../http/operation.ts';
import { PageOf, PageQuery, pageOf, readCursor } from '../http/page.ts';
import { getOrganization } from '../tenants/organizations.ts';
import { auditEndpoint, endpointOperations } from './endpoint-operations.ts';
import {
  ChangeEndpoint,
  CreateEndpoint,
  Endpoint,
  NewEndpoint,
  reservedHeader,
  showEndpoint,
} from './endpoint-view.ts';

const group = 'Endpoints';

type Owned = Pick<Row, 'owner_kind'>;

/** @throws {SluiceError} conflict, for a webhook that the manifest of an installed app defines */
function refuseManifests({ owner_kind }: Owned): void {
  if (owner_kind !== 'installation') return;
  throw new SluiceError(
    'conflict',
    "This endpoint belongs to an app: its URL, events and contract are the installed version's; upgrade or uninstall the app.",
  );
}

/** @throws {SluiceError} conflict, for a member's own: only the member says where it goes and who knows its secret */
function refuseMembers({ owner_kind }: Owned): void {
  if (owner_kind !== 'member') return;
  throw new SluiceError(
    'conflict',
    'This endpoint belongs to a member, who alone changes its URL, events, contract, headers and secret; you can disable or delete it.',
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

export const create = (addresses: AddressRules) =>
  operation({
    id: 'createEndpoint',
    summary: 'Create an endpoint',
    description: 'The signing secret is in this answer and in no other.',
    group,
    takes: { body: CreateEndpoint },
    answers: { 201: { description: 'The endpoint with its secret', schema: NewEndpoint } },
    runs: 'write',
    async handle(context, { body }) {
      const { queries, clock, sealer, orgId } = context;
      const contract = body.contract ?? (await getOrganization(queries, orgId)).default_contract;
      checkHeaders(body.headers, contract);
      const { endpoint, secret } = await createEndpoint(
        queries,
        { clock, sealer, addresses },
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
      await auditEndpoint(context, 'endpoint.created', publicId('endpoint', endpoint.id), {
        url: endpoint.url,
        contract,
      });
      return { status: 201, body: { ...showEndpoint(sealer, endpoint), secret } };
    },
  });

export const list = operation({
  id: 'listEndpoints',
  summary: 'List endpoints, newest first',
  group,
  takes: {
    query: Type.Object(
      {
        ...PageQuery.properties,
        installation_id: Type.Optional(
          Type.String({ ...IdOf('installation'), description: 'Only the webhooks of this installed app' }),
        ),
      },
      { additionalProperties: false },
    ),
  },
  answers: { 200: { description: 'A page', schema: PageOf(Endpoint) } },
  runs: 'read',
  async handle({ queries, orgId, sealer }, { query }) {
    const name = { sealer, list: 'endpoints', orgId };
    const { installation_id: id } = query;
    const of =
      id === undefined
        ? {}
        : {
            owner: {
              kind: 'installation',
              id: inputId('installation', id, '?installation_id'),
            } as const,
          };
    const page = { before: readCursor(name, query.cursor), limit: query.limit + 1 };
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

export const change = (addresses: AddressRules) =>
  operation({
    id: 'changeEndpoint',
    summary: 'Change an endpoint',
    description:
      "Deliveries that were accepted before keep the contract that they were promised; everything else holds at once. An app's URL, events and contract are its manifest's; a member's are changed by the member.",
    group,
    takes: { params: IdParams, body: ChangeEndpoint },
    answers: { 200: { description: 'The endpoint', schema: Endpoint } },
    runs: 'write',
    async handle(context, { params, body }) {
      const { queries, clock, sealer, orgId } = context;
      const name = { orgId, id: pathId('endpoint', params.id) };
      const before = await getEndpoint(queries, name);
      if (body.url !== undefined || body.events !== undefined || body.contract !== undefined) {
        refuseManifests(before);
        refuseMembers(before);
      }
      if (body.headers !== undefined) refuseMembers(before);
      checkHeaders(body.headers, body.contract ?? before.contract);
      const endpoint = await changeEndpoint(
        queries,
        { clock, sealer, addresses },
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
      await auditEndpoint(context, 'endpoint.changed', params.id, { changed: Object.keys(body) });
      return { status: 200, body: showEndpoint(sealer, endpoint) };
    },
  });

export const { get, remove, enable, disable, rotate, test, stats } = endpointOperations({
  called: 'Endpoint',
  one: 'an endpoint',
  group,
  find: ({ queries, orgId }, id) => getEndpoint(queries, { orgId, id: pathId('endpoint', id) }),
  checkRemoval: refuseManifests,
  checkRotation: refuseMembers,
});
