import { Type } from 'typebox';
import { endpointOperations } from '../../../api/endpoint-operations.ts';
import { SluiceError } from '../../../base/errors.ts';
import { getEndpoint, listEndpoints } from '../../../endpoints/endpoints.ts';
import { memberOf } from '../../../http/credential.ts';
import { Closed, OrNull, pathId, Text } from '../../../http/fields.ts';
import { keepMember } from '../../../tenants/members.ts';
import { getOrganization } from '../../../tenants/organizations.ts';

const mostForAMember = 50;

const Url = Type.String({ minLength: 1, maxLength: 2_048, examples: ['https://example.com/notifications'] });

/** The caller's own webhooks: they get whatever is addressed to the caller. Those of other members do not exist. */
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
  called: 'MyWebhook',
  one: 'one of your webhooks',
  group: 'Notifications',
  async find(context, id) {
    const { queries, orgId } = context;
    const row = await getEndpoint(queries, { orgId, id: pathId('endpoint', id) });
    if (row.owner_kind !== 'member' || row.owner_id !== memberOf(context))
      throw new SluiceError('not_found', 'No such endpoint.');
    return row;
  },
  list: {
    id: 'listMyWebhooks',
    summary: 'List your own webhooks, newest first',
    of: (context) => ({ owner: { kind: 'member', id: memberOf(context) } }),
  },
  create: {
    summary: 'Add a webhook of your own',
    description:
      "It gets whatever is addressed to you, of every type, in the organization's default contract. Its signing secret is in this answer and in no other.",
    body: Closed({
      url: Url,
      name: Type.Optional(OrNull(Text(200))),
      secret: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 256,
          description: 'Your own signing secret; made if left out',
        }),
      ),
    }),
    made: 'The webhook with its secret',
    refusals: [404],
    async draft(context, body) {
      const { queries, orgId } = context;
      const owner = { kind: 'member', id: memberOf(context) } as const;
      // A member who leaves takes their webhooks with them: none may come in between.
      await keepMember(queries, orgId, owner.id);
      const present = await listEndpoints(queries, orgId, { owner });
      if (present.length >= mostForAMember)
        throw new SluiceError(
          'conflict',
          `A member has at most ${mostForAMember} webhooks; delete one first.`,
        );
      const { default_contract: contract } = await getOrganization(queries, orgId);
      return { owner, draft: { ...body, events: ['*'], contract } };
    },
  },
  change: {
    summary: 'Change one of your webhooks',
    body: Closed({ url: Type.Optional(Url), name: Type.Optional(OrNull(Text(200))) }, { minProperties: 1 }),
    changed: 'The webhook',
    change: async (_context, _row, body) => body,
  },
});
