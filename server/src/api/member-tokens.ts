import { type Static, Type } from 'typebox';
import { publicId } from '../base/ids.ts';
import { Closed, futureTime, IdOf, IdParams, OrNull, pathId, Text, Timestamp } from '../http/fields.ts';
import { listOperation } from '../http/list-operation.ts';
import { operation } from '../http/operation.ts';
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
  last_four: Type.String({ description: 'The end of the secret' }),
  scopes: Type.Array(Type.String(), {
    description:
      'The scopes of the role for which it was issued; fewer where the member’s role of now has fewer',
  }),
  created_by: Type.String(),
  created_at: Timestamp,
  last_used_at: OrNull(Timestamp),
  expires_at: OrNull(Timestamp),
  revoked_at: OrNull(Timestamp),
});

const NewMemberToken = Type.Object({
  ...MemberToken.properties,
  secret: Type.String({ description: 'Shown only now: only its hash is stored' }),
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

export const list = listOperation({
  id: 'listMemberTokens',
  summary: "List a member's personal tokens, newest first, revoked tokens included",
  group,
  params: IdParams,
  item: MemberToken,
  async read({ queries, orgId }, { params }, page) {
    const member = await getMember(queries, orgId, pathId('member', params.id));
    return listMemberTokens(queries, orgId, member.id, page);
  },
  position: ({ id }) => id,
  show,
});

export const create = operation({
  id: 'createMemberToken',
  summary: 'Issue a personal token for a member',
  description:
    "It acts as the member: with the scopes of the member's role and, in records, the member's access rights. The caller needs every scope that it will have.",
  group,
  takes: {
    params: IdParams,
    body: Closed({
      name: Text(200, { minLength: 1, examples: ['Laptop'] }),
      expires_at: Type.Optional(OrNull(Timestamp)),
    }),
  },
  answers: { 201: { description: 'The token with its secret', schema: NewMemberToken } },
  runs: 'write',
  async admit({ queries, orgId, credential }, { params }) {
    checkRoleGrant(credential, (await getMember(queries, orgId, pathId('member', params.id))).role);
  },
  async handle({ queries, orgId, actor, credential, clock, audit }, { params, body }) {
    const member = await getMember(queries, orgId, pathId('member', params.id));
    checkRoleGrant(credential, member.role);
    const expiresAt = futureTime(clock, body.expires_at ?? null, '/expires_at');
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
    await audit({ action: 'member_token.revoked', target: params.token_id });
    return { status: 204 };
  },
});
