import { invalidInput, SluiceError } from '../base/errors.ts';
import { getEndpoint, type Endpoint as Row } from '../endpoints/endpoints.ts';
import { inputId, pathId } from '../http/fields.ts';
import { getOrganization } from '../tenants/organizations.ts';
import { byInstallation } from './endpoint-family.ts';
import { endpointOperations } from './endpoint-operations.ts';
import { ChangeEndpoint, CreateEndpoint, reservedHeader } from './endpoint-view.ts';

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

/** Every endpoint of the organization; those of members and apps within what their owners leave open. */
export const { list, create, get, change, remove, enable, disable, rotate, test, stats } = endpointOperations(
  {
    called: 'Endpoint',
    one: 'an endpoint',
    group: 'Endpoints',
    find: ({ queries, orgId }, id) => getEndpoint(queries, { orgId, id: pathId('endpoint', id) }),
    checkRemoval: refuseManifests,
    checkRotation: refuseMembers,
    list: {
      id: 'listEndpoints',
      summary: 'List endpoints, newest first',
      query: byInstallation,
      of(_context, { installation_id: id }) {
        if (id === undefined) return {};
        return { owner: { kind: 'installation', id: inputId('installation', id, '?installation_id') } };
      },
    },
    create: {
      summary: 'Create an endpoint',
      description: 'The signing secret is in this answer and in no other.',
      body: CreateEndpoint,
      made: 'The endpoint with its secret',
      async draft({ queries, orgId }, body) {
        const contract = body.contract ?? (await getOrganization(queries, orgId)).default_contract;
        checkHeaders(body.headers, contract);
        return { owner: { kind: 'organization', id: orgId }, draft: { ...body, contract } };
      },
    },
    change: {
      summary: 'Change an endpoint',
      description:
        "Deliveries that were accepted before keep the contract that they were promised; everything else holds at once. An app's URL, events and contract are its manifest's; a member's are changed by the member.",
      body: ChangeEndpoint,
      changed: 'The endpoint',
      async change(_context, row, body) {
        if (body.url !== undefined || body.events !== undefined || body.contract !== undefined) {
          refuseManifests(row);
          refuseMembers(row);
        }
        if (body.headers !== undefined) refuseMembers(row);
        checkHeaders(body.headers, body.contract ?? row.contract);
        return body;
      },
    },
  },
);
