import { type Static, Type } from 'typebox';
import { invalidInput } from '../base/errors.ts';
import { publicId } from '../base/ids.ts';
import { IdOf, IdParams, inputTime, OrNull, pathId, Text, Timestamp } from '../http/fields.ts';
import { operation } from '../http/operation.ts';
import { PageOf, PageQuery, pageOf, readCursor } from '../http/page.ts';
import {
  createMemberToken,
  listMemberTokens,
  type MemberToken as Row,
  revokeMemberToken,
} from '../tenants/member-tokens.ts';
import { getMember } from '../tenants/members.ts';
import { scopesOfRole } from '../tenants/scopes.ts';
import { checkRoleGrant } from './role-grant.ts';

const MemberToken = Type.Object({
  id: IdOf('memberToken'),
  member_id: IdOf('member'),
  name: Type.String(),
  last_four: Type.String({ description: 'How the secret ends' }),
  scopes: Type.Array(Type.String(), {
    description: 'What the role that it was issued for holds; less where the member’s role now holds less',
  }),
  created_by: Type.String(),
  created_at: Timestamp,
  last_used_at: OrNull(Timestamp),
  expires_at: OrNull(Timestamp),
  revoked_at: OrNull(Timestamp),
});

const NewMemberToken = Type.Object({
  ...MemberToken.properties,
  secret: Type.String({ description: 'Shown once: only its hash is kept' }),
});

function show(row: Row): Static<typeof MemberToken> {
  return {
    id: publicId('memberToken', row.id),
    member_id: publicId('member', row.member_id),
    name: row.name,
    last_four: row.last_four,
    scopes: [...scopesOfRole(row.role)],
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at?.toISOString() ?? null,
    expires_at: row.expires_at?.toISOString() ?? null,
    revoked_at: row.revoked_at?.toISOString() ?? null,
  };
}

const group = 'Members';

export const list = operation({
  id: 'listMemberTokens',
  summary: "List a member's personal tokens, newest first, revoked ones too",
  group,
  takes: { params: IdParams, query: PageQuery },
  answers: { 200: { description: 'A page', schema: PageOf(MemberToken) } },
  runs: 'read',
  async handle({ queries, orgId, sealer }, { params, query }) {
    const member = await getMember(queries, orgId, pathId('member', params.id));
    const name = { sealer, list: `member_tokens ${member.id}`, orgId };
    const rows = await listMemberTokens(queries, orgId, member.id, {
      before: readCursor(name, query.cursor),
      limit: query.limit + 1,
    });
    return { status: 200, body: pageOf(name, rows, query.limit, (row) => row.id, show) };
  },
});

export const create = operation({
  id: 'createMemberToken',
  summary: 'Issue a personal token for a member',
  description:
    "It acts as the member: with the scopes of the member's role and, in records, the member's access rights. Whoever issues it must hold what it will hold.",
  group,
  takes: {
    params: IdParams,
    body: Type.Object(
      {
        name: Text(200, { minLength: 1, examples: ['Laptop'] }),
        expires_at: Type.Optional(OrNull(Timestamp)),
      },
      { additionalProperties: false },
    ),
  },
  answers: { 201: { description: 'The token with its secret', schema: NewMemberToken } },
  runs: 'write',
  async admit({ queries, orgId, credential }, { params }) {
    checkRoleGrant(credential, (await getMember(queries, orgId, pathId('member', params.id))).role);
  },
  async handle({ queries, orgId, actor, credential, clock, audit }, { params, body }) {
    const member = await getMember(queries, orgId, pathId('member', params.id));
    checkRoleGrant(credential, member.role);
    const expiresAt = body.expires_at ? inputTime(body.expires_at, '/expires_at') : null;
    if (expiresAt !== null && expiresAt.getTime() <= clock.now())
      throw invalidInput('/expires_at', 'This time has passed.');
    const { token, secret } = await createMemberToken(queries, clock, member, {
      name: body.name,
      expiresAt,
      createdBy: actor.name,
    });
    await audit({
      action: 'member_token.created',
      target: publicId('memberToken', token.id),
      details: { member: params.id, name: body.name },
    });
    return { status: 201, body: { ...show(token), secret } };
  },
});

export const revoke = operation({
  id: 'revokeMemberToken',
  summary: 'Revoke a personal token at once',
  group,
  takes: { params: Type.Object({ ...IdParams.properties, token_id: IdParams.properties.id }) },
  answers: { 204: { description: 'Revoked' } },
  runs: 'write',
  async handle({ queries, orgId, audit }, { params }) {
    await revokeMemberToken(
      queries,
      orgId,
      pathId('member', params.id),
      pathId('memberToken', params.token_id),
    );
    await audit({
      action: 'member_token.revoked',
      target: params.token_id,
    });
    return { status: 204 };
  },
});
