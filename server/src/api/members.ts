import { type Static, Type } from 'typebox';
import { publicId } from '../base/ids.ts';
import { listEndpoints } from '../endpoints/endpoints.ts';
import { given, IdOf, IdParams, MapOf, pathId, Text, Timestamp } from '../http/fields.ts';
import { type Context, operation } from '../http/operation.ts';
import { PageOf, PageQuery, pageOf, readCursor } from '../http/page.ts';
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
    description: 'Module → what the member may do there',
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

const Create = Type.Object(
  {
    email: Email,
    name: Text(200, { minLength: 1, examples: ['Ada Reviewer'] }),
    role: Type.Optional(Role),
    access: Type.Optional(Access),
  },
  { additionalProperties: false },
);
const Change = Type.Object(
  {
    email: Type.Optional(Email),
    name: Type.Optional(Text(200, { minLength: 1, examples: ['Ada Reviewer'] })),
    role: Type.Optional(Role),
    access: Type.Optional(Access),
  },
  { additionalProperties: false, minProperties: 1 },
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

export const list = operation({
  id: 'listMembers',
  summary: 'List members, newest first',
  group,
  takes: {
    query: Type.Object(
      {
        ...PageQuery.properties,
        search: Type.Optional(
          Text(200, {
            minLength: 1,
            description: 'Words that are all in the name or the e-mail address, in capitals or not',
            examples: ['ann example.com'],
          }),
        ),
        role: Type.Optional(Role),
      },
      { additionalProperties: false },
    ),
  },
  answers: { 200: { description: 'A page', schema: PageOf(Member) } },
  runs: 'read',
  async handle({ queries, orgId, sealer }, { query }) {
    const name = { sealer, list: 'members', orgId };
    const filter = given({ search: query.search, role: query.role });
    const page = { before: readCursor(name, query.cursor), limit: query.limit + 1 };
    const rows = await listMembers(queries, orgId, filter, page);
    return { status: 200, body: pageOf(name, rows, query.limit, (row) => row.id, show) };
  },
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
    'Whoever gives a role must hold all that it holds: sessions of the member have it from the next request on.',
  group,
  takes: { params: IdParams, body: Change },
  answers: { 200: { description: 'The member', schema: Member } },
  runs: 'write',
  async handle({ queries, orgId, credential, audit }, { params, body }) {
    if (body.role !== undefined) checkRoleGrant(credential, body.role);
    const row = await changeMember(queries, orgId, pathId('member', params.id), given(body));
    await audit({
      action: 'member.changed',
      target: params.id,
      details: body,
    });
    return { status: 200, body: show(row) };
  },
});

export const remove = operation({
  id: 'deleteMember',
  summary: 'Remove a member',
  description: 'Their tokens are good for nothing from then on, and their own webhooks are deleted.',
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
    await audit({
      action: 'member.deleted',
      target: params.id,
      details: { webhooks: webhooks + added },
    });
    return { status: 204 };
  },
});

/** Deletes every webhook of a member; answers how many they were. */
async function withdrawAll(context: Context, memberId: string): Promise<number> {
  const { queries, orgId } = context;
  const owner = { kind: 'member', id: memberId } as const;
  const webhooks = await listEndpoints(queries, orgId, { before: null, limit: null }, { owner });
  const ids = webhooks.map(({ id }) => id);
  await withdrawEndpoints(queries, context, orgId, ids);
  return ids.length;
}
