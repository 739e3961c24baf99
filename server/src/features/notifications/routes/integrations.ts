import { Type } from 'typebox';
import { endpointOperations } from '../../../api/endpoint-operations.ts';
import { SluiceError } from '../../../base/errors.ts';
import { owesOthers } from '../../../deliveries/ledger.ts';
import { getEndpoint, type Endpoint as Row } from '../../../endpoints/endpoints.ts';
import { testEventType } from '../../../events/test-event.ts';
import { heldScopes } from '../../../http/credential.ts';
import { Closed, OrNull, pathId, Text } from '../../../http/fields.ts';
import type { Context } from '../../../http/operation.ts';
import { getOrganization } from '../../../tenants/organizations.ts';
import { covers } from '../../../tenants/scopes.ts';
import { notificationTypes } from '../message.ts';
import { NotificationType } from './notifications.ts';

const settings = {
  url: Type.String({ minLength: 1, maxLength: 2_048, examples: ['https://example.com/notifications'] }),
  name: Type.Optional(OrNull(Text(200))),
  description: Type.Optional(OrNull(Text(2_000))),
  events: Type.Optional(
    Type.Array(NotificationType, {
      minItems: 1,
      maxItems: notificationTypes.length,
      description: 'Types of notifications; by default, all of them',
    }),
  ),
};
const Create = Closed({
  ...settings,
  secret: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 256,
      description: 'Your own signing secret; by default, one is generated',
    }),
  ),
});
const Change = Closed({ ...settings, url: Type.Optional(settings.url) }, { minProperties: 1 });

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

/** Endpoints of the organization that get notifications and nothing else. Every other endpoint does not exist here. */
export const {
  list,
  create,
  get,
  change,
  remove,
  enable,
  disable,
  rotate,
  test,
  stats,
  deliveries,
  attempts,
} = endpointOperations({
  called: 'Integration',
  one: 'an integration',
  group: 'Integrations',
  async find({ queries, orgId }, id) {
    const row = await getEndpoint(queries, { orgId, id: pathId('endpoint', id) });
    const known: readonly string[] = notificationTypes;
    if (row.owner_kind !== 'organization' || !row.events.every((pattern) => known.includes(pattern)))
      throw new SluiceError('not_found', 'No such endpoint.');
    return row;
  },
  loggedTypes: [...notificationTypes, testEventType],
  list: {
    id: 'listIntegrations',
    summary: 'List the organization’s webhooks for notifications, newest first',
    description:
      'An integration is an endpoint of the organization that gets the notifications of all members, and nothing else.',
    of: ({ orgId: id }) => ({ owner: { kind: 'organization', id }, withinTypes: notificationTypes }),
  },
  create: {
    summary: 'Add a webhook for the notifications of all members',
    description: 'Its signing secret is shown only in this answer.',
    body: Create,
    made: 'The integration with its secret',
    async draft({ queries, orgId: id }, body) {
      const { default_contract: contract } = await getOrganization(queries, id);
      const draft = { ...body, events: body.events ?? notificationTypes, contract };
      return { owner: { kind: 'organization', id }, draft };
    },
  },
  change: {
    summary: 'Change an integration',
    body: Change,
    changed: 'The integration',
    async change(context, row, body) {
      if (body.url !== undefined && body.url !== row.url) await checkMove(context, row);
      return body;
    },
  },
});
