import { type Static, Type } from 'typebox';
import { publicId } from '../base/ids.ts';
import { listEndpoints } from '../endpoints/endpoints.ts';
import { Closed, given, IdOf, IdParams, MapOf, pathId, Text, Timestamp } from '../http/fields.ts';
import { listOperation } from '../http/list-operation.ts';
import { type Context, operation } from '../http/operation.ts';
import { withdrawEndpoints } from '../life-cycle/withdraw.ts';
import {
  accessLevels,
  changeMember,
  createMember,
  deleteMember,
  listMembers,
  type Member as Row,
  roles,
} from '../tenants/members.ts';
import { checkRoleGrant } from './role-grant.ts';

const Role = Type.Enum([...roles]);
const Access = MapOf(
  { pattern: '^[a-z0-9_]{1,64}$', description: 'a module: 1 to 64 of a-z, 0-9 and _' },
  Type.Enum([...accessLevels]),
  {
    maxProperties: 64,
    description: 'Module → the member’s right there',
    examples: [{ crm: 'write', task: 'read' }],
  },
);

const Member = Type.Object({
  id: IdOf('member'),
  email: Type.String(),
  name: Type.String(),
  role: Role,
  access: Access,
  created_at: Timestamp,
  updated_at: Timestamp,
});

const Email = Type.String({ format: 'email', maxLength: 254, examples: ['reviewer@example.com'] });

const Name = Text(200, { minLength: 1, examples: ['Ada Reviewer'] });
const optional = { role: Type.Optional(Role), access: Type.Optional(Access) };
const Create = Closed({ email: Email, name: Name, ...optional });
const Change = Closed(
  { email: Type.Optional(Email), name: Type.Optional(Name), ...optional },
  { minProperties: 1 },
);

function show(row: Row): Static<typeof Member> {
  return {
    id: publicId('member', row.id),
    email: row.email,
    name: row.name,
    role: row.role,
    access: JSON.parse(row.access),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

const group = 'Members';

export const list = listOperation({
  id: 'listMembers',
  summary: 'List members, newest first',
  group,
  query: {
    search: Type.Optional(
      Text(200, {
        minLength: 1,
        description: 'Words that are all in the name or the e-mail address, in upper or lower case',
        examples: ['ann example.com'],
      }),
    ),
    role: Type.Optional(Role),
  },
  item: Member,
  read: ({ queries, orgId }, { query: { search, role } }, page) =>
    listMembers(queries, orgId, given({ search, role }), page),
  position: ({ id }) => id,
  show,
});

export const create = operation({
  id: 'createMember',
  summary: 'Add a member',
  group,
  takes: { body: Create },
  answers: { 201: { description: 'The member', schema: Member } },
  runs: 'write',
  async handle({ queries, orgId, clock, audit }, { body }) {
    const row = await createMember(queries, clock, orgId, {
      email: body.email,
      name: body.name,
      role: body.role ?? 'member',
      access: body.access ?? {},
    });
    await audit({
      action: 'member.created',
      target: publicId('member', row.id),
      details: { role: row.role },
    });
    return { status: 201, body: show(row) };
  },
});

export const change = operation({
  id: 'changeMember',
  summary: 'Change a member',
  description:
    'To give a role, the caller needs every scope of it. Sessions of the member have the new role from their next request on.',
  group,
  takes: { params: IdParams, body: Change },
  answers: { 200: { description: 'The member', schema: Member } },
  runs: 'write',
  async handle({ queries, orgId, credential, audit }, { params, body }) {
    if (body.role !== undefined) checkRoleGrant(credential, body.role);
    const row = await changeMember(queries, orgId, pathId('member', params.id), given(body));
    await audit({ action: 'member.changed', target: params.id, details: body });
    return { status: 200, body: show(row) };
  },
});

export const remove = operation({
  id: 'deleteMember',
  summary: 'Remove a member',
  description: 'Their tokens and sessions are refused at once, and their own webhooks are deleted.',
  group,
  takes: { params: IdParams },
  answers: { 204: { description: 'Removed' } },
  runs: 'write',
  async handle(context, { params }) {
    const { queries, orgId, audit } = context;
    const id = pathId('member', params.id);
    // Endpoints are locked before members, as settling does; one that was added meanwhile is there once the member is gone.
    const webhooks = await withdrawAll(context, id);
    await deleteMember(queries, orgId, id);
    const added = await withdrawAll(context, id);
    await audit({ action: 'member.deleted', target: params.id, details: { webhooks: webhooks + added } });
    return { status: 204 };
  },
});

/** Deletes every webhook of a member; answers how many they were. */
async function withdrawAll(context: Context, memberId: string): Promise<number> {
  const { queries, orgId } = context;
  const owner = { kind: 'member', id: memberId } as const;
  const webhooks = await listEndpoints(queries, orgId, { owner });
  const ids = webhooks.map(({ id }) => id);
  await withdrawEndpoints(queries, context, orgId, ids);
  return ids.length;
}
