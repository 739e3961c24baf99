import { type Static, Type } from 'typebox';
import { publicId } from '../base/ids.ts';
import { Closed, IdOf, IdParams, pathId, Timestamp } from '../http/fields.ts';
import { type Answer, type Context, operation } from '../http/operation.ts';
import { recordAudit } from '../tenants/audit.ts';
import { findMember, getMember, type Member } from '../tenants/members.ts';
import { getOrganization } from '../tenants/organizations.ts';
import { createSignInLink } from '../tenants/sign-in-links.ts';
import { checkRoleGrant } from './role-grant.ts';

const SignInLink = Type.Object({
  id: IdOf('signInLink'),
  member_id: IdOf('member'),
  email: Type.String(),
  url: Type.String({ description: 'Shown only now: opened in a browser, it signs the member in' }),
  created_at: Timestamp,
  expires_at: Timestamp,
});

const lasts = {
  expires_in_seconds: Type.Optional(
    Type.Integer({ minimum: 60, maximum: 86_400, description: 'By default 3600' }),
  ),
};

const group = 'Sign-in';

export const createForMember = (publicUrl: () => string) =>
  operation({
    id: 'createSignInLink',
    summary: 'Make a link that signs a member in, once',
    description: "Send it to the member in private. The caller needs every scope of the member's role.",
    group,
    takes: {
      params: IdParams,
      body: Closed(lasts),
      bodyOptional: true,
    },
    answers: { 201: { description: 'The link', schema: SignInLink } },
    runs: 'write',
    async admit({ queries, orgId, credential }, { params }) {
      checkRoleGrant(credential, (await getMember(queries, orgId, pathId('member', params.id))).role);
    },
    async handle(context, { params, body }) {
      const { queries, orgId, credential } = context;
      const member = await getMember(queries, orgId, pathId('member', params.id));
      checkRoleGrant(credential, member.role);
      return make(publicUrl, context, member, body.expires_in_seconds);
    },
  });

export const createByOperator = (publicUrl: () => string) =>
  operation({
    id: 'createOrganizationSignInLink',
    summary: 'Make a link that signs a member of an organization in, once',
    group,
    takes: {
      params: IdParams,
      body: Closed({
        email: Type.Optional(
          Type.String({
            minLength: 1,
            maxLength: 254,
            description: 'Of the member; by default, the owner who was added first',
          }),
        ),
        ...lasts,
      }),
      bodyOptional: true,
    },
    answers: { 201: { description: 'The link', schema: SignInLink } },
    runs: 'write',
    async handle(context, { params, body }) {
      const organization = await getOrganization(context.queries, pathId('organization', params.id));
      const member = await findMember(context.queries, organization.id, body.email ?? null);
      return make(publicUrl, context, member, body.expires_in_seconds);
    },
  });

async function make(
  publicUrl: () => string,
  { queries, actor, clock }: Context,
  member: Member,
  lastsSeconds = 3600,
): Promise<Answer> {
  const { link, secret } = await createSignInLink(queries, clock, member, {
    lastsSeconds,
    createdBy: actor.name,
  });
  const id = publicId('signInLink', link.id);
  const details = { member: publicId('member', member.id) };
  const author = { orgId: member.org_id, actor };
  await recordAudit(queries, clock, author, { action: 'sign_in_link.created', target: id, details });
  const body: Static<typeof SignInLink> = {
    id,
    member_id: publicId('member', member.id),
    email: member.email,
    url: `${publicUrl()}/sign-in#${secret}`,
    created_at: link.created_at.toISOString(),
    expires_at: link.expires_at.toISOString(),
  };
  return { status: 201, body };
}
